"""Operators on the store: what is put, removed or listed there comes to be something else."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import attrs

from mistral_conformance.mutants.generic.defect import StoreDefect, Strikes
from mistral_conformance.mutants.generic.surface import operations
from mistral_mock import registry, resources
from mistral_mock.store import Record, Table, kind_of, record_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Method = Callable[..., Any]
    Wrap = Callable[[Method], Method]
    Kind = type[Record]

HOUR = timedelta(hours=1)
LONG = 40
OWN = "mistral_mock."
PLACE = "mistral_mock.resources."
KEPT, LISTED, REMOVED = ("views", "values", "neighbours"), ("views", "pages"), ("views", "gone")
IDS = ("id", "_id", "_ids")


def defects() -> Iterator[StoreDefect]:
    """Yield all defects of the store."""
    for kind in kinds():
        touched = _operations_on(kind)
        if touched:
            yield from _of_table(kind, touched)
            for each in attrs.fields(kind):
                yield from _of_field(kind, each, touched)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return all classes of records, in the order of their names."""
    resources.load()
    own = (each for each in record_classes() if each.__module__.startswith(OWN))
    return tuple(sorted(own, key=kind_of))


def _operations_on(kind: Kind) -> tuple[str, ...]:
    """Return the operations whose modules, or those that these are built from, know the class."""
    own = {
        each.id
        for each in operations()
        if kind in vars(sys.modules[registry.handler(each.id).__module__]).values()
    }
    if own:
        return tuple(each.id for each in operations() if each.id in own)
    knowing = {
        name
        for name, module in sys.modules.items()
        if name.startswith(PLACE) and kind in vars(module).values()
    }
    return tuple(each.id for each in operations() if _modules_of(each.id) & knowing)


@cache
def _modules_of(operation: str) -> frozenset[str]:
    """Return the module of an operation's handler, and those that it calls functions of."""
    handler = registry.handler(operation)
    own = handler.__module__
    used = {
        getattr(each, "__module__", None) or getattr(each, "__name__", "")
        for each in vars(sys.modules[own]).values()
        if callable(each)
    }
    named = {each.__name__ for each in vars(sys.modules[own]).values() if type(each) is type(sys)}
    return frozenset({own, *filter(None, used), *named})


def _of_table(kind: Kind, touched: tuple[str, ...]) -> Iterator[StoreDefect]:
    name = kind_of(kind)
    for operator, said, method, wrap, likely in TABLES:
        put_in = partial(_replaced, kind_of(kind), method, wrap)
        yield StoreDefect(operator, name, f"{name}: {said}", touched, put_in, likely)


def _of_field(
    kind: Kind, field: attrs.Attribute[Any], touched: tuple[str, ...]
) -> Iterator[StoreDefect]:
    name, of = field.name, kind_of(kind)
    if name == "id":
        return
    ways = [(*LOST_UPDATE, partial(_keep_old, name))]
    if not name.endswith(IDS):
        ways += [
            (operator, said, partial(_alter, name, type_, alter))
            for type_, operator, said, alter in ALTERED
            if _is_of(field, type_)
        ]
    for operator, said, wrap in ways:
        put_in = partial(_replaced, kind_of(kind), "put", wrap)
        sentence = f"{of}: `{name}` {said}"
        yield StoreDefect(operator, f"{of}:{name}", sentence, touched, put_in, KEPT)


def _is_of(field: attrs.Attribute[Any], type_: str) -> bool:
    """Say whether a field is declared to be of a type, or absent; a tuple of whatever."""
    declared = str(field.type).partition(" | ")[0]
    return declared.partition("[")[0] == type_


@contextmanager
def _replaced(kind: str, method: str, wrap: Wrap) -> Iterator[Strikes]:
    """Let one method of the tables work in another way for one class of records."""
    healthy = getattr(Table, method)
    strikes = Strikes()

    def choose(table: Table[Any], *given: Any) -> Any:  # noqa: ANN401 - any method
        if table.kind != kind:
            return healthy(table, *given)
        passed, results = [], []

        def note(inner: Table[Any], *altered: Any) -> Any:  # noqa: ANN401 - any method
            passed.append(altered)
            results.append(healthy(inner, *altered))
            return results[-1]

        result = wrap(note)(table, *given)
        strikes.struck = strikes.struck or passed != [given] or result != results[-1]
        return result

    setattr(Table, method, choose)
    try:
        yield strikes
    finally:
        setattr(Table, method, healthy)


def _keep_old(name: str, put: Method) -> Method:
    def defect(table: Table[Any], record: Any) -> Any:  # noqa: ANN401 - a record
        old = table.get(record.id)
        return put(table, record if old is None else _evolve(record, name, getattr(old, name)))

    return defect


def _alter(name: str, type_: str, alter: Callable[[Any], Any], put: Method) -> Method:
    """Alters a value when it is put first; a float is a number too."""

    def defect(table: Table[Any], record: Any) -> Any:  # noqa: ANN401 - a record
        value = getattr(record, name)
        if type(value).__name__ != type_ or table.get(record.id) is not None:
            return put(table, record)
        return put(table, _evolve(record, name, alter(value)))

    return defect


def _evolve(record: Any, name: str, value: Any) -> Any:  # noqa: ANN401 - a record
    return attrs.evolve(record, **{name.lstrip("_"): value})


def _mistaken(value: str) -> str:
    return value.encode("utf-8", "replace").decode("latin-1")


LOST_UPDATE = ("stored-update-is-lost", "stays as it was first put.")
ALTERED: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("str", "stored-text-is-cut", f"is stored with {LONG} letters at most.", lambda v: v[:LONG]),
    ("str", "stored-text-is-trimmed", "is stored without outer blanks.", str.strip),
    ("str", "stored-text-is-mistaken", "is stored as UTF-8 read as Latin-1.", _mistaken),
    ("str", "stored-text-is-lowered", "is stored in lower case.", str.lower),
    ("datetime", "stored-time-is-shifted", "is stored an hour late.", lambda v: v + HOUR),
    ("int", "stored-number-is-off", "is stored as one more.", lambda v: v + 1),
    ("bool", "stored-truth-is-turned", "is stored as the opposite.", lambda v: not v),
    ("bytes", "stored-bytes-are-cut", "is stored without its last byte.", lambda v: v[:-1]),
    ("tuple", "stored-list-is-cut", "is stored without its last item.", lambda v: v[:-1]),
)


def _not_at_all(_remove: Method) -> Method:
    return lambda _table, _id: None


def _with_sibling(remove: Method) -> Method:
    """Return the record goes, and the one of the same parent that was made before it."""

    def defect(table: Table[Any], id_: str) -> None:
        record = table.get(id_)
        beside = [each.id for each in table.children(record.parent_id)] if record else []
        place = beside.index(id_) if id_ in beside else 0
        remove(table, id_)
        if place > 0:
            remove(table, beside[place - 1])

    return defect


def _without_last(children: Method) -> Method:
    def defect(table: Table[Any], parent_id: str) -> list[Any]:
        found: list[Any] = children(table, parent_id)
        return found[:-1] if len(found) > 1 else found

    return defect


def _of_anybody(_children: Method) -> Method:
    return lambda table, _parent_id: list(table)


def _onto_siblings(put: Method) -> Method:
    """Return a change of one record changes the one that was made before it, too."""

    def defect(table: Table[Any], record: Any) -> Any:  # noqa: ANN401 - a record
        old = table.get(record.id)
        beside = table.children(record.parent_id) if old is not None else []
        ids = [each.id for each in beside]
        if old is not None and record.id in ids and ids.index(record.id) > 0:
            sibling = beside[ids.index(record.id) - 1]
            names = [each.name for each in attrs.fields(type(record)) if each.name != "id"]
            changed = [n for n in names if getattr(old, n) != getattr(record, n)]
            for name in changed:
                sibling = _evolve(sibling, name, getattr(record, name))
            put(table, sibling)
        return put(table, record)

    return defect


TABLES: tuple[tuple[str, str, str, Wrap, tuple[str, ...]], ...] = (
    ("removal-is-not-done", "Nothing is removed.", "remove", _not_at_all, REMOVED),
    ("removal-takes-sibling", "The one before goes too.", "remove", _with_sibling, REMOVED),
    ("last-child-is-lost", "The last one is not listed.", "children", _without_last, LISTED),
    ("children-are-anybodys", "Those of others are listed.", "children", _of_anybody, LISTED),
    ("update-hits-sibling", "The one before changes too.", "put", _onto_siblings, KEPT),
)
