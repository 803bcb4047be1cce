"""Event streams of conversations: their frame, and that they tell what the whole answer tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import WEATHER
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.rules.common.talks import (
    APPEND,
    ASK_WEATHER,
    ASK_WEB,
    DELETE_CONVERSATION,
    RESTART,
    START,
    assemble,
    hear,
    ids,
    kinds,
    make_team,
    pieces_of,
    read_history,
    start,
    try_start,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

    Events = list[dict[str, Any]]

ASK = {"inputs": "Write two short sentences about the river Seine."}


@rule(MUST, "document: beta.conversations.append (restart#stream)", (APPEND, RESTART))
def appended_answer_is_kept(ctx: Context) -> None:
    """What a streamed append or restart tells stands in the history afterwards."""
    made = start(ctx)
    id_, entry = made["conversation_id"], made["outputs"][-1]["id"]
    appended = ctx.api.call(APPEND, conversation_id=id_, json={**ASK, "stream": True})
    _expect_told(ctx, appended, hear(ctx, appended), keep=True)
    body = {**ASK, "stream": True, "from_entry_id": entry}
    restarted = ctx.api.call(RESTART, conversation_id=id_, json=body)
    _expect_told(ctx, restarted, hear(ctx, restarted))


@rule(MUST, "document: FunctionCallEvent (text to add to the arguments)", (START,))
def calls_add_up(ctx: Context) -> None:
    """The deltas of a call add up to the call that the history keeps."""
    answer, events = _start(ctx, inputs=ASK_WEATHER, tools=[WEATHER])
    if "function.call.delta" not in kinds(events):
        ctx.skip("the model called no function")
    _expect_told(ctx, answer, events)


@rule(MUST, "document: ToolExecutionStartedEvent (…Delta, …Done)", (START,))
def tools_are_told(ctx: Context) -> None:
    """A run of a tool is told from its start to its end, before a message, as it is kept."""
    answer, events = _start(ctx, inputs=ASK_WEB, tools=[{"type": "web_search"}])
    found = kinds(events)
    if "tool.execution.started" not in found:
        ctx.skip("the model answered without the tool")
    ctx.expect("tool.execution.done" in found, "no run is done", answer)
    ctx.expect("message.output.delta" in found, "no message follows", answer)
    begins, ends = (found.index(f"tool.execution.{each}") for each in ("started", "done"))
    says = len(found) - found[::-1].index("message.output.delta")
    ctx.expect(begins < ends < says, "the events are out of order", answer)
    whole = start(ctx, inputs=ASK_WEB, tools=[{"type": "web_search"}])
    due, told = (within(each, "usage").get("connectors") for each in (whole.json(), events[-1]))
    ctx.expect(not due or told, "the usage leaves the tools out", whole, answer)
    _expect_told(ctx, answer, events)


@rule(MUST, "document: AgentHandoffStartedEvent; document: AgentHandoffDoneEvent", (START,))
def handovers_are_told(ctx: Context) -> None:
    """A handover is told with both agents, and the message that follows is the next agent's."""
    desk, expert = make_team(ctx)
    answer, events = _start(ctx, agent_id=desk, inputs="Tell me about volcanoes.")
    by_kind = {each["type"]: each for each in events}
    if "agent.handoff.started" not in by_kind:
        ctx.skip("the agent did not hand over")
    for kind, field, agent in (
        ("agent.handoff.started", "previous_agent_id", desk),
        ("agent.handoff.done", "next_agent_id", expert),
        ("message.output.delta", "agent_id", expert),
    ):
        ctx.expect(kind in by_kind, f"no event {kind} came", answer)
        expect_equal(ctx, by_kind[kind][field], agent, f"{field} of {kind}", answer)
    _expect_told(ctx, answer, events)


def _start(ctx: Context, **fields: object) -> tuple[Exchange, Events]:
    """Return the answer of a new conversation as events."""
    answer = try_start(ctx, None, stream=True, **fields)
    return answer, hear(ctx, answer)


def _expect_told(ctx: Context, answer: Exchange, events: Events, *, keep: bool = False) -> None:
    """Hold the events to tell the entries at the end of the history, each in full."""
    told = assemble(events)
    ctx.expect(told, "the events tell of no entry", answer)
    kept = read_history(ctx, _told_id(ctx, answer, events))[-len(told) :]
    expect_equal(ctx, kinds(told), kinds(kept), "the types of the entries", answer)
    expect_equal(ctx, ids(told), ids(kept), "the ids of the entries", answer)
    for heard, entry in zip(told, kept, strict=True):
        pieces = [heard["pieces"][place] for place in sorted(heard["pieces"])]
        expect_equal(ctx, pieces, pieces_of(entry), f"what a {entry['type']} says", answer)
        for name in ("name", "tool_call_id", "next_agent_id", "model", "agent_id"):
            if heard.get(name) is not None and entry.get(name) is not None:
                expect_equal(ctx, heard[name], entry[name], f"its {name}", answer)
    if not keep:  # no JSON answer named it to the suite
        ctx.prepare(DELETE_CONVERSATION, conversation_id=_told_id(ctx, answer, events))


def _told_id(ctx: Context, answer: Exchange, events: Events) -> str:
    """Return the conversation that a stream tells of; a rule fails where it tells of none."""
    found = [each["conversation_id"] for each in events if "conversation_id" in each]
    ctx.expect(found, "no event tells the conversation", answer)
    return str(found[0])
