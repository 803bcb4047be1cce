"""What happens in executions as the API tells it: 17 types of events, numbered in streams.

Not every entry of a history has an event: timers and signals have none, and neither has the end
of an execution that somebody terminates (no type fits).
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from attrs import evolve, frozen

from mistral_mock.clock import NEVER, spell
from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows import engine, playing
from mistral_mock.resources.workflows.records import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Happening, Run
    from mistral_mock.world import World

    Facts = Mapping[str, Any]
    Told = Callable[[Execution, Facts], dict[str, Any]]

STREAM = "workflow"
"""The name of the stream that all events are in (our choice)."""


@frozen
class WorkflowEvent:
    """An event, and its number in the stream that it was asked for; 0 without one."""

    sequence: int
    execution: Execution
    run: Run
    happening: Happening
    type: str
    attributes: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the event, a UUID; a reset run has ids of its own for what it repeats."""
        return stable_id("workflow-event", f"{self.run.run_id} {self.happening.number}")

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.happening.at

    @property
    def parent_id(self) -> str:
        """Nothing that it belongs to: pages of events need ids alone."""
        return ""

    def as_json(self) -> dict[str, Any]:
        """Return the event as the document has it."""
        execution, run = self.execution, self.run
        return {
            "event_id": self.id,
            "event_timestamp": nanoseconds(self.at),
            "root_workflow_exec_id": execution.root_execution_id,
            "parent_workflow_exec_id": execution.parent_execution_id,
            "continued_run_id": run.continued_run_id,
            "first_execution_run_id": run.first_run_id,
            "schedule_id": execution.schedule_id,
            "workflow_exec_id": execution.execution_id,
            "workflow_run_id": run.run_id,
            "workflow_name": execution.workflow_name,
            "event_type": self.type,
            "attributes": self.attributes,
        }


def events_of(execution: Execution, now: datetime) -> list[WorkflowEvent]:
    """Return what has happened in an execution so far, in order, numbered from 1."""
    found = list(_tell_all(execution, now))
    return [evolve(event, sequence=number) for number, event in enumerate(found, 1)]


@frozen
class Foretold:
    """The events of all executions of a workspace, in order and ahead of time, without numbers."""

    version: int
    """That of the table that they come from."""
    events: Sequence[WorkflowEvent]
    moments: Sequence[datetime]

    def so_far(self, now: datetime) -> Sequence[WorkflowEvent]:
        """Return what has happened up to a moment."""
        return self.events[: bisect_right(self.moments, now)]

    def next_after(self, now: datetime) -> datetime:
        """Return when something happens next by itself."""
        place = bisect_right(self.moments, now)
        return self.moments[place] if place < len(self.moments) else NEVER


_FORETOLD: WeakKeyDictionary[World, dict[str, Foretold]] = WeakKeyDictionary()


def foretell_all(world: World, workspace_id: str) -> Foretold:
    """Return the events of all executions of a workspace; all who follow them share one list.

    A transaction, whose changes may come to nothing, makes its own.
    """
    version = world.store.table(Execution).version
    is_settled = world.store is world.root.store
    known = _FORETOLD.setdefault(world.root, {}) if is_settled else {}
    found = known.get(workspace_id)
    if found is None or found.version != version:
        told = [
            event
            for each in engine.executions(world, workspace_id)
            for event in each.derive(foretell)
        ]
        told.sort(key=attrgetter("happening.at"))
        found = known[workspace_id] = Foretold(version, told, [event.at for event in told])
    return found


def all_events(world: World, workspace_id: str, now: datetime) -> Sequence[WorkflowEvent]:
    """Return what has happened in all executions of a workspace, in order, without numbers."""
    return foretell_all(world, workspace_id).so_far(now)


def stream_item(event: WorkflowEvent) -> dict[str, Any]:
    """Return the event with its place in its stream."""
    execution = event.execution
    return {
        "stream": STREAM,
        "timestamp": spell(event.at),
        "data": event.as_json(),
        "workflow_context": {
            "namespace": execution.workspace_id,
            "workflow_name": execution.workflow_name,
            "workflow_exec_id": execution.execution_id,
            "parent_workflow_exec_id": execution.parent_execution_id,
            "root_workflow_exec_id": execution.root_execution_id,
        },
        "metadata": dict(execution.tracing_attributes),
        "broker_sequence": event.sequence,
    }


def nanoseconds(moment: datetime) -> int:
    """Nanoseconds since 1970, exact to the microsecond."""
    seconds = int(moment.timestamp())
    return (seconds * 1_000_000 + moment.microsecond) * 1000


def payload(value: object) -> dict[str, Any]:
    """Return a whole value, plain."""
    return {"type": "json", "value": value, "encoding_options": None}


def _tell_all(execution: Execution, now: datetime) -> Sequence[WorkflowEvent]:
    """Return the events of an execution so far, without numbers."""
    told = execution.derive(foretell)
    if told and told[-1].at <= now:
        return told
    return [event for event in told if event.at <= now]


def foretell(execution: Execution) -> tuple[WorkflowEvent, ...]:
    """Return the events of all runs, ahead of time and without numbers."""
    return tuple(_foretell(execution))


def _foretell(execution: Execution) -> Iterator[WorkflowEvent]:
    """Yield the same, one by one; what a run after a reset repeats is not told again."""
    for run in playing.course_of(execution).runs:
        for happening in run.happenings:
            if happening.number <= run.inherited or _is_silent(happening):
                continue
            tell = TELLERS.get(happening.kind)
            if tell is not None:
                name = TYPES.get(happening.kind, happening.kind)
                told = tell(execution, happening.attributes)
                yield WorkflowEvent(0, execution, run, happening, name, told)


def _is_silent(happening: Happening) -> bool:
    """Say whether a later try of an activity begins; only its first try is told."""
    later = happening.attributes.get("attempt", 1) > 1
    return later and happening.kind == "ACTIVITY_TASK_STARTED"


def _failure(facts: Facts) -> dict[str, Any]:
    return {"message": facts["failure"] or "It has failed"}


def _tell_start(execution: Execution, facts: Facts) -> dict[str, Any]:
    return {
        "task_id": execution.execution_id,
        "workflow_name": execution.workflow_name,
        "display_name": execution.display_name,
        "input": payload(facts["input"]),
        "attempt": 1,
    }


def _tell_carrying_on(execution: Execution, facts: Facts) -> dict[str, Any]:
    return {
        "task_id": execution.execution_id,
        "new_execution_run_id": facts["run_id"],
        "workflow_name": execution.workflow_name,
        "input": payload(facts["input"]),
    }


def _about_activity(facts: Facts) -> dict[str, Any]:
    return {"task_id": facts["task"], "activity_name": facts["activity"]}


def _tell_failed_try(_: Execution, facts: Facts) -> dict[str, Any]:
    return {**_about_activity(facts), "attempt": facts["attempt"], "failure": _failure(facts)}


def _about_task(facts: Facts) -> dict[str, Any]:
    return {"custom_task_id": facts["task"], "custom_task_type": facts["type"]}


def _tell_task(_: Execution, facts: Facts) -> dict[str, Any]:
    return {**_about_task(facts), "payload": payload(facts["payload"])}


TYPES = {"WORKFLOW_EXECUTION_TIMED_OUT": "WORKFLOW_TASK_TIMED_OUT"}
"""Events that are called otherwise than the entry of the history."""
TELLERS: dict[str, Told] = {
    "WORKFLOW_EXECUTION_STARTED": _tell_start,
    "WORKFLOW_EXECUTION_COMPLETED": lambda execution, facts: {
        "task_id": execution.execution_id,
        "result": payload(facts["result"]),
        "attempt": 1,
    },
    "WORKFLOW_EXECUTION_FAILED": lambda execution, facts: {
        "task_id": execution.execution_id,
        "failure": _failure(facts),
        "attempt": 1,
    },
    "WORKFLOW_EXECUTION_CANCELED": lambda execution, facts: {
        "task_id": execution.execution_id,
        "reason": facts["failure"],
        "attempt": 1,
    },
    "WORKFLOW_EXECUTION_TIMED_OUT": lambda execution, _: {
        "task_id": execution.execution_id,
        "timeout_type": "START_TO_CLOSE",
    },
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": _tell_carrying_on,
    "WORKFLOW_TASK_FAILED": lambda execution, facts: {
        "task_id": execution.execution_id,
        "failure": _failure(facts),
    },
    "ACTIVITY_TASK_STARTED": lambda _, facts: {
        **_about_activity(facts),
        "input": payload(facts["input"]),
    },
    "ACTIVITY_TASK_COMPLETED": lambda _, facts: {
        **_about_activity(facts),
        "result": payload(facts["result"]),
    },
    "ACTIVITY_TASK_RETRYING": _tell_failed_try,
    "ACTIVITY_TASK_FAILED": _tell_failed_try,
    "CUSTOM_TASK_STARTED": _tell_task,
    "CUSTOM_TASK_IN_PROGRESS": _tell_task,
    "CUSTOM_TASK_COMPLETED": _tell_task,
    "CUSTOM_TASK_FAILED": lambda _, facts: {**_about_task(facts), "failure": _failure(facts)},
    "CUSTOM_TASK_TIMED_OUT": lambda _, facts: {
        **_about_task(facts),
        "timeout_type": "START_TO_CLOSE",
    },
    "CUSTOM_TASK_CANCELED": lambda _, facts: {**_about_task(facts), "reason": None},
}
