"""Traces of executions: the same spans as OpenTelemetry, as a tree, and as events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.readings import read_integer, some
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    SIGNAL,
    act,
    execute,
    finished,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

OTEL = "workflows.executions.get_workflow_execution_trace_otel"
SUMMARY = "workflows.executions.get_workflow_execution_trace_summary"
EVENTS = "workflows.executions.get_workflow_execution_trace_events"
TRACE_ID, SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
PROGRESS, AT_WORK = "EVENT_PROGRESS", "RUNNING"
COMMENTS = ("comment", "comment")
FRACTION = re.compile(r"\.(\d{1,6})")


@rule(MUST, "document: TempoTraceSpan", (OTEL,))
def spans_make_one_trace(ctx: Context) -> None:
    """All spans carry the id of the trace and ids of their own; each parent is one of them."""
    found = trace(ctx, OTEL, finished(ctx, execute(ctx)))
    ctx.expect(TRACE_ID.fullmatch(str(found["otel_trace_id"])), "the trace has no id", found)
    spans = spans_of(found)
    ids = [span["spanId"] for span in spans]
    ctx.expect(len(ids) == len(set(ids)), "a span's id comes twice", found)
    if len(spans) > 1 and not any("parentSpanId" in span for span in spans):
        ctx.skip("no span tells its parent")
    tops = [span for span in spans if span.get("parentSpanId") not in ids]
    expect_equal(ctx, len(tops), 1, "the number of spans at the top", found)
    for span in spans:
        ctx.expect(SPAN_ID.fullmatch(span["spanId"]), "a span's id is malformed", found)
        expect_equal(ctx, span["traceId"], found["otel_trace_id"], "a span's trace", found)


@rule(MUST, "document: TempoTraceSpan (nanoseconds since 1970, as text)", (OTEL,))
def spans_fit_the_execution(ctx: Context) -> None:
    """The span at the top lasts as long as the execution, and the others lie within."""
    run = finished(ctx, execute(ctx))
    found = trace(ctx, OTEL, run)
    times = [_span_times(span) for span in spans_of(found)]
    start, end = (nanoseconds(run[field]) for field in ("start_time", "end_time"))
    first, last = min(one for one, _ in times), max(other for _, other in times)
    near = max(fineness(run[field]) for field in ("start_time", "end_time"))
    ctx.expect(abs(first - start) <= near, "the trace begins at another time", run, found)
    ctx.expect(abs(last - end) <= near, "the trace ends at another time", run, found)
    ctx.expect(all(a <= b for a, b in times), "a span ends before it begins", found)


@rule(MUST, "document: WorkflowExecutionTraceSummarySpan", (SUMMARY, OTEL))
def tree_has_the_same_spans(ctx: Context) -> None:
    """The tree holds the spans of the trace, each below its parent, with the same times."""
    run = finished(ctx, execute(ctx))
    flat, tree = trace(ctx, OTEL, run), trace(ctx, SUMMARY, run)
    wanted = {span["spanId"]: (span["name"], *_span_times(span)) for span in spans_of(flat)}
    nodes = list(walk_tree(tree["span_tree"]))
    found = {
        node["span_id"]: (node["name"], node["start_time_unix_nano"], node["end_time_unix_nano"])
        for node, _ in nodes
    }
    expect_equal(ctx, found, wanted, "the tree", flat, tree)
    spans = {span["spanId"]: span for span in spans_of(flat)}
    for node, parent in nodes:
        if parent is not None:
            expect_equal(
                ctx, spans[node["span_id"]]["parentSpanId"], parent, "a span's parent", flat, tree
            )


@rule(MUST, "document: workflows.executions.get_workflow_execution_trace_events", (EVENTS,))
def events_hide_the_machinery(ctx: Context) -> None:
    """The events of the machinery come only when asked for; then the others are there as well."""
    run = finished(ctx, execute(ctx))
    plain = trace(ctx, EVENTS, run)
    full = trace(ctx, EVENTS, run, include_internal_events="true")
    ctx.expect(not any(each.get("internal") for each in plain["events"]), "one is internal", plain)
    told = any(each.get("internal") for each in full["events"])
    if not told and len(full["events"]) > len(plain["events"]):
        ctx.skip("events do not tell whether they are of the machinery")
    rest = [each for each in full["events"] if not each.get("internal")]
    expect_equal(
        ctx, picked(rest), plain["events"], "the events that are not internal", plain, full
    )
    times = [each["timestamp_unix_nano"] for each in full["events"]]
    ctx.expect(times == sorted(times), "the events are not in order of time", full)


@rule(MUST, "document: workflows.executions.get_workflow_execution_trace_events", (EVENTS,))
def events_are_merged(ctx: Context) -> None:
    """On request, the events with the same id become one, as the last of them tells."""
    _expect_merged(ctx, finished(ctx, execute(ctx)))


@rule(MUST, "document: workflows.executions.get_workflow_execution_trace_events", (EVENTS, SIGNAL))
def events_of_one_name_stay_apart(ctx: Context) -> None:
    """Two signals of one name are two events, also where events with the same id become one."""
    run = execute(ctx, APPROVE)
    for name in (*COMMENTS, "approve"):
        ctx.need(act(ctx, SIGNAL, run, name=name, input={}))
    _expect_merged(ctx, finished(ctx, run))


@rule(MUST, "document: WorkflowExecutionProgressTraceEvent (status, end_time_unix_ms)", (EVENTS,))
def work_has_ended(ctx: Context) -> None:
    """Of each piece of work the last event tells an end, once the execution has ended."""
    found = trace(ctx, EVENTS, finished(ctx, execute(ctx)))
    last = {each["id"]: each for each in found["events"] if each["type"] == PROGRESS}
    if not last:
        ctx.skip("no event tells how far a piece of work is")
    for each in last.values():
        said = f"the last event of {each['name']} says that it goes on"
        goes_on = each.get("status") == AT_WORK or each.get("end_time_unix_ms", 0) is None
        ctx.expect(not goes_on, said, found)


def _expect_merged(ctx: Context, run: Exchange) -> None:
    plain = trace(ctx, EVENTS, run)
    merged = trace(ctx, EVENTS, run, merge_same_id_events="true")
    last = {each["id"]: each.get("status") for each in plain["events"]}
    found = [(each["id"], each.get("status")) for each in merged["events"]]
    expect_equal(ctx, sorted(found), sorted(last.items()), "the merged events", plain, merged)


def trace(ctx: Context, operation: str, run: Exchange, **query: str) -> Exchange:
    """Return the trace of an execution in one of its forms."""
    return ctx.answer(operation, execution_id=run["execution_id"], query=query)


def spans_of(answer: Exchange) -> list[dict[str, Any]]:
    """Return all spans of a trace in the form of OpenTelemetry."""
    batches = answer.at("otel_trace_data.batches")
    found = [span for batch in batches for scope in batch["scopeSpans"] for span in scope["spans"]]
    return some(found, "spans", answer)


def walk_tree(
    node: dict[str, Any], parent: str | None = None
) -> list[tuple[dict[str, Any], str | None]]:
    """Return all spans of a tree, each with the id of the one above."""
    below = [
        pair for child in node.get("children", ()) for pair in walk_tree(child, node["span_id"])
    ]
    return [(node, parent), *below]


def nanoseconds(text: str) -> int:
    """Return the nanoseconds since 1970 of a time as the API writes it."""
    moment = read_time(text)
    return (int(moment.timestamp()) * 1_000_000 + moment.microsecond) * 1000


def fineness(text: str) -> int:
    """Return how much a time may be off for having so few digits, in nanoseconds."""
    told = FRACTION.search(text)
    return int(10 ** (9 - len(told[1] if told else "")))


def _span_times(span: dict[str, Any]) -> tuple[int, int]:
    """Return when a span begins and ends, in nanoseconds, which OpenTelemetry writes as text."""
    began, ended = span["startTimeUnixNano"], span["endTimeUnixNano"]
    return read_integer(began, "a begin"), read_integer(ended, "an end")
