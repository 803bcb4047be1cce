"""Figures about the executions of a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock import moments
from mistral_mock.answers import json_answer
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import course, engine, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

BAD = frozenset({course.FAILED, course.TERMINATED, course.TIMED_OUT})
"""The ends that count as errors; running out of time is one of them (our choice)."""


@operation("workflows.metrics.get_workflow_metrics")
def get_workflow_metrics(ctx: Context) -> Answer:
    """Return counts, durations in milliseconds, and the share of runs that tried something again.

    Each run counts; those that go on have no duration yet. Times are whole seconds since 1970.
    """
    found = find_rows(ctx)
    ended = [row for row in found if row.run.ended_at is not None]
    latencies = [latency_ms(row) for row in ended]
    return json_answer(
        {
            "execution_count": {"value": len(found)},
            "success_count": {"value": count(found, {course.COMPLETED})},
            "error_count": {"value": count(found, BAD)},
            "average_latency_ms": {"value": mean(latencies)},
            "latency_over_time": {
                "value": [
                    [int(row.run.started_at.timestamp()), latency]
                    for row, latency in zip(ended, latencies, strict=True)
                ]
            },
            "retry_rate": {"value": mean([float(bool(row.run.retries)) for row in found])},
        }
    )


def find_rows(ctx: Context) -> list[runs.Row]:
    """Return the runs of the workflow that started within the times of the query, oldest first.

    Raises:
        APIError: 404, there is no workflow with this name.

    """
    name = ctx.path["workflow_name"]
    workflow = engine.find_workflow(ctx.world, ctx.caller.workspace_id, name)
    if workflow is None or workflow.name != name:
        raise not_found("Workflow not found")
    first, last = moments.read_query(ctx, "start_time"), moments.read_query(ctx, "end_time")
    found = [
        row
        for execution in engine.executions(ctx.world, ctx.caller.workspace_id)
        if execution.workflow_id == workflow.id
        for row in runs.rows_of(execution, ctx.now())
        if moments.is_between(row.run.started_at, first, last)
    ]
    return sorted(found, key=lambda row: row.run.started_at)


def count(rows: Sequence[runs.Row], statuses: frozenset[str] | set[str]) -> int:
    """Return how many runs are in one of these states."""
    return sum(row.run.status in statuses for row in rows)


def latency_ms(row: runs.Row) -> float:
    """Return how long a run took, in milliseconds; 0 while it goes on."""
    end = row.run.ended_at or row.run.started_at
    return (end - row.run.started_at).total_seconds() * 1000


def mean(values: Sequence[float]) -> float:
    """Return the mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0
