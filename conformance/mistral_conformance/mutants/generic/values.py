"""Operators on one field of an answer: it is left out, of another type, changed, or another's."""

from __future__ import annotations

import copy
import unicodedata
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.mutants.generic.defect import WireDefect, answering
from mistral_conformance.mutants.generic.surface import change_at, leaves, operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.mutants.generic.surface import Leaf
    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

    Value = Any
    Alter = Callable[[Value], Value]

HOUR = timedelta(hours=1)
HOUR_S = 3600
MILLI = 1000
LONG = 40
SCHEMA, SHOWN = ("schema", "round-trip"), ("views", "values", "neighbours")
TIMES, SUMS = ("times",), ("sums", "views", "ends")


def defects() -> Iterator[WireDefect]:
    """Yield all defects of single fields."""
    for each in leaves():
        if each.required:
            yield _defect("answer-lacks", each, "is left out of", _leave_out, SCHEMA)
        yield _altered("answer-retypes", each, "has another type in", RETYPED[each.type], SCHEMA)
        if not each.nullable:
            yield _altered("answer-nulls", each, "is null in", lambda _: None, SCHEMA)
        if each.is_time:
            for name, said, alter in TIMED:
                yield _altered(name, each, said, alter, TIMES)
        elif each.known and (each.known.kept or each.known.count or each.known.adds):
            yield from _kept(each)
        elif "usage" in each.path:
            yield _altered("usage-is-off", each, "is one more in", _one_more, SUMS)
    yield from _stale()
    yield from _swapped()


def _kept(leaf: Leaf) -> Iterator[WireDefect]:
    """Defects of a field whose value somebody knows."""
    if leaf.type == "string" and not leaf.known_values:
        for name, said, alter in TEXTS:
            yield _altered(name, leaf, said, alter, SHOWN)
    elif leaf.type in NUMBERS:
        yield _altered("number-is-off", leaf, "is one more in", _one_more, SHOWN)
        yield _altered("zero-is-null", leaf, "is null where it is 0 in", lambda v: v or None, SHOWN)
    elif leaf.type == "boolean":
        yield _altered("truth-is-turned", leaf, "says the opposite in", lambda v: not v, SHOWN)
        yield _altered("false-is-null", leaf, "is null where it is false in", _or_null, SHOWN)
    elif leaf.type == "array":
        yield _altered("list-is-cut", leaf, "lacks its last item in", lambda v: v[:-1], SHOWN)
        yield _altered("list-is-turned", leaf, "is in reverse in", lambda v: v[::-1], SHOWN)


def _defect(
    operator: str,
    leaf: Leaf,
    said: str,
    change: Callable[[dict[str, Value], str], None],
    likely: tuple[str, ...],
) -> WireDefect:
    name = ".".join(leaf.path)
    return WireDefect(
        operator,
        leaf.subject,
        f"`{name}` {said} the answer of {leaf.operation}.",
        (leaf.operation,),
        answering(partial(_change, leaf.path, change)),
        likely,
    )


def _altered(
    operator: str, leaf: Leaf, said: str, alter: Alter, likely: tuple[str, ...]
) -> WireDefect:
    def change(holder: dict[str, Value], name: str) -> None:
        if holder[name] is not None:
            holder[name] = alter(holder[name])

    return _defect(operator, leaf, said, change, likely)


def _change(
    path: tuple[str, ...], change: Callable[[dict[str, Value], str], None], answer: Answer
) -> Answer:
    found = answer.json
    if found is None:
        return answer
    altered = copy.deepcopy(found)
    change_at(altered, path, change)
    return answer.with_json(altered) if altered != found else answer


def _leave_out(holder: dict[str, Value], name: str) -> None:
    del holder[name]


def _one_more(value: Value) -> Value:
    return value + 1


def _or_null(value: Value) -> Value:
    return value or None


def _shift(value: Value) -> Value:
    """Return a moment, an hour later."""
    if isinstance(value, str):
        return (datetime.fromisoformat(value) + HOUR).isoformat()
    return value + HOUR_S


def _in_millis(value: Value) -> Value:
    """Return seconds as milliseconds, a moment as seconds."""
    if isinstance(value, str):
        return str(int(datetime.fromisoformat(value).timestamp()))
    return value * MILLI


def _in_local_time(value: Value) -> Value:
    """Return a moment two hours east, without its zone; a number stays."""
    if isinstance(value, str):
        return (datetime.fromisoformat(value).replace(tzinfo=None) + 2 * HOUR).isoformat()
    return value


def _mistaken(value: str) -> str:
    """UTF-8 read as Latin-1."""
    return value.encode("utf-8").decode("latin-1")


def _composed(value: str) -> str:
    return unicodedata.normalize("NFC", value)


def _ascii(value: str) -> str:
    return value.encode("ascii", "replace").decode()


TIMED: tuple[tuple[str, str, Alter], ...] = (
    ("time-is-shifted", "is an hour late in", _shift),
    ("time-has-another-unit", "is in another unit in", _in_millis),
    ("time-is-local", "is in local time in", _in_local_time),
)
TEXTS: tuple[tuple[str, str, Alter], ...] = (
    ("text-is-trimmed", "is trimmed in", str.strip),
    ("text-is-lowered", "is in lower case in", str.lower),
    ("text-is-mistaken", "is UTF-8 read as Latin-1 in", _mistaken),
    ("text-is-composed", "has its letters composed in", _composed),
    ("text-is-ascii", "has ? for other letters in", _ascii),
    ("text-is-cut", f"is cut after {LONG} letters in", lambda value: value[:LONG]),
    ("text-is-null", "is null where it is empty in", lambda value: value or None),
)
NUMBERS = ("integer", "number")
RETYPED: dict[str, Alter] = {
    "string": lambda value: {"value": value},
    "integer": str,
    "number": str,
    "boolean": lambda value: "yes" if value else "no",
    "array": lambda value: {"items": value},
}


def _stale() -> Iterator[WireDefect]:
    """Yield each field that changes keeps, in one view, the value that was seen first."""
    for each in leaves():
        moving = each.known and (each.known.changed or each.known.moves != "never")
        if moving and each.resource and len(each.path) - each.path.count("*") == 1:
            yield WireDefect(
                "field-is-stale",
                each.subject,
                f"`{each.path[-1]}` stays as it was first seen in {each.operation}.",
                (each.operation, *each.resource.changes, *each.resource.actions),
                partial(_keep_first, each.operation, each.path, each.resource.key),
                (*SHOWN, "times", "ends"),
            )


def _keep_first(operation: str, path: tuple[str, ...], key: tuple[str, ...]) -> Handle:
    first: dict[tuple[Value, ...], Value] = {}

    def change(holder: dict[str, Value], name: str) -> None:
        holder[name] = first.setdefault(tuple(holder.get(each) for each in key), holder[name])

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != operation or not answer.taken:
            return answer
        return _change(path, change, answer)

    return handle


def _swapped() -> Iterator[WireDefect]:
    """Yield the first two required fields of one type swapped, in each object of each answer."""
    for operation in operations():
        seen: dict[tuple[object, ...], Leaf] = {}
        paired: set[tuple[object, ...]] = set()
        for each in leaves():
            at = (each.path[:-1], each.type, each.is_time)
            if each.operation != operation.id or not each.required or each.type == "boolean":
                continue
            if at in seen and at not in paired:
                paired.add(at)
                other = seen[at].path[-1]
                said = f"and `{other}` have changed places in"
                yield _defect("fields-are-swapped", each, said, _swap_with(other), SCHEMA + SHOWN)
            seen[at] = each


def _swap_with(other: str) -> Callable[[dict[str, Value], str], None]:
    def change(holder: dict[str, Value], name: str) -> None:
        if other in holder:
            holder[name], holder[other] = holder[other], holder[name]

    return change
