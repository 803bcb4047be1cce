"""The spans of an execution: what its history says took time, and the moments in between.

The span at the top is the execution itself, through all runs that carry on; below it are the tries
of activities, the tasks that the code announces, and the workflows that it starts. A run after a
reset begins a chain of its own: then the trace is that of the chain.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_mock.answers import encode
from mistral_mock.resources.workflows import course, engine
from mistral_mock.resources.workflows.records import record_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Happening, Run
    from mistral_mock.resources.workflows.records import Execution

INTERNAL, SERVER, CLIENT = "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT"
TRIES = "ACTIVITY_TASK_"
TASKS = "CUSTOM_TASK_"
CHILD_START = "START_CHILD_WORKFLOW_EXECUTION_INITIATED"
CHILD_ENDS = ("CHILD_WORKFLOW_EXECUTION_COMPLETED", "CHILD_WORKFLOW_EXECUTION_FAILED")
PUBLIC = frozenset(
    {
        "WORKFLOW_EXECUTION_SIGNALED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
        "CUSTOM_TASK_IN_PROGRESS",
    }
)
"""Moments of callers and of the workflow's code; all others are the machinery's (our choice)."""


@frozen(kw_only=True)
class Point:
    """A moment in a span."""

    id: str
    name: str
    at: datetime
    attributes: dict[str, Any]
    internal: bool


@frozen(kw_only=True)
class Span:
    """A piece of work."""

    id: str
    """16 hexadecimal digits."""
    key: str
    """What it is about, such as an activity with all its tries."""
    name: str
    kind: str
    started_at: datetime
    ended_at: datetime | None = None
    """None while it goes on."""
    error: str | None = None
    attributes: dict[str, Any] = field(factory=dict)
    points: tuple[Point, ...] = ()


@frozen(kw_only=True)
class Trace:
    """The span at the top and those below it, in the order in which they began."""

    id: str
    """32 hexadecimal digits."""
    parent_id: str | None
    """The span of another execution, the one that started this one."""
    root: Span
    spans: tuple[Span, ...]


def trace_of(execution: Execution, now: datetime) -> Trace:
    """Return the trace of an execution as it is at a moment."""
    runs = engine.runs_of(execution, now)
    chain = [run for run in runs if run.first_run_id == runs[-1].first_run_id]
    spans: dict[str, Span] = {}
    points: list[Point] = []
    for run in chain:
        for happening in run.happenings:
            take(execution, run, happening, spans, points)
        for key, span in spans.items():
            if span.ended_at is None and run.ended_at is not None:
                spans[key] = evolve(span, ended_at=run.ended_at, error=run.status)
    return Trace(
        id=trace_id(execution),
        parent_id=find_parent(execution),
        root=find_root(execution, chain, points),
        spans=tuple(spans.values()),
    )


def find_root(execution: Execution, chain: list[Run], points: list[Point]) -> Span:
    """Return the span of the execution itself."""
    first, last = chain[0], chain[-1]
    bad = last.status not in {*course.OPEN, course.COMPLETED}
    return Span(
        id=digest(8, f"root {execution.id} {first.run_id}"),
        key=execution.execution_id,
        name=execution.workflow_name,
        kind=SERVER,
        started_at=first.happenings[0].at if first.happenings else first.started_at,
        ended_at=last.ended_at,
        error=(last.failure or last.status) if bad else None,
        attributes={
            "workflow.execution_id": execution.execution_id,
            "workflow.run_id": last.run_id,
            "workflow.status": last.status,
            **execution.tracing_attributes,
        },
        points=tuple(points),
    )


def take(
    execution: Execution,
    run: Run,
    happening: Happening,
    spans: dict[str, Span],
    points: list[Point],
) -> None:
    """Take one entry of a history into the spans, or into the moments when none is about it."""
    kind, facts = happening.kind, happening.attributes
    if kind.startswith((TRIES, TASKS)) and kind != "ACTIVITY_TASK_SCHEDULED":
        key = f"{run.run_id} {facts['task']} {facts.get('attempt', 1)}"
        if kind.endswith("_STARTED"):
            spans[key] = open_work(execution, key, happening)
        elif kind.endswith("_IN_PROGRESS"):
            span = spans[key]
            spans[key] = evolve(span, points=(*span.points, make_point(execution, run, happening)))
        else:
            done = kind.endswith("_COMPLETED")
            error = None if done else facts.get("failure") or kind.rpartition("TASK_")[2]
            spans[key] = evolve(spans[key], ended_at=happening.at, error=error)
    elif kind == CHILD_START:
        spans[facts["execution_id"]] = open_child(execution, happening)
    elif kind in CHILD_ENDS:
        key = facts["execution_id"]
        spans[key] = evolve(spans[key], ended_at=happening.at, error=facts.get("failure"))
    else:
        points.append(make_point(execution, run, happening))


def open_work(execution: Execution, key: str, happening: Happening) -> Span:
    """Return the span of a try of an activity, or of a task."""
    facts = happening.attributes
    activity = happening.kind.startswith(TRIES)
    return Span(
        id=digest(8, f"work {execution.id} {key}"),
        key=facts["task"],
        name=facts["activity"] if activity else facts["type"],
        kind=CLIENT if activity else INTERNAL,
        started_at=happening.at,
        attributes={"task.id": facts["task"], "attempt": facts.get("attempt", 1)},
    )


def open_child(execution: Execution, happening: Happening) -> Span:
    """Return the span of a workflow that the execution has started."""
    facts = happening.attributes
    return Span(
        id=child_span_id(execution.workspace_id, facts["execution_id"]),
        key=facts["execution_id"],
        name=facts["workflow"],
        kind=CLIENT,
        started_at=happening.at,
        attributes={"workflow.execution_id": facts["execution_id"]},
    )


def make_point(execution: Execution, run: Run, happening: Happening) -> Point:
    """Return the moment of an entry of a history."""
    plain = {name: flat(value) for name, value in happening.attributes.items()}
    named = happening.kind == "WORKFLOW_EXECUTION_SIGNALED"
    return Point(
        id=digest(8, f"point {execution.id} {run.run_id} {happening.number}"),
        name=str(happening.attributes["name"]) if named else happening.kind.lower(),
        at=happening.at,
        attributes=plain,
        internal=happening.kind not in PUBLIC,
    )


def flat(value: object) -> object:
    """Return the value, as far as an attribute may hold it; objects become JSON text."""
    return json_text(value) if isinstance(value, dict) else value


def json_text(value: object) -> str:
    """Return the value as JSON text."""
    return encode(value).decode()


def find_parent(execution: Execution) -> str | None:
    """Return the span of the execution that started this one, when both share a trace."""
    if execution.parent_execution_id is None or execution.force_new_trace:
        return None
    return child_span_id(execution.workspace_id, execution.execution_id)


def child_span_id(workspace_id: str, execution_id: str) -> str:
    """Return the id of the span in which an execution has started this one."""
    return digest(8, f"child {record_id(workspace_id, execution_id)}")


def trace_id(execution: Execution) -> str:
    """Return the id of the trace: one for a whole family, unless an execution wants its own."""
    top = execution.execution_id if execution.force_new_trace else execution.root_execution_id
    return digest(16, f"trace {record_id(execution.workspace_id, top)}")


def digest(size: int, text: str) -> str:
    """So many bytes, in hexadecimal digits, that follow from the text."""
    return blake2b(text.encode(), digest_size=size).hexdigest()


def nested(trace: Trace) -> Iterator[Span]:
    """Yield all spans, the one at the top first."""
    yield trace.root
    yield from trace.spans
