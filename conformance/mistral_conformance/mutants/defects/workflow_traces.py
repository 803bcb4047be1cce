"""Defects of the traces of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules import workflow_traces as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

TRACES = "resources.workflows.traces"
SPANS = "resources.workflows.spans"


@mutant("workflow-traces.trace-id-is-short", op.OTEL, place=f"{SPANS}:trace_id")
def trace_id_is_short(trace_id: Part) -> Part:
    """The id of a trace has 16 digits."""
    return lambda execution: trace_id(execution)[:16]


@mutant("workflow-traces.spans-share-an-id", op.OTEL, op.SUMMARY, place=f"{TRACES}:view_otel")
def spans_share_an_id(view_otel: Part) -> Part:
    """All spans have the id of the one at the top."""
    return lambda span, trace: {**view_otel(span, trace), "spanId": trace.root.id}


@mutant("workflow-traces.spans-are-orphans", op.OTEL, place=f"{TRACES}:view_otel")
def spans_are_orphans(view_otel: Part) -> Part:
    """No span has a parent."""
    return lambda span, trace: {**view_otel(span, trace), "parentSpanId": None}


@mutant("workflow-traces.times-are-milliseconds", op.OTEL, place=f"{TRACES}:nanoseconds")
def times_are_milliseconds(nanoseconds: Part) -> Part:
    """Times are in milliseconds."""
    return lambda moment: nanoseconds(moment) // 1_000_000


@mutant("workflow-traces.tree-is-bare", op.SUMMARY, place=f"{TRACES}:view_span")
def tree_is_bare(view_span: Part) -> Part:
    """The tree has the span at the top alone."""
    return lambda span, _children: view_span(span, [])


@mutant("workflow-traces.machinery-is-shown", op.EVENTS, place=f"{TRACES}:get_trace_events")
def machinery_is_shown(get_trace_events: Part) -> Part:
    """The events of the machinery are shown unasked."""
    return lambda ctx: get_trace_events(
        evolve(ctx, query={**ctx.query, "include_internal_events": True})
    )


@mutant("workflow-traces.work-goes-on", op.EVENTS, place=f"{TRACES}:list_events")
def work_goes_on(list_events: Part) -> Part:
    """Events tell that a piece of work has begun, and never that it has ended."""
    return lambda given: [each for each in list_events(given) if not each.get("end_time_unix_ms")]


@mutant("workflow-traces.first-state-stays", op.EVENTS, place=f"{TRACES}:merge")
def first_state_stays(_merge: Part) -> Part:
    """Merged events show the first state, not the last."""
    return lambda events: list({event["id"]: event for event in events[::-1]}.values())


@mutant("workflow-traces.result-is-missing", op.OTEL, op.SUMMARY, place=f"{TRACES}:view")
def result_is_missing(view: Part) -> Part:
    """A trace shows its execution without the result."""
    return lambda ctx, execution: {**view(ctx, execution), "result": None}


@mutant("workflow-traces.one-name-is-one-event", op.EVENTS, place=f"{TRACES}:merge")
def one_name_is_one_event(merge: Part) -> Part:
    """Events of one name become one, not those of one id."""
    return lambda events: merge([{**event, "id": event["name"]} for event in events])


@mutant("workflow-traces.state-is-done", op.OTEL, op.SUMMARY, op.EVENTS, place=f"{TRACES}:view")
def state_is_done(view: Part) -> Part:
    """A trace tells that its execution is completed, whatever that is."""
    return lambda ctx, execution: {**view(ctx, execution), "status": "COMPLETED"}
