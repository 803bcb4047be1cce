"""What the mock does by itself as time goes on: keepers bring the state up to the present.

A keeper is a function of `resources/` that watches record classes. It runs before a request is
answered, when one of these tables has changed or when the moment has come that it gave as its next;
nothing runs between requests. What one keeper changes, others that watch it see at once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import define, field

from mistral_mock import registry, transactions
from mistral_mock.clock import EVER, NEVER

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.world import World

PATIENCE_S = 0.1
"""How long a request waits for the work of a jump that another one has met first."""
SHORT = timedelta(seconds=1)
"""Within so little time little can become due."""


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
    reached: datetime = EVER
    """The moment up to which all is done."""
    rounds: int = 0
    """How often something was to be done."""

    def clear(self) -> None:
        """Forgets all; every keeper runs again."""
        self.notes.clear()
        self.version, self.due, self.reached = -1, EVER, EVER


async def catch_up(world: World) -> None:
    """Brings everything up to the present, however far that is, while other requests go on.

    A jump happens at once for all: until its work is done the clock stands where it was, and who
    comes meanwhile waits a little, and then is answered as of then.
    """
    while not is_done(world):
        if world.leader is None:
            await _lead(world)
        elif not await _wait(world.leader):
            return
    world.agenda.reached = world.clock.now()


def is_done(world: World) -> bool:
    """No keeper has anything to do."""
    agenda = world.agenda
    return agenda.version == world.store.version and world.clock.ahead() < agenda.due


async def _wait(leader: asyncio.Event) -> bool:
    """The leader has come to an end within the time that others may wait for it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(leader.wait(), PATIENCE_S)
    return leader.is_set()


async def _lead(world: World) -> None:
    """Does what is to be done: at once when it is little, else aside."""
    agenda, clock = world.agenda, world.clock
    if world.is_light and clock.ahead() - agenda.reached <= SHORT:
        settle(world)
        return
    leader = world.leader = asyncio.Event()
    clock.hold(clock.now() if agenda.reached == EVER else agenda.reached)
    try:
        for _ in range(transactions.TRIES):
            if await transactions.attempt(world, settle, clock.ahead()) is not None:
                return
        clock.release()
        settle(world)
    finally:
        clock.release()
        world.leader = None
        leader.set()


def settle(world: World) -> None:
    """Brings everything up to the present; a keeper that has nothing to do does not run."""
    agenda = world.agenda
    if agenda.version == world.store.version and world.clock.now() < agenda.due:
        return
    agenda.reached = world.clock.now()
    agenda.rounds += 1
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
