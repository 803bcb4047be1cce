"""The mock's state: tables of frozen records, one table for one record class.

A record is found by its id, and together with its siblings by its parent's id. Every change raises
`version`; with a state file (`state_file.py`), changes are written there when a request ends. What
changes within a `transaction` that fails is taken back.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime


@frozen(kw_only=True)
class Record:
    """The base of all that the store holds; fields are JSON values, datetimes and bytes."""

    called: ClassVar[str]
    """What the API calls such a record, for people."""
    id: str

    @property
    def parent_id(self) -> str:
        """The id of what the record belongs to; empty when it belongs to nothing."""
        return ""


@frozen(kw_only=True)
class Blob(Record):
    """The bytes of an upload, apart from what describes it."""

    called = "content of a file"

    content: bytes


R = TypeVar("R", bound=Record)
V = TypeVar("V")
UNCHANGED: Any = object()
"""Stands where nothing waits to be saved."""


@frozen
class Step:
    """What a change has found, so that it can be taken back."""

    table: Table[Any]
    id: str
    record: Record | None
    place: int | None
    unsaved: Any
    """What waited to be saved."""


class Backing(Protocol):
    """Where changes outlive the process."""

    def load(self, cls: type[R], /) -> Iterable[R]:
        """Return all records of the class."""
        ...

    def classes(self) -> Iterable[type[Record]]:
        """Return the classes of all records that are saved."""
        ...

    def save(
        self, changes: Mapping[tuple[str, str], Record | None], drawn: int, moment: datetime, /
    ) -> None:
        """Write all changes or none; a None is a removal."""
        ...


class Table(Generic[R]):
    """The records of one class, in the order in which they were first put."""

    def __init__(self, store: Store, cls: type[R]) -> None:
        self._store = store
        self.kind = kind_of(cls)
        """The name of the class, see `kind_of`."""
        self._records: dict[str, R] = {}
        self._places: dict[str, int] = {}
        """Where a record stands among the others, by when it was first put."""
        self._numbers = count()
        self._children: dict[str, dict[str, None]] = {}
        self._families: dict[str, int] = {}
        self._version = 0

    @property
    def version(self) -> int:
        """Return a number that every change of the table raises."""
        return self._version

    def family(self, parent_id: str) -> int:
        """Return a number that every change of a record of this parent raises."""
        return self._families.get(parent_id, 0)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._records.values()))

    def get(self, id_: str) -> R | None:
        """Return the record, or None."""
        return self._records.get(id_)

    def children(self, parent_id: str) -> list[R]:
        """Return the records that belong to a parent, oldest first."""
        found = map(self._records.get, list(self._children.get(parent_id, ())))
        return [record for record in found if record is not None]

    def put(self, record: R) -> R:
        """Add or replace the record; give it back."""
        self._remember(record.id)
        self.keep(record)
        self._note(record.parent_id, record.id, record)
        return record

    def keep(self, record: R) -> None:
        """Take in a record that is saved already."""
        self._records[record.id] = record
        if record.id not in self._places:
            self._places[record.id] = next(self._numbers)
        self._children.setdefault(record.parent_id, {})[record.id] = None

    def remove(self, id_: str) -> None:
        """Take the record away; an absent one is not an error."""
        record = self._records.get(id_)
        if record is None:
            return
        self._remember(id_)
        self._drop(id_)
        self._note(record.parent_id, id_, None)

    def restore(self, step: Step) -> None:
        """Take a change back; the record stands where it stood."""
        present = self._records.get(step.id) or step.record
        parent_id = present.parent_id if present else ""
        if step.id in self._records:
            self._drop(step.id)
        if step.record is not None and step.place is not None:
            self._places[step.id] = step.place
            self.keep(cast("R", step.record))
            parent_id = step.record.parent_id
            self._records = self._in_order(self._records)
            self._children[parent_id] = self._in_order(self._children[parent_id])
        self._note(parent_id, step.id, step.unsaved)

    def _remember(self, id_: str) -> None:
        self._store.remember(self, self.kind, id_, self._records.get(id_), self._places.get(id_))

    def _drop(self, id_: str) -> None:
        record = self._records.pop(id_)
        del self._places[id_]
        siblings = self._children[record.parent_id]
        del siblings[id_]
        if not siblings:
            del self._children[record.parent_id]

    def _in_order(self, found: dict[str, V]) -> dict[str, V]:
        return dict(sorted(found.items(), key=lambda item: self._places[item[0]]))

    def _note(self, parent_id: str, id_: str, record: R | None) -> None:
        self._version += 1
        self._families[parent_id] = self.family(parent_id) + 1
        self._store.note(self.kind, id_, record)


def kind_of(cls: type[Record]) -> str:
    """Return the name under which records of a class are saved."""
    return cls.__name__


def record_classes() -> frozenset[type[Record]]:
    """Return all classes of records that can be stored."""
    found = set[type[Record]]()
    waiting: list[type[Record]] = [Record]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    # attrs makes a new class for one with slots; the one before it may linger, and is no record
    return frozenset(e for e in found if not e.__subclasses__() and "__attrs_attrs__" in vars(e))


class Store:
    """All tables of one mock."""

    def __init__(self, backing: Backing | None = None) -> None:
        self._backing = backing
        self._tables: dict[type[Record], Table[Any]] = {}
        self._changes: dict[tuple[str, str], Record | None] = {}
        self._steps: list[Step] = []
        self._transactions = 0
        self.version = 0
        for cls in backing.classes() if backing else ():
            self.table(cls)

    def table(self, cls: type[R]) -> Table[R]:
        """Return the table of a record class; made on first use, filled with what is saved."""
        table = self._tables.get(cls)
        if table is None:
            table = Table(self, cls)
            for record in self._backing.load(cls) if self._backing else ():
                table.keep(record)
            table = self._tables.setdefault(cls, table)  # another thread may have been faster
        return cast("Table[R]", table)

    @property
    def tables(self) -> dict[type[Record], Table[Any]]:
        """The tables that have been used so far, by the class of their records."""
        return dict(self._tables)

    def __len__(self) -> int:
        """Return how many records there are."""
        return sum(map(len, list(self._tables.values())))

    def note(self, kind: str, id_: str, record: Record | None) -> None:
        """Remembers a change until `flush`."""
        self.version += 1
        if record is UNCHANGED:
            self._changes.pop((kind, id_), None)
        elif self._backing:
            self._changes[kind, id_] = record

    def remember(
        self, table: Table[R], kind: str, id_: str, record: R | None, place: int | None
    ) -> None:
        """Remembers what a change is about to replace, while it may be taken back."""
        if self._transactions:
            unsaved = self._changes.get((kind, id_), UNCHANGED)
            self._steps.append(Step(table, id_, record, place, unsaved))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Give a block whose changes are taken back when it raises.

        Blocks may stand in each other.
        """
        start = self.mark()
        self._transactions += 1
        try:
            yield
        except BaseException:
            self.take_back(start)
            raise
        finally:
            self._transactions -= 1
            if not self._transactions:
                self._steps.clear()

    def mark(self) -> int:
        """Return the present point of a transaction, to which `take_back` leads."""
        return len(self._steps)

    def take_back(self, mark: int) -> None:
        """Take back what has changed since a point of the transaction."""
        while len(self._steps) > mark:
            step = self._steps.pop()
            step.table.restore(step)

    def flush(self, drawn: int, moment: datetime, *, always: bool = False) -> None:
        """Save what changed, how many ids were drawn, and when, if there is a state file.

        What could not be saved stays in memory and is part of the next flush.
        """
        if self._backing and (self._changes or always):
            self._backing.save(self._changes, drawn, moment)
            self._changes = {}

    def clear(self) -> None:
        """Remove everything."""
        for table in self._tables.values():
            for record in table:
                table.remove(record.id)
