"""Events of executions: listed, and followed in a stream that has no end of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.readings import column, exactly
from mistral_conformance.rules.common.steps import expect_equal, watch, word
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    HISTORY,
    OPEN_ACCOUNT,
    SIGNAL,
    act,
    execute,
    finished,
    history_of,
    start,
    types_in,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST = "workflows.events.get_workflow_events"
STREAM = "workflows.events.get_stream_events"
STARTED, COMPLETED = "WORKFLOW_EXECUTION_STARTED", "WORKFLOW_EXECUTION_COMPLETED"
SOON_S = 1.0
"""How long a stream is heard that has what is wanted already."""


@rule(MUST, "document: workflows.events.get_stream_events (WorkflowStreamEvent)", (STREAM, LIST))
def stream_tells_what_the_list_tells(ctx: Context) -> None:
    """The stream sends the events of the list as they came, with ids to go on from."""
    run = finished(ctx, execute(ctx))
    listed = listing(ctx, run)
    heard = hear(ctx, run)
    sent = [event.json() for event in heard.events]
    latest_first = column(listed, "events", "event_type")[0] == COMPLETED
    events = listed["events"][:: -1 if latest_first else 1]
    expect_equal(ctx, [each["data"] for each in sent], events, "events", listed, heard)
    kinds = types_in(heard)
    expect_equal(ctx, (kinds[0], kinds[-1]), (STARTED, COMPLETED), "first and last", heard)
    ctx.expect(not any(e.name == "error" for e in heard.events), "an event is called error", heard)
    ctx.expect(all(event.id for event in heard.events), "an event has no id", heard)
    numbers = [each["broker_sequence"] for each in sent]
    ctx.expect(numbers == sorted(set(numbers)), "the numbers do not rise", heard)


@rule(
    MUST,
    "document: workflows.events.get_workflow_events; harm: who waits for an end never sees it",
    (LIST,),
)
def list_goes_on(ctx: Context) -> None:
    """What is done to an execution after a look at its events and history shows at the next one."""
    run = execute(ctx, APPROVE)
    before = ctx.answer(LIST, query={"workflow_exec_id": run["execution_id"]})
    known = history_of(act(ctx, HISTORY, run))
    ctx.need(act(ctx, SIGNAL, run, name="approve", input={"by": "a"}))
    finished(ctx, run)
    later, history = listing(ctx, run), act(ctx, HISTORY, run)
    ends = column(later, "events", "event_type")
    ctx.expect(COMPLETED in ends, "the list that was read before lacks the end", before, later)
    lost = {*column(before, "events", "event_id")} - {*column(later, "events", "event_id")}
    ctx.expect(not lost, "events that were told are told no more", before, later)
    longer = not known or len(history_of(history)) > len(known)
    ctx.expect(longer, "the history that was read before lacks the end", history)


@rule(MUST, "document: parameters (workflow_exec_id, root_workflow_exec_id)", (LIST,))
def children_tell_their_own(ctx: Context) -> None:
    """One id gives the events of an execution alone, another those of all that it has started."""
    run = finished(ctx, start(ctx, OPEN_ACCOUNT, input={"customer": word(ctx)}))
    id_ = run["execution_id"]
    tree = ctx.answer(LIST, query={"root_workflow_exec_id": id_})
    strange = {*column(tree, "events", "root_workflow_exec_id")} - {id_}
    ctx.expect(not strange, f"events of the root {id_} are of {strange}", tree)
    members = {id_, *column(tree, "events", "workflow_exec_id")}
    several = "the events of what was started are not among those of the root"
    ctx.expect(len(members) > 1, several, tree)
    ids = column(tree, "events", "event_id")
    for member in sorted(members):
        own = ctx.answer(LIST, query={"workflow_exec_id": member})
        strange = {*column(own, "events", "workflow_exec_id")} - {member}
        ctx.expect(not strange, f"events of {member} are of {strange}", own)
        alone = [event for event in column(own, "events", "event_id") if event in ids]
        amid = [event for event in ids if event in alone]
        expect_equal(ctx, amid, alone, f"order of the events of {member}", own, tree)


@rule(MUST, "document: workflows.events.get_stream_events", (STREAM,))
def stream_is_filtered(ctx: Context) -> None:
    """Each filter of the stream lets the events through that match, and no others.

    An event has the same number whichever filter lets it through.
    """
    run = finished(ctx, execute(ctx))
    listing(ctx, run)
    whole = hear(ctx, run)
    kinds, numbers = types_in(whole), _numbers(whole)
    activities = [kind for kind in kinds if kind.startswith("ACTIVITY_TASK")]
    cases: list[tuple[Mapping[str, Any], list[str]]] = [
        ({"scope": "activity"}, activities),
        ({"scope": "workflow"}, [kind for kind in kinds if kind not in activities]),
        ({"workflow_event_types": [COMPLETED, STARTED]}, [STARTED, COMPLETED]),
        ({"workflow_name": run["workflow_name"], "scope": "activity"}, activities),
        ({"workflow_name": word(ctx)}, []),
        ({"root_workflow_exec_id": word(ctx)}, []),
        ({"activity_name": word(ctx)}, []),
    ]
    for query, wanted in cases:
        heard = hear(ctx, run, query, most_events=len(kinds), most_s=SOON_S / 2)
        expect_equal(ctx, types_in(heard), wanted, f"what {query} lets through", heard)
        told = _numbers(heard)
        due = {id_: numbers.get(id_) for id_ in told}
        expect_equal(ctx, told, due, f"the numbers of what {query} lets through", whole, heard)
        if heard.events and "scope" in query:
            ids, places = [str(event.id) for event in heard.events], sorted(told.values())
            exactly(len(ids), places, f"numbers of what {query} lets through", heard)
            most: dict[str, Any] = {"most_events": len(ids), "most_s": SOON_S / 2}
            rest = hear(ctx, run, query, headers={"last-event-id": ids[0]}, **most)
            second = hear(ctx, run, {**query, "start_seq": places[min(1, len(ids) - 1)]}, **most)
            for later, first in ((rest, 1), (second, min(1, len(ids) - 1))):
                found = [str(event.id) for event in later.events]
                what = f"what {query} lets through from the second on"
                expect_equal(ctx, found, ids[first:], what, heard, later)


@rule(SHOULD, "document: workflows.events.get_stream_events", (STREAM,))
def metadata_are_filtered(ctx: Context) -> None:
    """A filter of the metadata, given as JSON text, lets only events with its values through."""
    tag = f'{word(ctx)}: "größe", a+b&c'
    run = execute(ctx, custom_tracing_attributes={"team": tag})
    finished(ctx, run)
    heard = hear(ctx, run)
    if not heard.events or heard.events[0].json().get("metadata", {}).get("team") != tag:
        ctx.skip("the metadata of events are not the tracing attributes")
    for team, count in ((tag, len(heard.events)), (word(ctx), 0)):
        query = {"metadata_filters": json.dumps({"team": team})}
        found = hear(ctx, run, query, most_events=len(heard.events))
        expect_equal(ctx, len(found.events), count, f"events with {query}", heard, found)


def _numbers(heard: Exchange) -> dict[str, int]:
    """Return the numbers of the events in the stream, each by its event's id."""
    told = [each.json() for each in heard.events]
    return {each["data"]["event_id"]: each["broker_sequence"] for each in told}


def listing(ctx: Context, run: Exchange) -> Exchange:
    """Return the events of an execution that is at its end, in one page, once they are shown."""
    query = {"workflow_exec_id": run["execution_id"]}

    def lacks_end(told: Exchange) -> bool:
        return COMPLETED not in column(told, "events", "event_type")

    found = watch(ctx, lambda: ctx.answer(LIST, query=query), lacks_end, most=4)[-1]
    ctx.expect(found["events"], "the list has no events of the execution", found)
    return found


def hear(
    ctx: Context,
    run: Exchange,
    query: Mapping[str, Any] | None = None,
    *,
    headers: dict[str, str] | None = None,
    most_events: int = 50,
    most_s: float = SOON_S,
) -> Exchange:
    """Return what the stream sends about one execution before it falls silent."""
    narrow = {"workflow_exec_id": run["execution_id"], **(query or {})}
    heard = ctx.api.listen(
        STREAM, query=narrow, headers=headers, most_events=most_events, most_s=most_s
    )
    return ctx.expect_status(heard, 200)
