"""Rules about agents and conversations notice what they are for, on a mock with a defect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.laws.test_strangers_are_judged_fairly import keeping_the_time, verdicts

from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

STARTS = "/v1/conversations"


def replacing_ids() -> Alter:
    given: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and isinstance(inputs := answer.sent_body.get("inputs"), list):
            given.update(each["id"] for each in inputs if "id" in each)
        for each in given:
            answer.content = answer.content.replace(each.encode(), f"other_{each[-8:]}".encode())

    return alter


def deciding_again() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.status >= 400 and b"tool_confirmations" in answer.sent:
            named = answer.path.rpartition("/")[2]
            answer.status = 200
            answer.body = {"conversation_id": named, "outputs": [], "usage": {}}

    return alter


def sharing_branches() -> Alter:
    """What is added to a branch shows in the conversation that it came from, too."""
    origin: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/restart"):
            origin[answer.path.split("/")[3]] = answer.body["conversation_id"]
        elif answer.is_("GET", "/history") and answer.path.split("/")[3] in origin:
            branch = origin[answer.path.split("/")[3]]
            answer.content = answer.again("GET", f"{STARTS}/{branch}/history").content

    return alter


def telling_everything() -> Alter:
    """The list of messages is the whole history."""

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/messages"):
            whole = answer.again("GET", answer.path.replace("/messages", "/history")).json()
            answer.body = {**answer.body, "messages": whole["entries"]}

    return alter


def answering_in_one_version() -> Alter:
    """A restart answers with the model of the version before it."""
    models: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and answer.path.startswith(STARTS) and answer.status == 200:
            body = answer.body
            models.append(body["outputs"][-1].get("model"))
            body["outputs"][-1]["model"] = models[0]
            answer.body = body

    return alter


def listing_up_to_the_current() -> Alter:
    """Versions after the current one are not listed."""

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/versions"):
            path = answer.path.removesuffix("/versions")
            now = answer.again("GET", path).json()["version"]
            answer.body = [each for each in answer.body if each["version"] <= now]

    return alter


def making_aliases_anew() -> Alter:
    """An alias that is moved tells that it was made then."""

    def alter(answer: Answer) -> None:
        if answer.is_("PUT", "/aliases"):
            answer.body = {**answer.body, "created_at": answer.body["updated_at"]}

    return alter


def keeping_times() -> Alter:
    return keeping_the_time


@pytest.mark.parametrize(
    ("rule", "make"),
    [
        ("conversations.given-ids-are-kept", replacing_ids),
        ("conversation-tools.decided-is-decided", deciding_again),
        ("conversations.named-version-answers", answering_in_one_version),
        ("conversations.messages-are-all-that-was-said", telling_everything),
        ("conversations.branches-grow-apart", sharing_branches),
        ("agents.steps-back-lose-nothing", listing_up_to_the_current),
        ("agents.steps-back-lose-nothing", making_aliases_anew),
        ("agents.switch-is-a-change", keeping_times),
    ],
)
def test_a_rule_notices_its_defect(judged: Judged, rule: str, make: Callable[[], Any]) -> None:
    def unaltered(_answer: Answer) -> None:
        """No defect."""

    assert verdicts(judged, unaltered, rule, "", rules=True) == {Status.PASS}
    assert verdicts(judged, make(), rule, "", rules=True) == {Status.FAIL}


def test_content_that_is_stored_twice_at_once_is_noticed(judged: Judged) -> None:
    stored: list[str] = []

    def racing(answer: Answer) -> None:
        if answer.is_("POST", "/documents"):
            stored.append(f"{len(stored):08x}{answer.body['id'][8:]}")
            answer.status, answer.body = 201, {**answer.body, "id": stored[-1]}

    rule = "upload.content-at-once-is-stored-once"
    (result,) = judged(rule, rules=True).values()
    assert result.status == Status.PASS
    (result,) = judged(rule, alter=racing, rules=True).values()
    assert (result.status, result.reason[:31]) == (Status.FAIL, "4 uploads of one content at onc")


def test_another_organisation_that_is_not_looked_at_is_noticed(judged: Judged) -> None:
    def granting(answer: Answer) -> None:
        if answer.method == "PUT" and b'"org_id"' in answer.sent:
            answer.status = 200

    rule = "permissions.other-organisation-is-refused"
    (result,) = judged(rule, rules=True).values()
    assert result.status == Status.PASS
    (result,) = judged(rule, alter=granting, rules=True).values()
    assert result.status == Status.FAIL


def changing_what_is_refused() -> Alter:
    """A change with a wrong description is refused, and what else it names is changed."""
    names: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.method == "PATCH" and answer.status == 422 and b'"name":"' in answer.sent:
            names[answer.path] = answer.sent_body["name"]
        if answer.is_("GET") and answer.path in names:
            answer.body = {**answer.body, "name": names[answer.path]}

    return alter


def test_a_refused_change_that_is_half_done_is_noticed(judged: Judged) -> None:
    only, profile = "[beta.observability.datasets.update]", "observability"
    law = "reading.refused-changes-nothing"
    (result,) = judged(law, alter=changing_what_is_refused(), only=only, profile=profile).values()
    assert result.status is Status.FAIL
