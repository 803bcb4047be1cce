"""Answers that take another form than the mock's, within the document, break no rule."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.rules import load_rules
from mistral_conformance.rules.common.talks import assemble, pieces_of
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

TALKS = "/v1/conversations"
COUNTS = "beta.observability.chat_completion_events.fields.fetch_option_counts"
FIRST = {"object": "entry", "type": "message.output", "id": "msg_first", "role": "assistant"}
"""What a model says before it uses a tool."""


def bare_branches() -> Alter:
    """A branch takes over neither names nor notes."""
    branches: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/restart"):
            branches.add(answer.body["conversation_id"])
        if answer.is_("GET") and answer.path.rpartition("/")[2] in branches:
            bare = dict.fromkeys(("name", "description", "metadata"))
            answer.body = {**answer.body, **bare}

    return alter


def branches_without_their_entry() -> Alter:
    """The entry from which a branch goes on is not kept in it."""
    named: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/restart"):
            named[answer.body["conversation_id"]] = answer.sent_body["from_entry_id"]
        if answer.is_("GET", "/history") and (entry := named.get(answer.path.split("/")[3])):
            kept = [each for each in answer.body["entries"] if each["id"] != entry]
            answer.body = {**answer.body, "entries": kept}

    return alter


def inputs_as_pieces() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/history"):
            found = answer.body
            for each in found["entries"]:
                if each["type"] == "message.input" and isinstance(each["content"], str):
                    each["content"] = [{"type": "text", "text": each["content"]}]
            answer.body = found

    return alter


def talking_before_tools() -> Alter:
    """A message says that the model is about to look; what it finds out follows in another one."""

    def with_first(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        place = next((n for n, e in enumerate(entries) if e["type"] != "message.input"), None)
        if place is None:
            return entries
        after = entries[place]
        first = {**FIRST, "content": "Let me see.", "model": entries[-1].get("model")}
        times = {name: after[name] for name in ("created_at", "completed_at") if name in after}
        return [*entries[:place], {**first, **times}, *entries[place:]]

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/history"):
            answer.body = {**answer.body, "entries": with_first(answer.body["entries"])}
        elif answer.is_("POST", TALKS) and answer.content.startswith(b"{"):
            answer.body = {**answer.body, "outputs": with_first(answer.body["outputs"])}
        elif answer.is_("POST", TALKS):
            answer.content = _told_first(answer.content.decode()).encode()

    return alter


def _told_first(stream: str) -> str:
    """Return a stream with one more message before all others."""
    begin, *events = stream.split("\n\n")
    for number, each in enumerate(events):
        head, _, data = each.partition("\ndata: ")
        if data.startswith("{") and "output_index" in data:
            told = json.loads(data)
            told["output_index"] += 1
            events[number] = f"{head}\ndata: {json.dumps(told)}"
    said = {"type": "message.output.delta", "content": "Let me see.", "content_index": 0}
    first = {**said, "id": FIRST["id"], "role": "assistant", "output_index": 0}
    told = f"event: message.output.delta\ndata: {json.dumps(first)}"
    return "\n\n".join([begin, told, *events])


def shuffled_models() -> Alter:
    random = Random(3)  # noqa: S311 - test data

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/v1/models"):
            found = answer.body
            random.shuffle(found["data"])
            answer.body = found

    return alter


def sparse_scores() -> Alter:
    """Scores of next to nothing are left out."""

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/moderations"):
            found = answer.body
            for each in found["results"]:
                scores = each["category_scores"].items()
                each["category_scores"] = {name: score for name, score in scores if score > 0.1}
            answer.body = found

    return alter


def brief_pages() -> Alter:
    """Pages of a search hold fewer events than they may."""

    def alter(answer: Answer) -> None:
        size = int(answer.query.get("page_size", ["0"])[0])
        if answer.is_("POST", "/chat-completion-events/search") and size > 1:
            rest = "&".join(f"{n}={e[0]}" for n, e in answer.query.items() if n != "page_size")
            answer.content = answer.again("POST", f"{answer.path}?page_size=1&{rest}").content

    return alter


def judges_tell_their_end() -> Alter:
    """The judge in a campaign says when it was deleted."""
    gone: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE") and "/judges/" in answer.path:
            gone.add(answer.path.rpartition("/")[2])
        if answer.is_("GET") and "/observability/campaigns/" in answer.path:
            found = answer.body
            if found.get("judge", {}).get("id") in gone:
                found["judge"]["deleted_at"] = "2027-01-01T00:00:00Z"
                answer.body = found

    return alter


def counts_of_choices_alone() -> Alter:
    """Values are counted of fields with a set of them alone."""
    kinds: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/chat-completion-fields"):
            kinds.update((e["name"], e["type"]) for e in answer.body["field_definitions"])
        if answer.is_("POST", "/options-counts") and kinds[answer.path.split("/")[-2]] != "ENUM":
            answer.status, answer.body = 400, {"detail": {"message": "It has no values."}}

    return alter


def recorded_in_pieces() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET") and "/chat-completion-events/" in answer.path:
            found = answer.body
            for each in found.get("response_messages", ()):
                if isinstance(each["content"], str):
                    each["content"] = [{"type": "text", "text": each["content"]}]
            answer.body = found

    return alter


def known_tools() -> Alter:
    """A service knows the tools that judges may use."""

    def alter(answer: Answer) -> None:
        sent = answer.sent_body if b'"tools"' in answer.sent else {}
        if "/observability/judges" in answer.path and sent.get("tools"):
            answer.status, answer.body = 422, {"detail": {"message": "There is no such tool."}}

    return alter


@pytest.mark.parametrize(
    ("case", "profile", "make", "status"),
    [
        ("conversations.branches-grow-apart", "agents", bare_branches, Status.PASS),
        (
            "conversations.given-ids-are-of-one-conversation",
            "agents",
            branches_without_their_entry,
            Status.PASS,
        ),
        (
            "conversations.given-ids-are-of-one-conversation",
            "agents",
            inputs_as_pieces,
            Status.PASS,
        ),
        ("conversation-streams.tools-are-told", "agents", talking_before_tools, Status.PASS),
        (
            "conversation-tools.tool-choice-none-runs-nothing",
            "agents",
            talking_before_tools,
            Status.PASS,
        ),
        ("conversation-tools.own-tool-runs-first", "agents", talking_before_tools, Status.PASS),
        (
            "conversation-tools.handover-goes-on-with-the-next",
            "agents",
            talking_before_tools,
            Status.PASS,
        ),
        ("extra.header-is-harmless[models.list]", "inference", shuffled_models, Status.PASS),
        ("classifiers.flags-follow-the-scores", "inference", sparse_scores, Status.PASS),
        ("campaigns.selected-events-match", "observability", brief_pages, Status.PASS),
        (
            "gone.leaves-what-names-it[beta.observability.campaigns.create:judge_id]",
            "observability",
            judges_tell_their_end,
            Status.PASS,
        ),
        (
            f"input.plain-succeeds[{COUNTS}]",
            "observability",
            counts_of_choices_alone,
            Status.PASS,
        ),
        ("events.chat-is-recorded", "observability", recorded_in_pieces, Status.PASS),
        ("views.change-is-shown[judge.tools]", "observability", known_tools, Status.SKIP),
        (
            "neighbours.own-fields-stay[beta.observability.judges.judge_conversation]",
            "observability",
            known_tools,
            Status.PASS,
        ),
        ("values.emptied-beside-others[judge]", "observability", known_tools, Status.PASS),
    ],
)
def test_another_form_breaks_nothing(
    judged: Judged, case: str, profile: str, make: Any, status: Status
) -> None:
    name = case.partition("[")[0]
    by_hand = name in {each.id for each in load_rules()}
    results = judged(name, alter=make(), only=case, profile=profile, rules=by_hand)
    assert [each.status for each in results.values()] == [status]


def test_thoughts_may_be_streamed_in_parts() -> None:
    def thought(text: str) -> dict[str, Any]:
        return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}

    event = {"type": "message.output.delta", "id": "msg_1", "output_index": 0}
    told = [
        {**event, "content": thought("The question"), "content_index": 0},
        {**event, "content": thought(" is about tea."), "content_index": 0},
        {**event, "content": "It is ", "content_index": 1},
        {**event, "content": "green.", "content_index": 1},
    ]
    kept = [thought("The question is about tea."), {"type": "text", "text": "It is green."}]
    (heard,) = assemble(told)
    entry = {"type": "message.output", "content": kept}
    assert [*heard["pieces"].values()] == pieces_of(entry)
    entry = {"type": "message.output", "content": [thought("The question"), kept[1]]}
    assert [*heard["pieces"].values()] != pieces_of(entry)
