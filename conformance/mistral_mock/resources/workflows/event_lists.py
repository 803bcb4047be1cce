"""Events as callers get them: in lists, in the stream of an execution, in one of a workspace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_mock import pages
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.clock import NEVER
from mistral_mock.errors import Problem, invalid
from mistral_mock.events import json_event
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, events, lookup
from mistral_mock.resources.workflows.records import Execution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.events import WorkflowEvent

STORED, LIVE = "DATABASE", "LIVE"
NUMBER = re.compile(r"[0-9]{1,18}")
ANY = "*"
"""Lets everything through."""
ACTIVITY = "ACTIVITY_TASK"
"""What the types of events about activities begin with; all others are about workflows."""


@operation("workflows.events.get_workflow_events")
def get_workflow_events(ctx: Context) -> Answer:
    """Return a page of the events that pass all filters, oldest first."""
    query = ctx.query
    found = [
        event
        for event in tell(ctx)
        if query["root_workflow_exec_id"] in {None, event.execution.root_execution_id}
        and query["workflow_exec_id"] in {None, event.execution.execution_id}
        and query["workflow_run_id"] in {None, event.run.run_id}
    ]
    page, cursor = pages.slice_after(ctx, found, query["limit"], "cursor")
    return json_answer({"events": [event.as_json() for event in page], "next_cursor": cursor})


@operation("workflows.events.get_stream_events")
def get_stream_events(ctx: Context) -> EventStream:
    """Return the events that pass all filters: those that are there, then each as it happens.

    Begins at `start_seq`, or after the event whose number comes as `Last-Event-ID`.
    """
    return EventStream(follow(ctx, first_number(ctx)))


def first_number(ctx: Context) -> int:
    """Return the number of the event to begin at; an id that no event can have is not looked at."""
    last = ctx.headers.get("last-event-id", "")
    given: int = ctx.query["start_seq"]
    return int(last) + 1 if NUMBER.fullmatch(last) else given


def follow(ctx: Context, first: int) -> Iterator[bytes | None]:
    """Yield the events from a number on, as they happen; None where nothing has happened yet.

    All events are gone through again only when something has come up.
    """
    version, due, first = -1, NEVER, max(first, 1)
    while True:
        now, present = ctx.now(), ctx.table(Execution).version
        if present != version or now >= due:
            version, found = present, events.foretell_all(ctx.world, ctx.caller.workspace_id)
            due = found.next_after(now)
            for event in found.so_far(now)[first - 1 :]:
                number, first = first, first + 1
                if is_wanted(ctx, event):
                    yield spell(evolve(event, sequence=number))
        else:
            yield None


def tell(ctx: Context) -> Sequence[WorkflowEvent]:
    """Return all events of the caller's workspace so far, in order."""
    return events.all_events(ctx.world, ctx.caller.workspace_id, ctx.now())


def is_wanted(ctx: Context, event: WorkflowEvent) -> bool:
    """Say whether the event passes all filters of the query."""
    return is_of_execution(ctx, event) and is_of_kind(ctx, event)


def is_of_execution(ctx: Context, event: WorkflowEvent) -> bool:
    """Say whether the filters that look at the execution let the event pass."""
    query, execution = ctx.query, event.execution
    return (
        query["workflow_name"] in {ANY, execution.workflow_name}
        and query["workflow_exec_id"] in {ANY, execution.execution_id}
        and query["root_workflow_exec_id"] in {ANY, execution.root_execution_id}
        and query["parent_workflow_exec_id"] in {ANY, execution.parent_execution_id}
        and pages.has_entries(execution.tracing_attributes, query["metadata_filters"])
    )


def is_of_kind(ctx: Context, event: WorkflowEvent) -> bool:
    """Say whether the filters that look at the event itself let it pass."""
    query = ctx.query
    about_activity = event.type.startswith(ACTIVITY)
    scope = "activity" if about_activity else "workflow"
    activity = event.attributes if about_activity else {}
    types = query["workflow_event_types"]
    return (
        query["scope"] in {ANY, scope}
        and query["activity_name"] in {ANY, activity.get("activity_name")}
        and query["activity_id"] in {ANY, activity.get("task_id")}
        and query["stream"] in {ANY, events.STREAM}
        and (not types or event.type in types)
    )


@operation("workflows.executions.stream")
def stream_execution(ctx: Context) -> EventStream:
    """Return the events of an execution, from its start or from where the caller left off.

    `DATABASE` ends with what has happened so far, `LIVE` begins with what happens next.
    """
    execution = lookup.find_execution(ctx)
    source = ctx.query["event_source"]
    seen = read_place(ctx.query["last_event_id"])
    if source == LIVE:
        seen = max(seen, len(events.events_of(execution, ctx.now())))
    return EventStream(follow_execution(ctx, execution, seen, stored=source == STORED))


def read_place(text: str | None) -> int:
    """Return how many events the caller has had, from the id of the last; 0 when none is given.

    Raises:
        APIError: 422, the id is none that a stream gave.

    """
    if text is None:
        return 0
    if not NUMBER.fullmatch(text):
        message = "Value error, no event of a stream has this id"
        raise invalid(Problem(("query", "last_event_id"), message, input=text))
    return int(text)


def follow_execution(
    ctx: Context, execution: Execution, seen: int, *, stored: bool
) -> Iterator[bytes | None]:
    """Yield the events after those that the caller has had, as they come.

    None while there is none.
    """
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
    """Return the event as a stream sends it; its number is the id to go on after."""
    return json_event(events.stream_item(event), name=event.type, id_=str(event.sequence))
