"""What became of operations as a whole, told as changes."""

from __future__ import annotations

from posixpath import commonpath
from typing import TYPE_CHECKING

import attrs

from changes.change import Change, Text, change
from changes.telling import MANY, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from changes.api import Endpoint
    from changes.change import Operation
    from changes.matching import Match

Pair = tuple["Endpoint", "Endpoint"]


def tell_fates(found: Match, name: Callable[[Endpoint], Operation]) -> list[Change]:
    """Return the operations that are gone, new, moved, merged or split.

    `name` gives their methods.
    """
    changes: list[Change] = []

    def add(kind: str, endpoints: Iterable[Endpoint], at: str, **values: object) -> None:
        named = tuple(dict.fromkeys(name(one) for one in endpoints))
        changes.append(attrs.evolve(change(kind, at, **values), operations=named))

    for one in found.gone:
        kind = "deprecated-operation-removed" if one.deprecated else "operation-removed"
        add(kind, [one], one.at, name=Text(one.name))
    for one in found.added:
        add("operation-added", [one], one.at, name=Text(one.name))
    for pairs, old, new in _moves(found.moved):
        kind = "operation-method-changed" if _is_same_path(pairs[0]) else "operation-moved"
        both = [one for pair in pairs for one in pair]
        add(kind, both, both[1].at, old=old, new=new)
    for parts, after in found.merged:
        add("operations-merged", [*parts, after], after.at, old=_all(parts), new=Text(after.name))
    for before, parts in found.split:
        add("operation-split", [before, *parts], before.at, old=Text(before.name), new=_all(parts))
    return changes


def _moves(moved: list[Pair]) -> Iterator[tuple[list[Pair], Text, Text]]:
    """Yield the pairs with what they are called.

    Those that moved together with their parent as one.
    """
    together: dict[tuple[tuple[str, ...], ...], list[Pair]] = {}
    for pair in moved:
        together.setdefault(_heads(*(one.path.split("/") for one in pair)), []).append(pair)
    for pairs in together.values():
        if len(pairs) < MANY or _is_same_path(pairs[0]):
            yield from (([pair], Text(pair[0].name), Text(pair[1].name)) for pair in pairs)
            continue
        old, new = (commonpath(pair[side].path for pair in pairs) for side in (0, 1))
        yield pairs, Text(f"{old} with {len(pairs)} operations"), Text(new)


def _is_same_path(pair: Pair) -> bool:
    return pair[0].shape == pair[1].shape


def _heads(one: list[str], other: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what two paths have before the end that is the same in both."""
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return tuple(one), tuple(other)


def _all(endpoints: list[Endpoint]) -> Text:
    return listed([one.name for one in endpoints])
