"""What the mock keeps of a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.ownership import Owned
from mistral_mock.timetable import compile_definition

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.timetable import Timetable

DEFAULT_POLICY = {"catchup_window_seconds": 31536000, "overlap": 1, "pause_on_failure": False}
KEPT = 10
"""How many past starts a schedule shows, and how many to come."""


@frozen(kw_only=True)
class Schedule(Owned):
    """A schedule, and how far it has been carried out."""

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
    """How many starts of its own are left; None for no limit."""
    paused: bool
    note: str | None
    position: datetime
    """All its moments up to this one have been dealt with."""
    waiting: tuple[datetime, ...] = ()
    """The due times of starts that wait for an execution to end."""
    running: tuple[str, ...] = ()
    """The ids of its executions that are not known to have ended."""
    recent: tuple[dict[str, str], ...] = ()
    """Its last starts, as the API writes them."""

    @property
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
        return self.paused or self.remaining == 0

    def following(self) -> tuple[datetime, datetime] | None:
        """Its next moment, and when that is due; None when nothing comes."""
        moment = None if self.resting else self.timetable.following(self.position)
        return None if moment is None else (moment, self.timetable.due(moment, self.id))

    def upcoming(self) -> list[datetime]:
        """The due times of its next starts."""
        found: list[datetime] = []
        if self.resting:
            return found
        timetable = self.timetable
        most = KEPT if self.remaining is None else min(KEPT, self.remaining)
        for moment in timetable.moments(self.position):
            found.append(timetable.due(moment, self.id))
            if len(found) == most:
                break
        return found
