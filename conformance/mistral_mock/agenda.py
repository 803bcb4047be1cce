"""What the mock does by itself as time goes on: keepers bring the state up to the present.

A keeper is a function of `resources/` that watches record classes. It runs before a request is
answered, when one of these tables has changed or when the moment has come that it gave as its next;
nothing runs between requests. What one keeper changes, others that watch it see at once.

What fails hurts the one record that it is about: that stays as it was, until something else changes
it, and the log tells why. All others go on.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from attrs import define, field

from mistral_mock import registry, transactions
from mistral_mock.clock import EVER, NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mistral_mock.store import Record
    from mistral_mock.world import World

T = TypeVar("T")
R = TypeVar("R", bound="Record")
LOG = logging.getLogger(__name__)
STUCK = "%s %s stays as it is: it cannot be brought up to the present"
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
    stuck: dict[tuple[type[Record], str], Record | None] = field(factory=dict)
    """The records that could not be brought up to the present, as they stand in the store."""
    reached: datetime = EVER
    """The moment up to which all is done."""
    rounds: int = 0
    """How often something was to be done."""

    def clear(self) -> None:
        """Forgets all; every keeper runs again."""
        self.notes.clear()
        self.stuck.clear()
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
    """Say whether no keeper has anything to do."""
    agenda = world.agenda
    return agenda.version == world.store.version and world.clock.ahead() < agenda.due


async def _wait(leader: asyncio.Event) -> bool:
    """Say whether the leader has come to an end within the time that others may wait for it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(leader.wait(), PATIENCE_S)
    return leader.is_set()


async def _lead(world: World) -> None:
    """Do what is to be done: at once when it is little, else aside."""
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
                note.due = _run(world, keeper, now)
                note.versions = _versions(world, keeper)
                busy = True
    agenda.version = world.store.version
    agenda.due = min((note.due for note in agenda.notes.values()), default=NEVER)


def bring_up(
    world: World,
    records: Iterable[R],
    step: Callable[[World, R, datetime], datetime],
    now: datetime,
) -> datetime:
    """Brings each record up to the present; gives the first of the moments that the steps give.

    A step gives the moment at which its record next changes by itself.
    """
    due, store, stuck = NEVER, world.store, world.agenda.stuck
    with store.transaction():
        for record in records:
            if stuck and _is_stuck(world, record):
                continue
            mark = store.mark()
            try:
                moment = step(world, record, now)
            except Exception:  # whatever it is, it must not reach the other records
                store.take_back(mark)
                LOG.exception(STUCK, record.called, record.id)
                _leave_alone(world, record)
            else:
                due = min(due, moment)
    return due


def attempt(world: World, record: Record, step: Callable[[], T]) -> T | None:
    """Return what a step gives that is about a record; None, and no change, when it fails.

    The record is left alone from then on, as long as it stays as it is.
    """
    if _is_stuck(world, record):
        return None
    try:
        with world.store.transaction():
            return step()
    except Exception:  # whatever it is, it must not reach the other records
        LOG.exception(STUCK, record.called, record.id)
        _leave_alone(world, record)
        return None


def _is_stuck(world: World, record: Record) -> bool:
    key = type(record), record.id
    stuck = world.agenda.stuck
    return key in stuck and stuck[key] is world.store.table(type(record)).get(record.id)


def _leave_alone(world: World, record: Record) -> None:
    cls, id_ = type(record), record.id
    world.agenda.stuck[cls, id_] = world.store.table(cls).get(id_)


def _run(world: World, keeper: registry.Keeper, now: datetime) -> datetime:
    """Return when the keeper next has something to do; one that fails waits for the next change."""
    try:
        return keeper.run(world, now)
    except Exception:  # whatever it is, it must not reach the other keepers
        LOG.exception("%s failed", keeper.name)
        return NEVER


def _versions(world: World, keeper: registry.Keeper) -> tuple[int, ...]:
    return tuple(world.store.table(cls).version for cls in keeper.watches)
