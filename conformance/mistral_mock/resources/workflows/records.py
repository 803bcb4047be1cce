"""What the mock keeps of workflows: themselves, registrations, executions, schedules."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from mistral_mock.clock import parse, spell
from mistral_mock.ownership import Owned
from mistral_mock.store import Record
from mistral_mock.timetable import compile_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mistral_mock.timetable import Timetable


T = TypeVar("T")

SIGNAL, UPDATE, CANCEL, TERMINATE, RESET, CHILD = (
    "signal",
    "update",
    "cancel",
    "terminate",
    "reset",
    "child",
)
"""What may be done to an execution; a child's end is told to its parent in the same way."""
DEFAULT_POLICY = {"catchup_window_seconds": 31536000, "overlap": 1, "pause_on_failure": False}
KEPT = 10
"""How many past starts a schedule shows, and how many to come."""


@frozen(kw_only=True)
class Workflow(Owned):
    """A workflow, as lists show it; what it does stands in its registrations."""

    called = "workflow"

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

    called = "workflow registration"

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
        """Return the moment as JSON."""
        return {
            "at": spell(self.at),
            "kind": self.kind,
            "name": self.name,
            "value": self.value,
            "details": dict(self.details),
        }

    @classmethod
    def load(cls, saved: Mapping[str, Any]) -> Moment:
        """Return the moment that JSON tells."""
        return cls(**{**saved, "at": parse(saved["at"])})


@frozen(kw_only=True, slots=False)
class Execution(Owned):
    """An execution: what it is of, how it began, and what was done to it since."""

    called = "execution"

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

    def derive(self, compute: Callable[[Execution], T]) -> T:
        """Return what the function computes from the execution, computed once."""
        if compute not in self._derived:
            self._derived[compute] = compute(self)
        found: T = self._derived[compute]
        return found

    @cached_property
    def _derived(self) -> dict[Callable[[Execution], Any], Any]:
        return {}

    @cached_property
    def has_family(self) -> bool:
        """It has a parent, or its script starts children."""
        return self.parent_execution_id is not None or any(
            "run" in step for place in ("steps", "on_cancel") for step in self.script.get(place, ())
        )

    def after(self, moment: Moment) -> Execution:
        """Return the execution once something more was done to it."""
        return evolve(self, saved_moments=(*self.saved_moments, moment.save()))


def record_id(workspace_id: str, execution_id: str) -> str:
    """Return the `id` of an execution's record."""
    return f"{workspace_id} {execution_id}"


@frozen(kw_only=True)
class Schedule(Owned):
    """A schedule, and how far it has been carried out."""

    called = "schedule"

    schedule_id: str
    """Unique in its workspace; `id` is so everywhere."""
    workflow_id: str
    workflow_name: str
    registration_id: str
    deployment_name: str
    user_id: str
    definition: dict[str, Any]
    """Times, input and policy in the words of the document."""
    remaining: int | None
    """How many starts of its own are left, those that wait included; None for no limit."""
    paused: bool
    note: str | None
    position: datetime
    """All its moments up to this one have been dealt with."""
    waiting: tuple[datetime, ...] = ()
    """The due times of its own starts that wait for an execution to end."""
    asked: tuple[datetime, ...] = ()
    """The times of starts that somebody asked for and that wait for an execution to end."""
    running: tuple[str, ...] = ()
    """The ids of its executions that are not known to have ended."""
    recent: tuple[dict[str, str], ...] = ()
    """Its last starts, as the API writes them."""

    @cached_property
    def timetable(self) -> Timetable:
        """Its times."""
        return compile_definition(self.definition)

    @property
    def policy(self) -> dict[str, Any]:
        """What happens when starts overlap or fail."""
        return {**DEFAULT_POLICY, **(self.definition.get("policy") or {})}

    @property
    def resting(self) -> bool:
        """It starts nothing on its own."""
        return self.paused or self.left == 0

    @property
    def left(self) -> int | None:
        """How many of its own starts are to come, apart from those that wait."""
        return None if self.remaining is None else max(self.remaining - len(self.waiting), 0)

    def following(self) -> tuple[datetime, datetime] | None:
        """Return its next moment, and when that is due; None when nothing comes."""
        moment = None if self.resting else self.timetable.following(self.position)
        return None if moment is None else (moment, self.timetable.due(moment, self.id))

    def upcoming(self) -> list[datetime]:
        """Return the due times of its next starts."""
        found: list[datetime] = []
        if self.resting:
            return found
        timetable = self.timetable
        most = KEPT if self.left is None else min(KEPT, self.left)
        for moment in timetable.moments(self.position):
            found.append(timetable.due(moment, self.id))
            if len(found) == most:
                break
        return found
