"""JSON text from outside: in bodies, in parameters, in files, in payloads.

Only what an answer can repeat counts as JSON: numbers that a double can hold, text that UTF-8 can
encode, and no more levels than DEEPEST. JSON is UTF-8 (RFC 8259), with or without a byte-order
mark; no other encoding is guessed. Of a name that comes twice the last value counts.
"""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

EXACT = 2.0**53
"""Below this a float holds every integer."""
NESTED = (dict, list)
"""What has parts. It is a tuple, as `dict | list` would make a new type for every value."""
HAVING_PARTS = frozenset(NESTED)
DEEPEST = 100
"""Levels of arrays and objects that a value may have."""
LONG = re.compile(rb"[0-9]{309}")
"""A double holds every integer with fewer digits."""


MOST_VALUES = 250_000
"""Values that a text may have; one of 10 MB that is text for the most part has far fewer."""
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def read(content: bytes) -> object:
    """Return the value of JSON text.

    Raises:
        ValueError: It is not JSON; a JSONDecodeError has the position.

    """
    if is_crowded(content):
        raise ValueError(f"more than {MOST_VALUES:,} values")
    try:
        value: object = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_refuse,
            parse_float=_read_number,
            parse_int=_read_integer if LONG.search(content) else None,
        )
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode()  # lone surrogates have no encoding
        if content.count(b"[") + content.count(b"{") > DEEPEST:
            check_depth(value)
    except RecursionError as error:
        raise ValueError(str(error)) from error
    return value


def check(value: object) -> None:
    """Lets through a value that came in another way than as JSON text, but must become such.

    Raises:
        ValueError: JSON has no such value, or an answer could not repeat it.

    """
    try:
        read(json.dumps(value).encode())
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def check_depth(value: object) -> None:
    """Lets through what is nested no deeper than DEEPEST.

    Raises:
        ValueError: It is deeper.

    """
    level = [value] if isinstance(value, NESTED) else []
    for _ in range(DEEPEST):
        parts = [one.values() if isinstance(one, dict) else one for one in level]
        level = [part for inner in parts for part in inner if isinstance(part, NESTED)]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} levels deep")


def count(value: object, most: int) -> int:
    """Return how many parts a value has; beyond the most it stops to count."""
    found, coming = 1, [value]
    for part in coming:
        if found > most:
            break
        if isinstance(part, dict):
            found += len(part)
            if not HAVING_PARTS.isdisjoint(map(type, part.values())):
                coming += [one for one in part.values() if isinstance(one, NESTED)]
        elif isinstance(part, list):
            found += len(part)
            if len(part) <= most:
                coming += [one for one in part if isinstance(one, NESTED)]
    return found


def is_crowded(content: bytes) -> bool:
    """Say whether jSON text has more than MOST_VALUES values: more than any request needs."""
    if sum(map(content.count, (b",", b"[", b"{"))) <= MOST_VALUES:
        return False
    found, end = 0, 0
    for text in STRING.finditer(content):
        found += sum(content.count(mark, end, text.start()) for mark in (b",", b"[", b"{"))
        end = text.end()
    return found + sum(content.count(mark, end) for mark in (b",", b"[", b"{")) > MOST_VALUES


def _read_number(text: str) -> float:
    """Return the number; `2.0` is the integer 2, in JSON Schema and here."""
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return int(number) if number.is_integer() and abs(number) < EXACT else number


def _read_integer(text: str) -> int:
    """Return the integer; an integer beyond all doubles is as infinite as `1e999`."""
    number = int(text)
    try:
        float(number)
    except OverflowError:
        raise ValueError("a number is larger than a double can hold") from None
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
