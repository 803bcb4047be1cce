"""What the engine stores: workflows, their registrations, and executions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_mock.clock import parse, spell
from mistral_mock.ownership import Owned
from mistral_mock.store import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Course
    from mistral_mock.resources.workflows.events import WorkflowEvent

SIGNAL, UPDATE, CANCEL, TERMINATE, RESET, CHILD = (
    "signal",
    "update",
    "cancel",
    "terminate",
    "reset",
    "child",
)
"""What may be done to an execution; a child's end is told to its parent in the same way."""


@frozen(kw_only=True)
class Workflow(Owned):
    """A workflow, as lists show it; what it does stands in its registrations."""

    name: str
    display_name: str
    description: str | None
    customer_id: str
    shared_namespace: str | None
    """Set when every workspace sees it."""
    available_in_chat_assistant: bool
    is_technical: bool
    archived: bool
    tags: tuple[str, ...]


@frozen(kw_only=True)
class Registration(Record):
    """The code of a workflow in one deployment."""

    workflow_id: str
    deployment_name: str
    task_queue: str
    compatible_with_chat_assistant: bool
    script: dict[str, Any]
    """The workflow as the fixture world writes it, see `fixtures.py`."""

    @property
    def parent_id(self) -> str:
        """The workflow."""
        return self.workflow_id


@frozen(kw_only=True)
class Moment:
    """Something that was done to an execution."""

    at: datetime
    kind: str
    name: str = ""
    """Which signal or update, or the child that has ended."""
    value: Any = None
    """What was sent along."""
    details: Mapping[str, Any] = field(factory=dict)

    def save(self) -> dict[str, Any]:
        """The moment as JSON."""
        return {
            "at": spell(self.at),
            "kind": self.kind,
            "name": self.name,
            "value": self.value,
            "details": dict(self.details),
        }

    @classmethod
    def load(cls, saved: Mapping[str, Any]) -> Moment:
        """The moment that JSON tells."""
        return cls(**{**saved, "at": parse(saved["at"])})


@frozen(kw_only=True, slots=False)
class Execution(Owned):
    """An execution: what it is of, how it began, and what was done to it since."""

    execution_id: str
    """Unique in its workspace; `id` is so everywhere."""
    workflow_id: str
    workflow_name: str
    display_name: str
    registration_id: str
    deployment_name: str
    script: dict[str, Any]
    input: dict[str, Any]
    started_at: datetime
    run_id: str
    """The id of its first run."""
    user_id: str
    schedule_id: str | None
    parent_execution_id: str | None
    root_execution_id: str
    tracing_attributes: dict[str, str]
    force_new_trace: bool
    extensions: dict[str, Any]
    saved_moments: tuple[dict[str, Any], ...] = ()

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """What was done to it, oldest first."""
        return tuple(sorted(map(Moment.load, self.saved_moments), key=lambda one: one.at))

    @cached_property
    def course(self) -> Course:
        """All that happens to it, ahead of time, if nothing more is done to it."""
        from mistral_mock.resources.workflows import playing  # noqa: PLC0415 - it plays records

        return playing.play(self)

    @cached_property
    def told(self) -> tuple[WorkflowEvent, ...]:
        """Its events, in order and ahead of time like its course, without numbers."""
        from mistral_mock.resources.workflows import events  # noqa: PLC0415 - it tells of records

        return tuple(events.foretell(self))

    @cached_property
    def has_family(self) -> bool:
        """It has a parent, or its script starts children."""
        return self.parent_execution_id is not None or any(
            "run" in step for place in ("steps", "on_cancel") for step in self.script.get(place, ())
        )

    def after(self, moment: Moment) -> Execution:
        """The execution once something more was done to it."""
        return evolve(self, saved_moments=(*self.saved_moments, moment.save()))


def record_id(workspace_id: str, execution_id: str) -> str:
    """The `id` of an execution's record."""
    return f"{workspace_id} {execution_id}"
