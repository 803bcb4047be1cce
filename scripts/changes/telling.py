"""What is told once: the same change of several places, with all the operations that it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from changes.change import Change, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANY = 5
"""How many operations share a change of their own before they are counted and not told singly."""
_NAMED_MAX = 4
"""How many names a sentence lists."""
_OF_ONE = frozenset({"operation-id-changed"})
"""Kinds whose values are different for each operation, and are still one change."""


def told_once(changes: Iterable[Change]) -> list[Change]:
    """Return each sentence once, with the operations and places of all its finders."""
    found: dict[tuple[str, str], list[Change]] = {}
    for one in changes:
        found.setdefault((one.kind.id, str(sorted(one.values.items()))), []).append(one)
    return list(_counted([_joined(each) for each in found.values()]))


def _joined(alike: Sequence[Change]) -> Change:
    """Return the changes as one."""
    operations = tuple(dict.fromkeys(each for one in alike for each in one.operations))
    places = dict.fromkeys(place for one in alike for place in one.pointers)
    pointer, *others = places
    return attrs.evolve(alike[0], pointer=pointer, others=tuple(others), operations=operations)


def _counted(changes: Iterable[Change]) -> Iterable[Change]:
    """Yield what many operations have in common, each by its name, with their number."""
    alike: dict[tuple[object, ...], list[Change]] = {}
    for one in changes:
        alike.setdefault(_without_name(one), []).append(one)
    for each in alike.values():
        if len(each) < MANY or not _is_of_operation(each[0]):
            yield from each
            continue
        one = _joined(each)
        name = Text(f"each of {len(one.operations)} operations")
        values: dict[str, str] = {
            key: listed(list(dict.fromkeys(other.values[key] for other in each)))
            for key in one.values
        }
        yield attrs.evolve(one, values=values | {"name": name})


def _is_of_operation(one: Change) -> bool:
    """Say whether its sentence names an operation that is there before and after."""
    there = not one.kind.id.endswith(("operation-added", "operation-removed"))
    return there and one.values["name"] in {each.name for each in one.operations}


def _without_name(one: Change) -> tuple[object, ...]:
    if not _is_of_operation(one):
        return one.kind.id, id(one)
    kept = sorted((key, text) for key, text in one.values.items() if key != "name")
    return (one.kind.id, None if one.kind.id in _OF_ONE else str(kept))


def listed(names: Sequence[str]) -> Text:
    """Return the first names, and how many more there are."""
    shown = ", ".join(names[:_NAMED_MAX])
    more = len(names) - _NAMED_MAX
    return Text(f"{shown} and {more} more" if more > 0 else shown)
