"""Recorded chat completions: what a chat leaves, pages, likeness, live judging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import ask, ask_streamed
from mistral_conformance.rules.common.observability import (
    CLASSES,
    SCALE,
    SEARCH,
    await_events,
    define_judge,
    found_in,
    ids_in,
    record_chats,
    search,
)
from mistral_conformance.rules.common.readings import exactly, within
from mistral_conformance.rules.common.steps import expect_equal, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

SEARCH_IDS = "beta.observability.chat_completion_events.search_ids"
FETCH = "beta.observability.chat_completion_events.fetch"
SIMILAR = "beta.observability.chat_completion_events.fetch_similar_events"
JUDGE = "beta.observability.chat_completion_events.judge"
DOCUMENT = "document: beta.observability.chat_completion_events.search (chat-completion-events)"
SHORT, LONG = "Name a tree.", "Name a tree. " * 12
MANY = 12
"""More events than ten, which many lists have on a page."""


@rule(MUST, DOCUMENT, (SEARCH, FETCH))
def chat_is_recorded(ctx: Context) -> None:
    """A chat becomes one event, which has the messages and tokens of both sides and the tools."""
    sign = word(ctx)
    tool: dict[str, Any] = {
        "name": f"name_{sign}",
        "parameters": {"type": "object", "properties": {}},
    }
    tools = [{"type": "function", "function": tool}]
    chat = ask(ctx, f"Name a tree. {sign}", max_tokens=40, tools=tools, tool_choice="none", n=2)
    event_id = _only(ctx, search(ctx, await_events(ctx, sign, 1)))
    event = ctx.answer(FETCH, event_id=event_id)
    expect_equal(ctx, event["event_id"], event_id, "the id", event)
    ctx.expect(sign in str(event["request_messages"]), "the question is missing", event)
    said = [each["message"]["content"] for each in chat["choices"]]
    told = [each["content"] for each in event["response_messages"]]
    expect_equal(ctx, told, said, "the answers", chat, event)
    ctx.expect(tool["name"] in str(event["enabled_tools"]), "the tool is missing", event)
    usage = chat["usage"]
    expect_equal(ctx, event["nb_input_tokens"], usage["prompt_tokens"], "input tokens", event)
    expect_equal(ctx, event["nb_output_tokens"], usage["completion_tokens"], "output tokens", event)
    messages = len(event["request_messages"]) + len(event["response_messages"])
    expect_equal(ctx, event["nb_messages"], messages, "the number of messages", event)


@rule(SHOULD, "choices.events-stream-is-recorded", (SEARCH, FETCH))
def stream_is_recorded(ctx: Context) -> None:
    """A streamed chat becomes an event with its whole answer."""
    sign = word(ctx)
    _, _, chunks = ask_streamed(ctx, f"Name a tree. {sign}", max_tokens=40)
    deltas = [choice.get("delta") or {} for each in chunks for choice in each.get("choices", ())]
    said = "".join(each.get("content") or "" for each in deltas)
    event_id = _only(ctx, search(ctx, await_events(ctx, sign, 1)))
    event = ctx.answer(FETCH, event_id=event_id)
    told = [each["content"] for each in event["response_messages"]]
    expect_equal(ctx, told, [said], "the answer", event)


@rule(MUST, DOCUMENT, (SEARCH_IDS,))
def ids_are_those_found(ctx: Context) -> None:
    """A search for ids gives those of the events that the same search gives, few or many."""
    record_chats(ctx, SHORT)
    for wanted in (record_chats(ctx, SHORT, LONG), record_chats(ctx, *[SHORT] * MANY)):
        answer = ctx.answer(
            SEARCH, query={"page_size": 2 * MANY}, json={"search_params": {"filters": wanted}}
        )
        found = answer
        body = {"search_params": {"filters": wanted}}
        ids = ctx.answer(SEARCH_IDS, json=body)
        same = sorted(ids["completion_event_ids"]) == sorted(ids_in(found))
        ctx.expect(same, "the ids differ from those of the search", found, ids)


@rule(MUST, "document: SearchChatCompletionEventsRequest", (SEARCH,))
def extra_fields_are_shown(ctx: Context) -> None:
    """A search shows the extra fields that it asks for by name."""
    found = search(ctx, record_chats(ctx, SHORT), extra_fields=["model_name"])
    shown = within(found_in(found)[0], "extra_fields")
    ctx.expect(shown["model_name"], "the model is not shown", found)


@rule(SHOULD, "choices.events-similar-events-are-alike", (SIMILAR,))
def similar_events_are_alike(ctx: Context) -> None:
    """The events similar to one have the one that asked the same, and not the one itself."""
    text = "How do I prune an old apple tree in winter?"
    found = search(ctx, record_chats(ctx, text, text))
    ids = exactly(2, ids_in(found), "events", found)
    for event_id, twin in (ids, reversed(ids)):
        similar = ctx.answer(SIMILAR, event_id=event_id)
        ctx.expect(event_id not in ids_in(similar), "an event is similar to itself", similar)
        ctx.expect(twin in ids_in(similar), "the event that asked the same is missing", similar)


@rule(MUST, "document: JudgeOutput", (JUDGE,))
def verdict_is_of_the_definition(ctx: Context) -> None:
    """Live judging of an event gives one of the classes, or a number within the scale."""
    event_id = ids_in(search(ctx, record_chats(ctx, SHORT)))[0]
    for output in (CLASSES, SCALE):
        body = {"judge_definition": define_judge(ctx, output=output)}
        verdict = ctx.answer(JUDGE, event_id=event_id, json=body)
        expect_fitting(ctx, verdict, output)


def expect_fitting(ctx: Context, verdict: Exchange, output: dict[str, Any]) -> None:
    """Hold a verdict to the output definition of its judge."""
    answer = verdict["answer"]
    if output["type"] == "CLASSIFICATION":
        classes = [option["value"] for option in output["options"]]
        ctx.expect(answer in classes, f"{answer!r} is none of the classes", verdict)
    else:
        number = isinstance(answer, int | float) and not isinstance(answer, bool)
        within = number and output["min"] <= answer <= output["max"]
        ctx.expect(within, f"{answer!r} is no number of the scale", verdict)
    ctx.expect(verdict["analysis"], "the verdict has no analysis", verdict)


def _only(ctx: Context, found: Exchange) -> str:
    ids = ids_in(found)
    expect_equal(ctx, len(ids), 1, "the number of events of one chat", found)
    return ids[0]
