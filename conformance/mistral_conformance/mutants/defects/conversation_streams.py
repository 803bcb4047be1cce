"""Defects of the event streams of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules.common import talks as op
from mistral_mock import events
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

STREAMS = "resources.conversations.streams"
TELL = f"{STREAMS}:tell"
ERROR = "conversation.response.error"


@mutant("conversation-streams.events-have-no-names", op.START, place=f"{STREAMS}:spell")
def events_have_no_names(_spell: Part) -> Part:
    """Events have no event line."""
    return lambda found: (events.json_event(each) for each in found)


@mutant("conversation-streams.done-is-done", op.START, place=f"{STREAMS}:spell")
def done_is_done(spell: Part) -> Part:
    """The stream ends with `[DONE]`, as chats do."""

    def defect(found: Part) -> Part:
        yield from spell(found)
        yield events.event("[DONE]")

    return defect


@mutant(
    "conversation-streams.restart-is-never-streamed",
    *(op.APPEND, op.RESTART),
    place="resources.conversations.talks:tell",
)
def restart_is_never_streamed(tell: Part) -> Part:
    """A restart is answered in one body even when a stream is asked for."""

    def defect(ctx: Part, turn: Part, moment: Part, judged: Part) -> Part:
        if ctx.operation_id != op.RESTART:
            return tell(ctx, turn, moment, judged)
        usage = turn.usage.as_json()
        return json_answer(
            {"conversation_id": turn.conversation.id, "outputs": turn.outputs, "usage": usage}
        )

    return defect


@mutant(
    "conversation-streams.streams-are-not-kept",
    op.APPEND,
    place="resources.conversations.talks:keep",
)
def streams_are_not_kept(keep: Part) -> Part:
    """What a streamed append tells is not kept."""

    def defect(ctx: Part, conversation: Part, known: Part) -> None:
        if not (ctx.body.get("stream") and ctx.operation_id == op.APPEND):
            keep(ctx, conversation, known)

    return defect


@mutant("conversation-streams.arguments-come-twice", op.START, place=f"{STREAMS}:tell_call")
def arguments_come_twice(tell_call: Part) -> Part:
    """The arguments of a call are told twice."""
    return lambda entry, head: [*tell_call(entry, head), *tell_call(entry, head)]


@mutant("conversation-streams.tools-are-done-last", op.START, place=TELL)
def tools_are_done_last(tell: Part) -> Part:
    """The end of a tool's run is told after the message."""

    def defect(*given: Part) -> Part:
        told = list(tell(*given))
        late = [each for each in told if each["type"] == "tool.execution.done"]
        return [*(each for each in told[:-1] if each not in late), *late, told[-1]]

    return defect


@mutant("conversation-streams.handover-names-itself", op.START, place=f"{STREAMS}:tell_handoff")
def handover_names_itself(tell_handoff: Part) -> Part:
    """A handover is told as one to the agent that hands over."""
    return lambda entry, head: tell_handoff(
        {**entry, "next_agent_id": entry["previous_agent_id"]}, head
    )


@mutant("conversation-streams.usage-is-empty", op.START, place=TELL)
def usage_is_empty(tell: Part) -> Part:
    """The last event has an empty usage."""
    return lambda id_, moment, outputs, _usage: tell(id_, moment, outputs, {})


@mutant(
    "conversation-streams.refusals-are-streamed",
    op.START,
    place="resources.conversations.talks:start",
)
def refusals_are_streamed(start: Part) -> Part:
    """A start that is refused answers 200 with an error event."""

    def defect(ctx: Part) -> Part:
        try:
            return start(ctx)
        except APIError as error:
            told = {"type": ERROR, "message": "", "code": error.status}
            return EventStream([events.json_event(told, name=ERROR)])

    return defect
