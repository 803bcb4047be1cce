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
    from collections.abc import Callable, Iterator, Sequence

    Check = Callable[[object], bool]
    Path = tuple[str | int, ...]
    Way = tuple[Path, Any, Path, Any]
    """The path left, the part of the excerpt, its place in the whole, what stands there."""

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

    def locate(
        self, path: Sequence[str | int], instance: object
    ) -> tuple[tuple[str | int, ...], Any]:
        """Return where a place of the excerpt is in the whole value, and what stands there.

        A validator's path is not exact: it gives digits as a number, and leaves out empty keys. So
        it may fit several places; the one where the instance stands is meant.

        Raises:
            LookupError: no place fits.

        """
        ways = list(self._ways(tuple(path), self.value, self.whole, ()))
        if not ways:
            raise LookupError(f"no place {path} in the value")
        exact = (way for way in ways if type(way[1]) is type(instance) and way[1] == instance)
        _, _, places, found = next(exact, ways[0])
        return places, found

    def _ways(self, path: Path, part: Any, found: Any, places: Path) -> Iterator[Way]:  # noqa: ANN401 - JSON
        """Yield every place that a path may lead to from a part of the excerpt."""
        if not path:
            yield path, part, places, found
        elif isinstance(part, list) and isinstance(path[0], int) and path[0] < len(part):
            place = path[0] + self.skipped.get(id(part), 0)
            yield from self._ways(path[1:], part[path[0]], found[place], (*places, place))
        if isinstance(part, dict):
            for key in part if path else ():
                if _is_told_as(key, path[0]):
                    yield from self._ways(path[1:], part[key], found[key], (*places, key))
            if "" in part:
                yield from self._ways(path, part[""], found[""], (*places, ""))


def _is_told_as(key: str, step: str | int) -> bool:
    """Say whether a validator's path gives a key of a map as this step."""
    if isinstance(step, str):
        return key == step
    return bool(DIGITS.fullmatch(key)) and (key.lstrip("+0") or "0") == str(step)


def find_excerpt(value: object, is_valid: Check, names: frozenset[str]) -> Excerpt:
    """Return a wrong value's arrays and maps, as short as it takes for it to be wrong.

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
    """Return the smallest length to which arrays and maps can be cut with the value still wrong."""
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
    """Return the value with at most so many items in each array and each map.

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
