"""What another operation tells of the items of a list, where the items themselves do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.laws.filters import value_at
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Filter, ListView

    Told = Callable[[Any], Any]

READ = 20
"""Of so many items is read what one answer tells of one; of the others nothing is known."""
LISTED = 2000
"""What is told by more items than that is not judged."""


def tell(world: World, view: ListView, walk: Walk, fields: Iterable[str]) -> Walk:
    """Return a list whose items also have the fields of these that another operation tells."""
    for each in view.related:
        if each.field in fields:
            (own,) = each.where.values()
            keys = [value_at(item, own) for item in walk.items]
            is_list = each.told_by in world.model.lists
            told = _listed(world, each) if is_list else _read(world, each, filter(None, keys))
            found = [None if key is None else told(key) for key in keys]
            items = tuple(
                item if value is None else {**item, each.field: value}
                for item, value in zip(walk.items, found, strict=True)
            )
            walk = evolve(walk, items=items)
    return walk


def resolved(world: World, each: Filter) -> Filter:
    """Return a filter with the run's own words in the place of those of the samples.

    Raises:
        Skipped: the run does not know one.

    """

    def known(value: object) -> object:
        if isinstance(value, str) and value.startswith("$"):
            return world.lookup(value.removeprefix("$"))
        return value

    return evolve(each, values={name: known(value) for name, value in each.values.items()})


def _read(world: World, each: Filter, keys: Iterable[Any]) -> Told:
    """Return what an item's own answer tells, of a few items."""
    (place,) = each.where
    known: dict[Any, Any] = {}
    for key in list(dict.fromkeys(keys))[:READ]:
        answer = world.call(each.told_by, {place: str(key)})
        known[key] = value_at(answer.json(), each.field) if answer.ok else None
    return known.get


def _listed(world: World, each: Filter) -> Told:
    """Return all that a list tells of an item, which may be nothing.

    What names no item could be of any of them, so that nothing is known then.
    """
    (place,) = each.where
    view = world.model.lists[each.told_by]
    walk = world.walk(world.model.resources[view.resource], through=view.operation)
    if len(walk.items) > LISTED:
        raise Skipped(f"{each.told_by} has {len(walk.items)} items, too many to tell what fits")
    known: dict[Any, list[Any]] = {}
    for item in tell(world, view, walk, [each.field]).items:
        known.setdefault(value_at(item, place), []).append(value_at(item, each.field))

    def told(key: object) -> object:
        values = known.get(key, [])
        return None if None in known or None in values else values

    return told
