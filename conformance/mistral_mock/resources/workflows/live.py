"""The event stream of one execution, until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.answers import EventStream
from mistral_mock.errors import Problem, invalid
from mistral_mock.events import json_event
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, events, lookup
from mistral_mock.resources.workflows.records import Execution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.events import WorkflowEvent

STORED, LIVE = "DATABASE", "LIVE"
LONGEST = 18
"""How many digits the number of an event may have."""


@operation("workflows.executions.stream")
def stream_execution(ctx: Context) -> EventStream:
    """The events of an execution, from its start or from where the caller left off.

    `DATABASE` ends with what has happened so far, `LIVE` begins with what happens next.
    """
    execution = lookup.find_execution(ctx)
    source = ctx.query["event_source"]
    seen = read_place(ctx.query["last_event_id"])
    if source == LIVE:
        seen = max(seen, len(events.events_of(execution, ctx.now())))
    return EventStream(_follow(ctx, execution, seen, stored=source == STORED))


def read_place(text: str | None) -> int:
    """How many events the caller has had, from the id of the last; 0 when none is given.

    Raises:
        APIError: 422, the id is none that a stream gave.

    """
    if text is None:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST:
        message = "Value error, no event of a stream has this id"
        raise invalid(Problem(("query", "last_event_id"), message, input=text))
    return int(text)


def _follow(
    ctx: Context, execution: Execution, seen: int, *, stored: bool
) -> Iterator[bytes | None]:
    while True:
        found = ctx.table(Execution).get(execution.id)
        if found is None:
            return
        now = ctx.now()
        for event in events.events_of(found, now)[seen:]:
            seen += 1
            yield spell(event)
        if stored or not engine.view_of(found, now).open:
            return
        yield None


def spell(event: WorkflowEvent) -> bytes:
    """The event as a stream sends it; its number is the id to go on after."""
    return json_event(events.stream_item(event), name=event.type, id_=str(event.sequence))
