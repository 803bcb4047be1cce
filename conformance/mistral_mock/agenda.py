"""What the mock does by itself as time goes on: keepers bring the state up to the present.

A keeper is a function of `resources/` that watches record classes. It runs before a request is
answered, when one of these tables has changed or when the moment has come that it gave as its next;
nothing runs between requests. What one keeper changes, others that watch it see at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from mistral_mock import registry
from mistral_mock.clock import EVER, NEVER

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.world import World


@define
class Note:
    """For which state a keeper last ran, and when it next has something to do."""

    versions: tuple[int, ...] = ()
    due: datetime = EVER


@define
class Agenda:
    """The notes of one world, by keeper; the state for which all is done, and until when."""

    notes: dict[str, Note] = field(factory=dict)
    version: int = -1
    due: datetime = EVER

    def clear(self) -> None:
        """Forgets all; every keeper runs again."""
        self.notes.clear()
        self.version, self.due = -1, EVER


def settle(world: World) -> None:
    """Brings everything up to the present; a keeper that has nothing to do does not run."""
    agenda = world.agenda
    if agenda.version == world.store.version and world.clock.now() < agenda.due:
        return
    busy = True
    while busy:
        busy = False
        for keeper in registry.keepers():
            note = agenda.notes.setdefault(keeper.name, Note())
            now = world.clock.now()
            if now >= note.due or note.versions != _versions(world, keeper):
                note.due = keeper.run(world, now)
                note.versions = _versions(world, keeper)
                busy = True
    agenda.version = world.store.version
    agenda.due = min((note.due for note in agenda.notes.values()), default=NEVER)


def _versions(world: World, keeper: registry.Keeper) -> tuple[int, ...]:
    return tuple(world.store.table(cls).version for cls in keeper.watches)
