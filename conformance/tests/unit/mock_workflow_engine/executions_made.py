"""Executions as tests make them: a script, and what is done to it, in seconds from its start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mistral_mock.resources.workflows import playing
from mistral_mock.resources.workflows.records import Execution, Moment

if TYPE_CHECKING:
    from mistral_mock.resources.workflows.course import Run

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR_S = 3600.0


def after(seconds: float) -> datetime:
    """The moment so long after the start."""
    return BEGIN + timedelta(seconds=seconds)


def make(*steps: dict[str, Any], **more: Any) -> Execution:
    """An execution of these steps; `given` is its input, the rest belongs to its script."""
    given = more.pop("given", {})
    return Execution(
        id="lab one",
        workspace_id="lab",
        execution_id="one",
        workflow_id="w",
        workflow_name="made",
        display_name="Made",
        registration_id="r",
        deployment_name="d",
        script={"name": "made", "steps": list(steps), **more},
        input=given,
        started_at=BEGIN,
        run_id="run",
        user_id="u",
        schedule_id=None,
        parent_execution_id=None,
        root_execution_id="one",
        tracing_attributes={},
        force_new_trace=False,
        extensions={},
    )


def do(
    kind: str, seconds: float, name: str = "", value: object = None, **details: object
) -> Moment:
    """Something that is done to an execution so long after its start."""
    return Moment(at=after(seconds), kind=kind, name=name, value=value, details=details)


def last(execution: Execution, *moments: Moment) -> Run:
    """The last run, when all has come to pass."""
    for moment in moments:
        execution = execution.after(moment)
    return playing.course_of(execution).runs[-1]


def kinds(run: Run) -> list[str]:
    """What its history tells, one word for each entry."""
    return [one.kind for one in run.happenings]


def seconds(run: Run, kind: str) -> list[float]:
    """When something happened, in seconds from the start of the execution."""
    return [(one.at - BEGIN).total_seconds() for one in run.happenings if one.kind == kind]
