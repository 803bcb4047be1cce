"""Cuts a large wrong value down to where it is wrong, so that finding out what costs little.

To tell what is wrong with a value, a validator tries every member of every union for every item. An
excerpt has few items, with those that are wrong first among them: their problems are told.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Check = Callable[[object], bool]

FEW = 400
"""A value with so many parts is looked at as a whole."""
DIGITS = re.compile(r"\+?[0-9]+")
"""Keys of maps that a validator tells as numbers."""
SHORTEST = 2
"""Arrays and maps are not cut below this: no schema of the document asks for more items."""
MANY = 16
"""Longer beginnings are told by their last items alone."""


@frozen
class Excerpt:
    """A part of a value."""

    whole: object
    value: object
    skipped: dict[int, int] = field(factory=dict)
    """How many items are missing at the front of an array of `value`, by its `id`."""

    def locate(self, path: Sequence[str | int]) -> tuple[tuple[str | int, ...], Any]:
        """Where a place of the excerpt is in the whole value, and what stands there."""
        part: Any = self.value
        found: Any = self.whole
        places: list[str | int] = []
        for told in path:
            steps = _keys(part, told) if isinstance(part, dict) else (told,)
            for step in steps:
                place = step + self.skipped.get(id(part), 0) if isinstance(step, int) else step
                part, found = part[step], found[place]
                places.append(place)
        return tuple(places), found


def _keys(part: dict[str, Any], step: str | int) -> tuple[str | int, ...]:
    """The keys of a map at a step of a validator's path.

    It gives digits as a number, and leaves an empty key out: the step is one below it then.
    """
    if step in part:
        return (str(step),)
    digits = (key for key in part if DIGITS.fullmatch(key) and int(key) == step)
    found = next(digits, None)
    if found is not None:
        return (found,)
    below = part[""]
    return ("", *(_keys(below, step) if isinstance(below, dict) else (step,)))


def find_excerpt(value: object, is_valid: Check, names: frozenset[str]) -> Excerpt:
    """A wrong value's arrays and maps, as short as it takes for it to be wrong.

    `names` are the properties that the schema knows; a map keeps them however short it gets.
    """
    if json_text.count(value, FEW) <= FEW:
        return Excerpt(value, value)
    length = find_length(value, is_valid, names)
    if length > MANY:
        skipped: dict[int, int] = {}
        last = cut(value, length, names, skipped)
        if not is_valid(last):
            return Excerpt(value, last, skipped)
    while json_text.count(cut(value, 2 * length, names), FEW) <= FEW:
        length *= 2
    return Excerpt(value, cut(value, length, names))


def find_length(value: object, is_valid: Check, names: frozenset[str]) -> int:
    """The smallest length to which arrays and maps can be cut so that the value stays wrong."""
    wrong = SHORTEST
    while is_valid(cut(value, wrong, names)):
        wrong *= 2
    right = wrong // 2
    while wrong - right > 1:
        middle = (wrong + right) // 2
        if is_valid(cut(value, middle, names)):
            right = middle
        else:
            wrong = middle
    return wrong


def cut(
    value: object, length: int, names: frozenset[str], skipped: dict[int, int] | None = None
) -> object:
    """The value with at most so many items in each array and each map.

    With `skipped`, arrays that have so many keep only the last of them, and it is noted there how
    many came before.
    """
    if isinstance(value, list):
        first = length - 1 if skipped is not None and len(value) >= length else 0
        short = [cut(item, length, names, skipped) for item in value[first:length]]
        if skipped is not None and first:
            skipped[id(short)] = first
        return short
    if isinstance(value, dict):
        others = islice((name for name in value if name not in names), length)
        kept = [*(name for name in names if name in value), *others]
        return {name: cut(value[name], length, names, skipped) for name in kept}
    return value
