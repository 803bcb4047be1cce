"""Reading code: how a JSON value becomes what a shape promises.

Everything is decided here once, so that the generated code is straight lines: one type test for
each kind of JSON value that needs work, and nothing for kinds that are kept as they come.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from generation.shapes import (
    NULL,
    ListOf,
    MapOf,
    Named,
    Scalar,
    Shape,
    accepts_text,
    members_of,
)
from generation.source import DocumentError

_TEXT_READERS = {
    "datetime": "parse_time",
    "date": "parse_date",
    "int": "read_int",
    "float": "read_float",
    "bool": "read_bool",
}


@attrs.frozen
class Reading:
    """What is to be done with a text, an object and an array; None keeps the value as it is."""

    text: str | None = None
    thing: str | None = None
    values: Reading | None = None
    items: Reading | None = None

    def __bool__(self) -> bool:
        return any((self.text, self.thing, self.values, self.items))


_TIMES = frozenset({"parse_time", "parse_date"})
_TIMES_OR_NULL = frozenset({Scalar("datetime"), Scalar("date"), NULL})

# Gives the callable that reads a named model or union, and notes that it is needed.
Resolver = Callable[[Named], str]


def reading_of(shape: Shape, resolve: Resolver, place: str) -> Reading:
    """Return what reading a shape takes.

    Raises:
        DocumentError: A union cannot be told apart.

    """
    members = members_of(shape)
    objects = [m for m in members if isinstance(m, Named) and m.kind != "enum"]
    maps = [m for m in members if isinstance(m, MapOf)]
    if len(objects) > 1 or (maps and any(one.kind == "model" for one in objects)):
        raise DocumentError(f"{place}: a union of objects needs a name of its own")
    lists = [reading_of(m.item, resolve, f"{place}[]") for m in members if isinstance(m, ListOf)]
    values = [reading_of(m.value, resolve, f"{place}{{}}") for m in maps]
    return Reading(
        text=_text_reader(shape),
        thing=resolve(objects[0]) if objects else None,
        values=None if objects else _merge(values, place) or None,
        items=_merge(lists, place) or None,
    )


def _text_reader(shape: Shape) -> str | None:
    """Return the reader of texts, when text is not what the shape asks for."""
    if accepts_text(shape):
        return None
    kinds = [m.kind for m in members_of(shape) if isinstance(m, Scalar)]
    readers = dict.fromkeys(_TEXT_READERS[kind] for kind in kinds if kind in _TEXT_READERS)
    if "read_float" in readers:
        readers.pop("read_int", None)
    return next(iter(readers)) if len(readers) == 1 else None


def _merge(readings: list[Reading], place: str) -> Reading:
    """Return one reading for several lists (or maps) that a value may be."""
    if not readings:
        return Reading()
    if len(readings) == 1 or all(one == readings[0] for one in readings):
        return readings[0]
    things = {one.thing for one in readings if one.thing}
    if len(things) > 1:
        raise DocumentError(f"{place}: lists of different objects need a name of their own")
    return Reading(thing=next(iter(things), None))


def statements(target: str, reading: Reading, items: str = "items") -> list[str]:
    """Return the lines that read `value` and store the result in `target`.

    `items` names what those of an array are gathered in, by a loop: that is faster than a
    comprehension for a few.
    """
    lines: list[str] = []
    for kind, branch in _branches(reading, "value", 0):
        lines.append(f"{'elif' if lines else 'if'} type(value) is {kind}:")
        if kind == "list" and reading.items:
            lines += [
                f"    {items}: list[Any] = []",
                "    for item in value:",
                f"        {items}.append({expression(reading.items, 'item', 1)})",
                f"    {target} = {items}",
            ]
        else:
            lines.append(f"    {target} = {branch}")
    return lines


def field_statements(name: str, wire: str, shape: Shape, reading: Reading) -> list[str]:
    """Return the lines that read a field of a model out of its dict of `fields`.

    A field that is a time and nothing else is parsed when it is first read. One in which another
    cannot be read is set aside as it came.
    """
    if not reading or is_time(shape, reading):
        return []
    got = f'value = fields.get("{name}")'
    target = f'fields["{name}"]'
    aside = f'set_aside(fields, "{name}", "{wire}")'
    lines = statements(target, reading, f"{name}_items")
    if not any(time in line for time in _TIMES for line in lines):
        return [got, *lines]
    return [got, "try:", *(f"    {line}" for line in lines), "except ValueError:", f"    {aside}"]


def is_time(shape: Shape, reading: Reading) -> bool:
    """Say whether a field holds a time, or null, and nothing else."""
    return reading.text in _TIMES and set(members_of(shape)) <= _TIMES_OR_NULL


def expression(reading: Reading, name: str, depth: int = 0) -> str:
    """Return one expression that reads the variable `name`."""
    text = name
    for kind, branch in reversed(_branches(reading, name, depth)):
        text = f"{branch} if type({name}) is {kind} else {text}"
    return text


def _branches(reading: Reading, name: str, depth: int) -> list[tuple[str, str]]:
    item = f"item{depth or ''}"
    found: list[tuple[str, str]] = []
    if reading.text:
        found.append(("str", f"{reading.text}({name})"))
    if reading.thing:
        found.append(("dict", f"{reading.thing}({name})"))
    elif reading.values:
        inner = expression(reading.values, item, depth + 1)
        found.append(("dict", f"{{key: {inner} for key, {item} in {name}.items()}}"))
    if reading.items:
        inner = expression(reading.items, item, depth + 1)
        found.append(("list", f"[{inner} for {item} in {name}]"))
    return found
