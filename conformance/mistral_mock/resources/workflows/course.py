"""How an execution goes: its runs, and what happens in each of them, step by step.

A course is computed as a whole, as far as it can be told; what has not come yet is cut off by
`so_far`. What lies in the past never changes when more is done to the execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

RUNNING = "RUNNING"
COMPLETED = "COMPLETED"
FAILED = "FAILED"
CANCELED = "CANCELED"
TERMINATED = "TERMINATED"
CONTINUED = "CONTINUED_AS_NEW"
TIMED_OUT = "TIMED_OUT"
RETRYING = "RETRYING_AFTER_ERROR"
OPEN = frozenset({RUNNING, RETRYING})
"""The states that go on."""


@frozen
class Happening:
    """One entry of a run's history."""

    number: int
    """Its place in the history, from 1."""
    at: datetime
    kind: str
    """The type of the history's event, such as `ACTIVITY_TASK_STARTED`."""
    attributes: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Run:
    """One run, seen as far as its happenings go."""

    run_id: str
    first_run_id: str
    """The run that the chain began with; a reset begins a new chain."""
    continued_run_id: str | None
    input: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None = None
    status: str = RUNNING
    result: Any = None
    failure: str | None = None
    happenings: tuple[Happening, ...] = ()
    inherited: int = 0
    """How many of them are those of the run that a reset has gone back to."""
    retries: tuple[tuple[datetime, datetime], ...] = ()
    """From when until when it waited for another try of an activity."""
    scope: Mapping[str, Any] = field(factory=dict)
    """What templates see at the end of what is played."""
    answers: Mapping[int, Any] = field(factory=dict)
    """What updates have answered, by the place of their moment among all moments."""

    def so_far(self, now: datetime) -> Run:
        """Return the run as it is at a moment; scope and answers stay those of the whole run."""
        if self.ended_at is not None and self.ended_at <= now:
            return self
        waits = any(begin <= now < end for begin, end in self.retries)
        return evolve(
            self,
            ended_at=None,
            status=RETRYING if waits else RUNNING,
            result=None,
            failure=None,
            happenings=tuple(one for one in self.happenings if one.at <= now),
        )

    @property
    def open(self) -> bool:
        """It goes on."""
        return self.status in OPEN


@frozen
class Course:
    """The runs of an execution, oldest first; there is always one."""

    runs: tuple[Run, ...]

    def so_far(self, now: datetime) -> list[Run]:
        """Return the runs that have begun, as they are at a moment."""
        begun = [run for run in self.runs if run.started_at <= now]
        return [run.so_far(now) for run in begun or self.runs[:1]]
