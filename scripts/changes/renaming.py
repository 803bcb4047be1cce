"""Names that were replaced: which of those that are gone is which of those that are new.

A name is taken for another where both are one name in two spellings, or where what they stand for
is the same and the names are alike or stand between the same neighbours. Where only the content is
the same, and as many names with it came as went, the one is probably the other.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

_ALIKE: Final = 0.75
"""How much of two names has to be equal, as difflib measures it."""

_WORD_MIN: Final = 3
"""How long a word is that says something, in characters: `id`, `at` and `nb` do not."""


def renamed(
    before: Mapping[str, T], after: Mapping[str, T], is_same: Callable[[T, T], bool]
) -> dict[str, str]:
    """Return the names that are gone, each with what it is called now; only where one alone fits.

    The mappings are in the order in which a document lists them.
    """
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    if not gone or not new:
        return {}
    found = {
        old: [name for name in new if _spelling(name) == _spelling(old)]
        or [
            name
            for name in new
            if is_same(before[old], after[name])
            and (_are_alike(old, name) or _place(old, before, after) == _place(name, after, before))
        ]
        for old in gone
    }
    chosen = {old: names[0] for old, names in found.items() if len(names) == 1}
    taken = list(chosen.values())
    return {old: name for old, name in chosen.items() if taken.count(name) == 1}


def probably_renamed(
    before: Mapping[str, T], after: Mapping[str, T], is_same: Callable[[T, T], bool]
) -> dict[str, str]:
    """Return the names that are gone, each with the new one that has the same content.

    Names with equal content are paired in their order. Nothing is paired where no name stayed:
    then all of it is something else.
    """
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    found: dict[str, str] = {}
    if len(gone) == len(before):
        return found
    for old in gone:
        went = [name for name in gone if is_same(before[old], before[name])]
        came = [name for name in new if is_same(before[old], after[name])]
        if len(went) == len(came):
            found[old] = came[went.index(old)]
    return found


def _spelling(name: str) -> str:
    """Return the name without what spellings differ in."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _are_alike(one: str, other: str) -> bool:
    if _words(one) & _words(other):
        return True
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _ALIKE


def _words(name: str) -> set[str]:
    """Return the words of a name that say something, in the singular."""
    parts = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return {word for part in parts if len(word := part.lower().removesuffix("s")) >= _WORD_MIN}


def _place(name: str, names: Mapping[str, T], others: Mapping[str, T]) -> tuple[object, ...]:
    """Return the nearest neighbours that both sides have; a place of its own without any."""
    order = list(names)
    at = order.index(name)
    left = next((each for each in reversed(order[:at]) if each in others), None)
    right = next((each for each in order[at + 1 :] if each in others), None)
    return (left, right) if left or right else (object(),)
