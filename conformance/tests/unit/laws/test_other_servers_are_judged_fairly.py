"""What a server that shares nothing with the mock does otherwise, as the document lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from tests.unit.laws.variations import is_json

from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

WORDS = 600
"""How many words a model thinks that has room for them."""


def naming_at_the_end(*, by_name: bool) -> Alter:
    """Links that end with the name of the file, which lets in only where `by_name` says so."""
    secrets: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            file = answer.again("GET", answer.path.removesuffix("/url")).json()
            secret = f"{len(secrets)}-of-many-secrets-{len(secrets)}"
            name = quote(file["filename"], safe="")
            secrets[name if by_name else secret] = answer.body["url"]
            answer.body = {"url": f"{answer.own_url}/saved/{secret}/{name}"}
        elif answer.path.startswith("/saved/"):
            _, _, secret, name = answer.path.split("/")
            url = secrets.get(quote(unquote(name), safe="") if by_name else secret)
            answer.status = 200 if url else 403
            answer.content = answer.again("GET", url).content if url else b""

    return alter


@pytest.mark.parametrize(("by_name", "due"), [(False, Status.PASS), (True, Status.FAIL)])
def test_a_url_may_end_with_a_name(judged: Judged, *, by_name: bool, due: Status) -> None:
    alter, only = naming_at_the_end(by_name=by_name), "[files.get_signed_url]"
    results = judged("urls.altered-is-refused", alter=alter, only=only, profile="files-batch")
    assert [each.status for each in results.values()] == [due]


def telling_inputs(tell: Callable[[str], object]) -> Alter:
    """Histories that tell the texts of the inputs in another form."""

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/history") or answer.is_("GET", "/messages"):
            found = answer.body
            for each in found.get("entries", found.get("messages")):
                if each["type"] == "message.input" and isinstance(each["content"], str):
                    each["content"] = tell(each["content"])
            answer.body = found

    return alter


@pytest.mark.parametrize(
    "rule", ["restart-branches", "branches-grow-apart", "history-holds-all-entries"]
)
@pytest.mark.parametrize(("more", "due"), [("", Status.PASS), ("?", Status.FAIL)])
def test_a_text_may_be_kept_as_a_piece(judged: Judged, rule: str, more: str, due: Status) -> None:
    alter = telling_inputs(lambda text: [{"type": "text", "text": text + more}])
    results = judged(f"conversations.{rule}", alter=alter, profile="agents", rules=True)
    assert [each.status for each in results.values()] == [due]


def thinking_first(answer: Answer) -> None:
    """Thoughts before each text, which count as written and leave no room for it below them."""
    if answer.is_("POST") and "/conversations" in answer.path and is_json(answer):
        found = answer.body
        cap = (answer.sent_body.get("completion_args") or {}).get("max_tokens")
        for each in found.get("outputs", []):
            if each["type"] == "message.output":
                each["content"] = thoughtful(each["content"], cap)
                found["usage"]["completion_tokens"] = WORDS + 50 if cap is None else cap
        answer.body = found


def thoughtful(text: str, cap: int | None) -> list[dict[str, Any]]:
    thoughts = " ".join(["well"] * min(WORDS, WORDS if cap is None else cap))
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": thoughts}]}
    said = [] if cap is not None and cap < WORDS else [{"type": "text", "text": text}]
    return [thinking, *said]


@pytest.mark.parametrize(
    ("option", "due"),
    [
        ("append:completion_args.max_tokens", Status.PASS),
        ("append:completion_args.response_format", Status.SKIP),
        ("start:completion_args.stop", Status.SKIP),
    ],
)
def test_thoughts_may_fill_the_room(judged: Judged, option: str, due: Status) -> None:
    law, only = "answers.option-is-used", f"[beta.conversations.{option}]"
    (result,) = judged(law, alter=thinking_first, only=only, profile="agents").values()
    assert result.status is due


@pytest.mark.parametrize(
    ("kind", "due"),
    [("text_completion", Status.PASS), ("chat.completion.chunk", Status.FAIL)],
)
def test_what_is_no_chat_may_call_itself_otherwise(judged: Judged, kind: str, due: Status) -> None:
    def calling_itself(answer: Answer) -> None:
        if answer.is_("POST", "/fim/completions") and is_json(answer):
            answer.body = {**answer.body, "object": kind}

    law, only = "answers.are-choices", "[fim.complete]"
    (result,) = judged(law, alter=calling_itself, only=only, profile="inference").values()
    assert result.status is due


def test_an_agent_may_take_no_instructions_beside_its_own(judged: Judged) -> None:
    def refusing_more(answer: Answer) -> None:
        if answer.is_("POST", "/conversations"):
            sent = answer.sent_body
            if sent.get("agent_id") and (sent.get("instructions") or sent.get("tools")):
                answer.status, answer.body = 422, {"detail": "An agent has its own."}

    laws = ("views.named-is-shown", "gone.leaves-what-names-it")
    only = "[beta.conversations.start:agent_id]"
    results = judged(*laws, alter=refusing_more, only=only, profile="agents")
    assert [each.status for each in results.values()] == [Status.PASS] * len(laws)


def test_a_restart_that_touches_the_old_conversation_is_noticed(judged: Judged) -> None:
    restarted: set[str] = set()

    def touching(answer: Answer) -> None:
        id_ = answer.path.removesuffix("/restart").rpartition("/")[2]
        if answer.is_("POST", "/restart"):
            restarted.add(id_)
        elif answer.is_("GET", f"/conversations/{id_}") and id_ in restarted:
            answer.body = {**answer.body, "updated_at": "2040-01-01T00:00:00Z"}

    rule = "conversations.restart-branches"
    (result,) = judged(rule, alter=touching, profile="agents", rules=True).values()
    assert "updated_at of the old one" in result.reason
