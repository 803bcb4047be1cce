"""Free choices of servers that somebody else wrote from the document break no law."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.unit.laws.variations import is_json

from mistral_conformance.model import load_model
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import select_rules
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

FILE_OF_AGENT = re.compile(r"/v1/files/ag_")
VERSION = re.compile(r"/v1/agents/[^/]+/versions/([^/]+)$")


def naming_what_was_asked(answer: Answer) -> None:
    """Refusals repeat the id that nothing has."""
    if answer.status == 404:
        name = answer.path.split("/")[3]
        answer.body = {"detail": f"There is no {name} here."}


def taking_numbers_alone(answer: Answer) -> None:
    """A version is read by its number, as the document says, and anything else is refused."""
    named = VERSION.search(answer.path)
    if named and not named[1].isdigit():
        answer.status, answer.body = 422, {"detail": "The version is a number."}


def keeping_the_time(answer: Answer) -> None:
    """Each version tells when it was made, also once it is current again."""
    if answer.path.startswith("/v1/agents") and answer.status == 200 and is_json(answer):
        found = answer.body
        for each in found if isinstance(found, list) else found.get("data", [found]):
            if each.get("version") == 0:
                each["updated_at"] = each.get("created_at")
        answer.body = found


def with_coarse_times(answer: Answer) -> None:
    """All that one request makes has one time."""
    if answer.path.startswith("/v1/conversations") and answer.status == 200 and is_json(answer):
        answer.content = re.sub(
            rb'"(created|completed)_at":\s*"[^"]+"',
            rb'"\1_at": "2026-01-01T00:00:00Z"',
            answer.content,
        )


def verdicts(judged: Judged, alter: object, law: str, only: str, *, rules: bool) -> set[Status]:
    results = judged(law, alter=alter, only=only, profile="agents", rules=rules)
    return {each.status for each in results.values()}


def test_a_refusal_may_repeat_the_id_that_was_asked_for(judged: Judged) -> None:
    law, only = "access.foreign-looks-unknown", "[beta.agents.get:agent_id by stranger]"
    assert verdicts(judged, naming_what_was_asked, law, only, rules=False) == {Status.PASS}


@pytest.mark.parametrize(
    ("law", "only", "rules"),
    [
        ("access.unknown-is-refused", "[beta.agents.get_version:version]", False),
        ("views.list-shows-what-reading-shows", "[agent_version]", False),
        ("agents.alias-names-a-version", "", True),
    ],
)
def test_a_version_may_be_read_by_its_number_alone(
    judged: Judged, law: str, only: str, *, rules: bool
) -> None:
    assert verdicts(judged, taking_numbers_alone, law, only, rules=rules) == {Status.PASS}


def test_an_id_of_another_kind_may_be_none_of_the_form(judged: Judged) -> None:
    def strict(answer: Answer) -> None:
        if not answer.path.startswith(("/v1/agents", "/v1/files", "/v1/models")):
            answer.status = 404
            answer.body = {"message": "no Route matched with those values"}
        if FILE_OF_AGENT.match(answer.path):
            answer.status, answer.body = 422, {"detail": "This is no UUID."}

    law, only = "access.wrong-kind-is-refused", "[files.retrieve:file_id]"
    results = judged(law, alter=strict, only=only, profile="files-batch")
    assert {each.status for each in results.values()} == {Status.PASS}


@pytest.mark.parametrize(
    "law", ["gone.leaves-what-*", "access.named-id-is-refused", "views.named-is-shown"]
)
def test_a_batch_may_take_none_of_the_agents_of_today(judged: Judged, law: str) -> None:
    def without_agents(answer: Answer) -> None:
        if answer.is_("POST", "/batch/jobs") and b'"agent_id":"' in answer.sent:
            answer.status, answer.body = 422, {"detail": "No such agent of the old kind."}

    results = judged(law, alter=without_agents, only="[batch.jobs.create:agent_id", profile="whole")
    assert {each.status for each in results.values()} == {Status.NOT_OFFERED}


def wanting_another_call(answer: Answer) -> None:
    """What a model is told makes it want one more call, instead of a message."""
    call = {"type": "function.call", "id": "fc_1", "tool_call_id": "again", "name": "get_weather"}
    call["arguments"] = "{}"
    if answer.path.endswith("/history"):
        entries = answer.body["entries"]
        ends = entries[-2]["type"] == "function.result"
        answer.body = {**answer.body, "entries": [*entries[:-1], call] if ends else entries}
    elif answer.path.endswith("/messages"):
        answer.body = {**answer.body, "messages": answer.body["messages"][:1]}
    elif b'"function.result"' in answer.sent or b'"tool_confirmations"' in answer.sent:
        answer.body = {**answer.body, "outputs": [*answer.body["outputs"][:-1], call]}


@pytest.mark.parametrize("rule", ["function-is-left-to-the-caller", "confirmed-tool-waits"])
def test_a_model_may_want_another_call(judged: Judged, rule: str) -> None:
    law = f"conversation-tools.{rule}"
    assert verdicts(judged, wanting_another_call, law, "", rules=True) == {Status.SKIP}


def test_a_job_may_end_before_it_is_cancelled(judged: Judged) -> None:
    def ended(answer: Answer) -> None:
        if answer.path.endswith("/cancel"):
            answer.status, answer.body = 422, {"detail": "The job has ended already."}

    law = "batch.what-is-done-is-kept"
    results = judged(law, alter=ended, profile="files-batch", rules=True)
    assert {each.status for each in results.values()} == {Status.PASS}


def test_versions_of_an_object_are_told_apart_by_their_numbers() -> None:
    resources = load_model().resources
    versions = ("agent_version", "prompt_version", "skill_version")
    assert {resources[each].key for each in versions} == {("version",)}
    assert resources["agent"].key == ("id",)


def test_a_version_may_keep_the_time_when_it_was_made(judged: Judged) -> None:
    law = "agents.version-can-be-made-current"
    assert verdicts(judged, keeping_the_time, law, "", rules=True) == {Status.PASS}


def test_a_clock_may_be_coarser_than_a_run_of_a_tool(judged: Judged) -> None:
    law = "conversation-tools.own-tool-runs-first"
    assert verdicts(judged, with_coarse_times, law, "", rules=True) == {Status.PASS}


def test_an_unknown_entry_may_be_a_mistake_in_the_body(judged: Judged) -> None:
    def mistaken(answer: Answer) -> None:
        if answer.path.endswith("/restart") and answer.status == 404:
            answer.status = 422

    law = "conversations.restart-needs-an-entry"
    assert verdicts(judged, mistaken, law, "", rules=True) == {Status.PASS}


def test_a_route_that_is_not_there_is_opened_by_no_key(judged: Judged) -> None:
    def without_archive(answer: Answer) -> None:
        if "/fine_tuning/" in answer.path or "/no-such-path" in answer.path:
            answer.status = 404
            answer.body = {"message": "no Route matched with those values"}

    law, only = "keys.only-the-key-opens", "[models.archive]"
    results = judged(law, alter=without_archive, only=only, profile="whole")
    assert {each.status for each in results.values()} == {Status.NOT_OFFERED}


@pytest.mark.parametrize(
    "rule", ["chat.prefix-starts-the-text", "conversation-tools.calls-need-their-results"]
)
def test_what_the_document_does_not_promise_breaks_no_run(rule: str) -> None:
    (found,) = select_rules(load_rules(), (rule,))
    assert found.level is SHOULD


def test_json_is_given_to_those_who_ask_for_it(judged: Judged) -> None:
    def strict(answer: Answer) -> None:
        shaped = answer.method == "POST" and b'"json_object"' in answer.sent
        if shaped and b"JSON" not in answer.sent:
            answer.status, answer.body = 400, {"detail": "The prompt has to ask for JSON."}

    laws = ("answers.stream-is-one-answer", "answers.stream-tells-the-same", "sums.usage-adds-up")
    results = judged(*laws, alter=strict, only="[chat.complete:response_format]")
    assert len(results) == len(laws)
    assert {each.status for each in results.values()} == {Status.PASS}


def test_no_two_models_need_have_the_same_abilities(judged: Judged) -> None:
    def each_its_own(answer: Answer) -> None:
        if answer.is_("GET", "/v1/models"):
            cards = answer.body["data"]
            for number, each in enumerate(cards):
                each["capabilities"] |= {"unified_resources": False, f"talent_{number}": True}
            answer.body = {**answer.body, "data": cards}

    law, only = "views.change-is-shown", "[agent.model]"
    assert verdicts(judged, each_its_own, law, only, rules=False) == {Status.PASS}


def test_a_handover_may_be_for_one_turn(judged: Judged) -> None:
    desks: set[str] = set()

    def returning(answer: Answer) -> None:
        if answer.path == "/v1/conversations" and b'"agent.handoff"' in answer.content:
            desks.add(answer.body["outputs"][0]["previous_agent_id"])
        elif answer.is_("POST") and answer.path.startswith("/v1/conversations/") and desks:
            outputs = [{**each, "agent_id": min(desks)} for each in answer.body["outputs"]]
            answer.body = {**answer.body, "outputs": outputs}

    now, later = (f"conversation-tools.handover-{e}" for e in ("goes-on-with-the-next", "lasts"))
    results = judged(now, later, alter=returning, profile="agents", rules=True)
    assert (results[now].status, results[later].status) == (Status.PASS, Status.FAIL)


def test_versions_of_one_kind_need_none_of_another(judged: Judged) -> None:
    def without_skills(answer: Answer) -> None:
        if answer.path.startswith(("/v1/skills", "/v2/skills", "/v2/prompts")):
            answer.status = 404
            answer.body = {"message": "no Route matched with those values"}

    laws = (
        "access.unknown-is-refused",
        "access.wrong-kind-is-refused",
        "access.foreign-is-refused",
    )
    for law in laws:
        only = "[beta.agents.get_version:agent_id"
        assert verdicts(judged, without_skills, law, only, rules=False) == {Status.PASS}


def rating_by_the_last_message(answer: Answer) -> None:
    """Of a talk only what is said last is rated, give or take a little."""
    if answer.is_("POST", "/chat/moderations"):
        talks, body = answer.sent_body["input"], answer.body
        several = talks if isinstance(talks[0], list) else [talks]
        for talk, result in zip(several, body["results"], strict=True):
            if len(talk) > 1:
                scores = result["category_scores"]
                result["categories"] = dict.fromkeys(scores, False)
                noise = len(several) + talk[0]["content"].count("e")
                result["category_scores"] = dict.fromkeys(scores, noise / 10_000)
        answer.body = body


def opening_aliases_as_their_model(answer: Answer) -> None:
    """Whoever reads an alias gets the card of the model, which alone knows its aliases."""
    if answer.is_("GET", "-latest"):
        answer.content = answer.again("GET", f"/v1/models/{answer.body['name']}").content
    elif answer.is_("GET", "/v1/models"):
        cards = answer.body["data"]
        for each in cards:
            if each["id"].endswith("-latest"):
                del each["aliases"]
        answer.body = {**answer.body, "data": cards}


def sharing_an_alias(answer: Answer) -> None:
    """One alias is that of many models; who reads it gets one of them."""
    if answer.is_("GET") and answer.path.startswith("/v1/models"):
        body = answer.body
        for each in body.get("data", [body]):
            if each["aliases"] and each["name"] != "voxtral-mini-2602":
                each["aliases"] = ["voxtral-mini-latest", *each["aliases"]]
        answer.body = body


@pytest.mark.parametrize(
    ("alter", "law", "profile"),
    [
        (rating_by_the_last_message, "answers.each-input-has-its-own", "whole"),
        (opening_aliases_as_their_model, "views.other-names-find-it", "whole"),
        (opening_aliases_as_their_model, "views.names-tell-the-same", "whole"),
        (sharing_an_alias, "views.other-names-find-it", "whole"),
        (sharing_an_alias, "views.names-tell-the-same", "whole"),
    ],
)
def test_names_and_ratings_may_be_told_in_another_way(
    judged: Judged, alter: Alter, law: str, profile: str
) -> None:
    results = judged(law, alter=alter, profile=profile)
    assert results
    assert {each.status for each in results.values()} == {Status.PASS}


def test_the_end_of_a_transcription_may_leave_segments_out(judged: Judged) -> None:
    def brief(answer: Answer) -> None:
        if answer.is_("POST", "/audio/transcriptions") and answer.content[:1] != b"{":
            head, end = answer.content.rsplit(b'data: {"type":"transcription.done"', 1)
            told = json.loads(b'{"type":"transcription.done"' + end)
            del told["segments"]
            answer.content = head + b"data: " + json.dumps(told).encode() + b"\n\n"

    rule = "audio.transcription-stream-ends-whole"
    results = judged(rule, alter=brief, profile="whole", rules=True)
    assert [each.status for each in results.values()] == [Status.PASS]
