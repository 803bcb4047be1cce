"""Law 7, orders: a list is in the order that was asked for, by itself and beside a filter."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.filters import fits, spell, value_at
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.populations import judged, walk_population
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.sets import DECLARED, list_subject, values_for, whole_of
from mistral_conformance.record.counting import counted
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Filter, ListView, Model, Sort

OTHER_ORDER = "harm: who asks for an order and gets another takes the wrong item for the first"
PAGES = 3
"""Over so many pages an order is looked at."""
TELLING = 2
"""Beside a filter so many orders are asked for: those by what tells most items apart."""


def _sorted(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        sort = view.sort
        if sort is None or not judged(model, view):
            continue
        for field in sort.fields:
            name = f"{view.operation}:{field}"
            yield list_subject(view, name, (view, sort, field), sort.origin)


def _directed(model: Model) -> Iterator[Subject]:
    """Yield each list with a parameter for the direction alone."""
    for view in model.lists.values():
        if view.sort and view.sort.direction and judged(model, view):
            yield list_subject(view, view.operation, view, view.sort.origin)


def _narrowed(model: Model) -> Iterator[Subject]:
    """Yield each filter of a list that can be sorted, but those by an id: they leave too little."""
    for view in model.lists.values():
        sort = view.sort
        told = [each for each in view.filters if not each.field.endswith("id")]
        for each in told if sort and judged(model, view) else ():
            name, value = f"{view.operation}:{each.parameter}", (view, sort, each)
            yield list_subject(view, name, value, each.origin)


def _ordered(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        if view.order and judged(model, view):
            yield list_subject(view, view.operation, view, view.origin)


@law(id="sets.sorted", over=_sorted, source=DECLARED)
def sorted_by_a_field(world: World, view: ListView, sort: Sort, field: str) -> None:
    """A list that is sorted by a field is in that order, up and down, and holds the same items.

    So it is over pages: these all keep to the order that the first one was asked for.
    """
    resource = world.model.resources[view.resource]
    population, whole = whole_of(world, view)
    due = {key_of(resource, each) for each in whole.items}
    sizes = (None, -(-len(whole.items) // PAGES)) if "size" in view.paging else (None,)
    for down, size in product((False, True), sizes):
        asked = sort.ask(field, down=down)
        walk = walk_population(world, view, population, asked, size=size)
        _expect_keys(world, view, walk, due, str(asked))
        _expect_order(world, walk, sort.fields[field], down=down)


@law(id="sets.sorted-and-filtered", over=_narrowed, source=OTHER_ORDER, harm=True)
def sorted_and_filtered(world: World, view: ListView, sort: Sort, each: Filter) -> None:
    """A filter and an order together leave what the filter leaves, in that order, up and down."""
    resource = world.model.resources[view.resource]
    population, whole = whole_of(world, view)
    values = values_for(world, each, population, whole)
    value = max(values, key=lambda one: sum(fits(each, [one], i) is True for i in whole.items))
    query = {each.parameter: spell(each, [value])}
    alone = walk_population(world, view, population, query)
    due = {key_of(resource, item) for item in alone.items}
    fields = sorted(sort.fields, key=lambda one: -_told_apart(sort.fields[one], alone))[:TELLING]
    if not any(_told_apart(sort.fields[field], alone) > 1 for field in fields):
        raise Skipped(f"{each.parameter}={value!r} leaves no two items that an order tells apart")
    for field, down in product(fields, (False, True)):
        asked = {**query, **sort.ask(field, down=down)}
        walk = walk_population(world, view, population, asked)
        _expect_keys(world, view, walk, due, str(asked))
        if _told_apart(sort.fields[field], alone) > 1:
            _expect_order(world, walk, sort.fields[field], down=down)


@law(id="sets.sorted-as-taken", over=_sorted, source=OTHER_ORDER, harm=True)
def sorted_as_taken(world: World, view: ListView, sort: Sort, field: str) -> None:
    """A list that a wish for an order changes is in that order, not in a third one."""
    resource = world.model.resources[view.resource]
    population, whole = whole_of(world, view)
    asked = (sort.ask(field, down=down) for down in (False, True))
    walks = [walk_population(world, view, population, each) for each in asked]
    usual, *orders = ([key_of(resource, e) for e in walk.items] for walk in (whole, *walks))
    if all(each == usual for each in orders):
        raise NotOffered(f"not offered: a wish for the order of `{field}` changes nothing")
    for down, walk in enumerate(walks):
        _expect_order(world, walk, sort.fields[field], down=bool(down))


@law(id="sets.direction-turns", over=_directed, source=DECLARED, level=SHOULD)
def direction_turns_the_list(world: World, view: ListView) -> None:
    """A direction that is asked for by itself turns the list, and leaves what it holds."""
    population, whole = whole_of(world, view)
    if len(whole.items) < TELLING:
        raise Skipped("there are no two items to be in an order")
    resource, direction = world.model.resources[view.resource], view.sort and view.sort.direction
    ways = ({str(direction): way} for way in ("asc", "desc"))
    walks = [walk_population(world, view, population, each) for each in ways]
    up, down = ([key_of(resource, each) for each in walk.items] for walk in walks)
    world.expect(set(up) == set(down), "one direction holds other items", walks[0].last)
    said = f"with {direction} asc and desc the list is in one order"
    world.expect(up != down, said, *(walk.last for walk in walks))


@law(id="sets.default-order", over=_ordered, source=DECLARED)
def default_order_is_as_declared(world: World, view: ListView) -> None:
    """Without a wish for another, a list is in its declared order."""
    _, whole = whole_of(world, view)
    _expect_order(world, whole, view.order.removeprefix("-"), down=view.order.startswith("-"))


def _told_apart(field: str, walk: Walk) -> int:
    """Return how many values of a field the items of a list have."""
    return len({str(found) for item in walk.items if (found := value_at(item, field)) is not None})


def _expect_keys(
    world: World, view: ListView, walk: Walk, wanted: Iterable[tuple[Any, ...]], what: str
) -> None:
    resource = world.model.resources[view.resource]
    found = {key_of(resource, each) for each in walk.items}
    reason = f"{what}: the list holds {counted(len(found), 'item')}, without it {len(set(wanted))}"
    world.expect(found == set(wanted), reason, walk.last)


def _expect_order(world: World, walk: Walk, field: str, *, down: bool) -> None:
    """Hold neighbours in the list to the order; where capitals decide, either order is free."""
    judged = 0
    items = list(reversed(walk.items)) if down else list(walk.items)
    for one, other in pairwise(items):
        left, right = one.get(field), other.get(field)
        if left is None or right is None:
            continue
        judged += 1
        if is_after(left, right):
            way = "descending" if down else "ascending"
            first, second = (right, left) if down else (left, right)
            reason = f"`{field}` is {first!r} before {second!r} in {way} order"
            world.fail(reason, *walk.pages[:2])
    if not judged:
        raise Skipped(f"there are no two items that show their `{field}`")


def is_after(left: object, right: object) -> bool:
    """Say whether the first of two ascending neighbours comes later, however texts are compared."""
    one, other = read_time(left), read_time(right)
    if one is not None and other is not None:
        return one > other
    if isinstance(left, str) and isinstance(right, str):
        plain = left.isascii() and right.isascii()
        letters = "".join(filter(str.isalnum, left)), "".join(filter(str.isalnum, right))
        ways = ((left, right), (left.casefold(), right.casefold()), letters)
        folded = letters[0].casefold() > letters[1].casefold()
        return plain and folded and all(one > other for one, other in ways)
    return False
