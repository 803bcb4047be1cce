"""The trace of an execution: as OpenTelemetry, as a tree, and as a list of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.answers import json_answer
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, lookup, spans, views
from mistral_mock.resources.workflows.events import nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.records import Execution
    from mistral_mock.resources.workflows.spans import Point, Span, Trace

SOURCE = "tempo"
SCOPE = "workflows"
OPEN_END = "0"
"""The end of a span that goes on, as OpenTelemetry's unset times are written."""


@operation("workflows.executions.get_workflow_execution_trace_otel")
def get_trace_otel(ctx: Context) -> Answer:
    """Return the execution with its spans in the form of Grafana Tempo.

    64-bit numbers are texts.
    """
    execution = lookup.find_execution(ctx)
    trace = spans.trace_of(execution, ctx.now())
    batch = {
        "resource": {"attributes": view_attributes({"service.name": execution.deployment_name})},
        "scopeSpans": [
            {
                "scope": {"name": SCOPE},
                "spans": [view_otel(span, trace) for span in spans.nested(trace)],
            }
        ],
    }
    return json_answer(
        {
            **view(ctx, execution),
            "data_source": SOURCE,
            "otel_trace_id": trace.id,
            "otel_trace_data": {"batches": [batch]},
        }
    )


@operation("workflows.executions.get_workflow_execution_trace_summary")
def get_trace_summary(ctx: Context) -> Answer:
    """Return the execution with its spans within each other."""
    execution = lookup.find_execution(ctx)
    trace = spans.trace_of(execution, ctx.now())
    children = [view_span(span, []) for span in trace.spans]
    return json_answer({**view(ctx, execution), "span_tree": view_span(trace.root, children)})


@operation("workflows.executions.get_workflow_execution_trace_events")
def get_trace_events(ctx: Context) -> Answer:
    """Return the execution with the events of its trace, in order.

    Those of the machinery on request.
    """
    execution = lookup.find_execution(ctx)
    found = list_events(spans.trace_of(execution, ctx.now()))
    if not ctx.query["include_internal_events"]:
        found = [event for event in found if not event["internal"]]
    if ctx.query["merge_same_id_events"]:
        found = merge(found)
    return json_answer({**view(ctx, execution), "events": found})


def view(ctx: Context, execution: Execution) -> dict[str, Any]:
    """Return the execution as its present run shows it."""
    return views.view_execution(execution, engine.view_of(execution, ctx.now()))


def view_otel(span: Span, trace: Trace) -> dict[str, Any]:
    """Return a span as Tempo writes it."""
    top = span is trace.root
    return {
        "traceId": trace.id,
        "spanId": span.id,
        "parentSpanId": trace.parent_id if top else trace.root.id,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(nanoseconds(span.started_at)),
        "endTimeUnixNano": OPEN_END if span.ended_at is None else str(nanoseconds(span.ended_at)),
        "attributes": view_attributes(facts_of(span)),
        "events": [
            {
                "name": point.name,
                "timeUnixNano": str(nanoseconds(point.at)),
                "attributes": view_attributes(point.attributes),
            }
            for point in span.points
        ],
    }


def facts_of(span: Span) -> dict[str, Any]:
    """Return what is known about a span, with its error if it has one."""
    return span.attributes if span.error is None else {**span.attributes, "error": span.error}


def view_attributes(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """Named values, each wrapped by its type; what is null is left out."""
    return [
        {"key": key, "value": wrap(value)} for key, value in attributes.items() if value is not None
    ]


def wrap(value: object) -> dict[str, Any]:
    """Return a value in an object whose one field tells its type; other numbers are texts."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [wrap_element(each) for each in value]}}
    return {"stringValue": value if isinstance(value, str) else spans.json_text(value)}


def wrap_element(value: object) -> dict[str, Any]:
    """Return a value in a list; lists in lists become JSON text."""
    return wrap(spans.json_text(value) if isinstance(value, list) else value)


def view_span(span: Span, children: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a span of the tree."""
    return {
        "span_id": span.id,
        "name": span.name,
        "start_time_unix_nano": nanoseconds(span.started_at),
        "end_time_unix_nano": None if span.ended_at is None else nanoseconds(span.ended_at),
        "attributes": facts_of(span),
        "events": [view_point(point) for point in span.points],
        "children": children,
    }


def view_point(point: Point) -> dict[str, Any]:
    """Return a moment of a trace."""
    return {
        "type": "EVENT",
        "name": point.name,
        "id": point.id,
        "timestamp_unix_nano": nanoseconds(point.at),
        "attributes": point.attributes,
        "internal": point.internal,
    }


def list_events(trace: Trace) -> list[dict[str, Any]]:
    """Return the moments of a trace, and the states of its pieces of work, in order of time.

    A piece of work is told when it begins, with every progress, and when it ends, each time with
    the same id; the tries of an activity are one piece of work.
    """
    found = [view_point(point) for point in trace.root.points]
    for span in trace.spans:
        found.append(view_progress(span, span.started_at, None))
        found += [
            {**view_progress(span, point.at, None), "attributes": point.attributes}
            for point in span.points
        ]
        if span.ended_at is not None:
            found.append(view_progress(span, span.ended_at, span.ended_at))
    return sorted(found, key=lambda event: event["timestamp_unix_nano"])


def view_progress(span: Span, at: datetime, ended_at: datetime | None) -> dict[str, Any]:
    """Return how far a piece of work was at a moment; its id is that of the first try."""
    ended = "FAILED" if span.error is not None else "COMPLETED"
    return {
        "type": "EVENT_PROGRESS",
        "name": span.name,
        "id": span.key,
        "timestamp_unix_nano": nanoseconds(at),
        "attributes": span.attributes,
        "internal": False,
        "status": "RUNNING" if ended_at is None else ended,
        "start_time_unix_ms": milliseconds(span.started_at),
        "end_time_unix_ms": None if ended_at is None else milliseconds(ended_at),
        "error": None if ended_at is None else span.error,
    }


def merge(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events, those of the same id made one: as the first began, as the last tells."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        first = found.get(event["id"], event)
        begin = {name: first[name] for name in ("start_time_unix_ms",) if name in first}
        found[event["id"]] = {**event, **begin}
    return list(found.values())


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return nanoseconds(moment) // 1_000_000
