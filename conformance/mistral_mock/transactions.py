"""Work on the state that other requests need not wait for: done on a thread, taken up at once.

A transaction works on a view of the world. It reads what is there, keeps its changes to itself, and
sees a clock that stands still. At its end, on the event loop, its changes are put into the world
all together, provided that nothing which it has read was changed meanwhile; else it is done again.
So requests take effect one after the other, however long each of them takes.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import frozen

from mistral_mock.clock import Standing
from mistral_mock.store import UNCHANGED, Record, Store, Table
from mistral_mock.threads import aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mistral_mock.world import World

R = TypeVar("R", bound=Record)
T = TypeVar("T")
TRIES = 4
"""How often work is done aside that others interfere with; then they wait for it."""


class View(Table[R]):
    """A table as a transaction sees it; it remembers what has been read."""

    def __init__(self, transaction: Transaction, base: Table[R], cls: type[R]) -> None:
        super().__init__(transaction, cls)
        self._cls = cls
        self._transaction = transaction
        self._base = base
        self._seen: dict[str, R | None] = {}
        self._seen_families: dict[str, int] = {}
        self._seen_version: int | None = None
        self._changes: dict[str, R | None] = {}
        self._own: dict[str, dict[str, None]] = {}
        """The ids of what was put, by parent."""

    @property
    def version(self) -> int:
        """That of the table, and one more for each change of the transaction."""
        return self._see_all() + self._version

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[R]:
        return iter(self._all())

    def get(self, id_: str) -> R | None:
        """Return the record, or None."""
        if id_ in self._changes:
            return self._changes[id_]
        if id_ not in self._seen:
            self._seen[id_] = self._base.get(id_)
        return self._seen[id_]

    def children(self, parent_id: str) -> list[R]:
        """Return the records that belong to a parent, oldest first."""
        self._seen_families.setdefault(parent_id, self._base.family(parent_id))
        found = {record.id: record for record in self._base.children(parent_id)}
        if not self._changes:
            return list(found.values())
        put = [id_ for id_ in self._own.get(parent_id, ()) if id_ in self._changes]
        own = {id_: self._changes[id_] for id_ in put}
        present = {id_: self._changes.get(id_, record) for id_, record in found.items()}
        return [record for record in (present | own).values() if record is not None]

    def put(self, record: R) -> R:
        """Add or replace the record; give it back."""
        self._own.setdefault(record.parent_id, {})[record.id] = None
        self._change(record.id, record)
        return record

    def remove(self, id_: str) -> None:
        """Remove the record; it need not exist."""
        if self.get(id_) is not None:
            self._change(id_, None)

    def is_valid(self) -> bool:
        """Say whether nothing that was read has changed."""
        base = self._base
        return (
            self._seen_version in {None, base.version}
            and all(base.get(id_) is record for id_, record in self._seen.items())
            and all(base.family(id_) == seen for id_, seen in self._seen_families.items())
        )

    def undo(self, id_: str, before: R | None) -> None:
        """Take a change back: what the transaction had there before, or `UNCHANGED`."""
        self._version += 1
        if before is UNCHANGED:
            del self._changes[id_]
        else:
            self._changes[id_] = before

    def _change(self, id_: str, record: R | None) -> None:
        before = self._changes.get(id_, UNCHANGED)
        self._version += 1
        self._changes[id_] = record
        self._transaction.record(Change(self, self._cls, id_, record, before))

    def _see_all(self) -> int:
        if self._seen_version is None:
            self._seen_version = self._base.version
        return self._seen_version

    def _all(self) -> list[R]:
        self._see_all()
        if not self._changes:
            return list(self._base)
        found = {record.id: self._changes.get(record.id, record) for record in self._base}
        return [record for record in (found | self._changes).values() if record is not None]


@frozen
class Change:
    """One change of a transaction, and what the transaction had there before."""

    view: View[Any]
    cls: type[Record]
    id: str
    record: Record | None
    before: Any


class Transaction(Store):
    """A view of a world, and what was done to it."""

    def __init__(self, world: World, moment: datetime) -> None:
        super().__init__()
        self._base = world.store
        self._log: list[Change] = []
        self._real = world
        self._clock = Standing(world.clock, moment)
        self._agenda = copy(world.agenda)
        self._agenda.notes = {name: copy(note) for name, note in world.agenda.notes.items()}
        self._rounds = world.agenda.rounds
        self.world = copy(world)
        """What the work is given; once the transaction is over it is the real one."""
        self.world.store = self
        self.world.clock = self._clock
        self.world.agenda = self._agenda
        self.version = self._base.version

    def table(self, cls: type[R]) -> Table[R]:
        """Return the view of a table."""
        view = self._tables.get(cls)
        if view is None:
            view = self._tables[cls] = View(self, self._base.table(cls), cls)
        return cast("Table[R]", view)

    def record(self, change: Change) -> None:
        """Remembers a change until the end of the transaction."""
        self.version += 1
        self._log.append(change)

    def mark(self) -> int:
        """Return the present point of the work, to which `take_back` leads."""
        return len(self._log)

    def take_back(self, mark: int) -> None:
        """Take back what has changed since a point of the work."""
        while len(self._log) > mark:
            change = self._log.pop()
            self.version += 1
            change.view.undo(change.id, change.before)

    def is_valid(self) -> bool:
        """Say whether nothing that the work has read has changed."""
        views = cast("list[View[Any]]", list(self._tables.values()))
        return self._clock.is_valid() and all(view.is_valid() for view in views)

    def commit(self) -> None:
        """Put all changes into the world."""
        for each in self._log:
            if each.record is None:
                self._base.table(each.cls).remove(each.id)
            else:
                self._base.table(each.cls).put(each.record)
        self._clock.commit()
        if self._agenda.version == self.version and self._agenda.rounds != self._rounds:
            self._agenda.version = self._base.version
            self._real.agenda = self._agenda
        vars(self.world).update(vars(self._real))


async def perform(world: World, work: Callable[[World], T]) -> T:
    """Return what the work gives; others go on meanwhile.

    Raises:
        Exception: Whatever the work raises.

    """
    for _ in range(TRIES):
        outcome = await attempt(world, work, world.clock.now())
        if outcome is not None:
            return outcome.reveal()
    return work(world)


async def attempt(world: World, work: Callable[[World], T], moment: datetime) -> Outcome[T] | None:
    """Return how the work ended at a moment; None when others have changed what it had read."""
    transaction = Transaction(world, moment)
    outcome = await aside(lambda: Outcome.of(work, transaction.world))
    if not transaction.is_valid():
        return None
    transaction.commit()
    return outcome


@frozen
class Outcome(Generic[T]):
    """A result or an error; which of them holds is not known before the transaction is over."""

    result: T | None = None
    error: Exception | None = None

    @classmethod
    def of(cls, work: Callable[[World], T], world: World) -> Outcome[T]:
        """Return how the work ends."""
        try:
            return cls(work(world))
        except Exception as error:  # noqa: BLE001 - what it has read may not have fitted together
            return cls(error=error)

    def reveal(self) -> T:
        """Return the result.

        Raises:
            Exception: The error of the work.

        """
        if self.error is not None:
            raise self.error
        return cast("T", self.result)
