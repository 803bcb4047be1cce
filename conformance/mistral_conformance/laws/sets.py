"""Law 7: filters are sets. What a filtered list holds is what the unfiltered one tells to fit."""

from __future__ import annotations

from itertools import combinations, permutations, product
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.filters import fits, spell, value_at, values_of
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.populations import (
    judged,
    makes,
    population_of,
    walk_population,
)
from mistral_conformance.laws.reading import find, read_time
from mistral_conformance.laws.telling import resolved, tell
from mistral_conformance.laws.walking import least_size, ways
from mistral_conformance.model.declarations import REFERENCE
from mistral_conformance.model.schemas import facet, items_of, types
from mistral_conformance.record.counting import counted
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.laws.filters import Values
    from mistral_conformance.laws.populations import Population
    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Filter, ListView, Model, Resource
    from mistral_conformance.model.document import Json

    Keys = set[tuple[Any, ...]]

DECLARED = "document: parameters (one that does something else is of no use)"
LOST = "harm: a program that reads all pages of what it looks for loses items, or counts wrongly"
DEFAULTS = "document: parameters (their defaults)"
WITHHELD = frozenset({403, 404})
FEW = 5
"""With more filters than that each pair of them is asked for fewer values."""
LIKED = 3
"""The values of so many items are asked for, and that of the last one."""
MOST = 2000
"""A list of more items that the suite has not made is not judged."""


def _filtered(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        for each in view.filters if judged(model, view) else ():
            name = f"{view.operation}:{each.parameter}"
            yield list_subject(view, name, (view, each), each.origin)


def _repeated(model: Model) -> Iterator[Subject]:
    return (each for each in _filtered(model) if each.value[1].repeats)


def _related(model: Model) -> Iterator[Subject]:
    """Yield each filter on what another operation tells of the items."""
    for view in model.lists.values():
        for each in view.related if judged(model, view) else ():
            needed = (view.operation, each.told_by)
            name, value = f"{view.operation}:{each.parameter}", (view, each)
            yield Subject(name, value, needed[:1], needed, (each.origin,))


def _filling(model: Model) -> Iterator[Subject]:
    """Yield each parameter that is true or false and fills a place of a list's answer or not."""
    for view in model.lists.values():
        for name, (place, origin) in view.fills.items():
            value = (view, name, place)
            yield list_subject(view, f"{view.operation}:{name}", value, origin)


def _unshown(model: Model) -> Iterator[tuple[ListView, Json, list[Any]]]:
    """Yield each parameter that takes some of listed values and looks at what no item shows."""
    for view in model.lists.values():
        for each in model.document.operations[view.operation].parameters:
            values = choices_of(model, each.get("schema", {}))
            if each["name"] in view.others and values and judged(model, view):
                yield view, each, values


def _untold(model: Model) -> Iterator[Subject]:
    """Yield each of these that takes several values."""
    for view, each, values in _unshown(model):
        if items_of(model.document, each.get("schema", {})):
            name = each["name"]
            yield list_subject(view, f"{view.operation}:{name}", (view, name, values))


def _chosen(model: Model) -> Iterator[Subject]:
    """Yield each of these in a paged list."""
    for view, each, values in _unshown(model):
        if "size" in view.paging:
            name = each["name"]
            yield list_subject(view, f"{view.operation}:{name}", (view, name, values))


def _paired(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        for pair in combinations(view.filters, 2) if judged(model, view) else ():
            name = f"{view.operation}:{pair[0].parameter}+{pair[1].parameter}"
            origins = tuple(each.origin for each in pair)
            yield list_subject(view, name, (view, *pair), *origins)


def _picky(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        for name, origin in view.picky.items():
            operation = (view.operation,)
            yield Subject(f"{view.operation}:{name}", (view, name), operation, operation, (origin,))


def _defaulted(model: Model) -> Iterator[Subject]:
    """Yield each parameter of a list that has a default, or that is true or false."""
    for view in model.lists.values():
        paging = set(map(str, view.paging.values()))
        if not judged(model, view):
            continue
        for each in model.document.operations[view.operation].parameters:
            schema: Json = each.get("schema", {})
            default = facet(model.document, schema, "default")
            if default is not None and each["in"] == "query" and each["name"] not in paging:
                name, value = f"{view.operation}:{each['name']}", (view, each["name"], default)
                yield Subject(name, value, (view.operation,), (view.operation,))


def _switched(model: Model) -> Iterator[Subject]:
    """Yield each parameter of a list that is true or false."""
    for view in model.lists.values():
        for each in model.document.operations[view.operation].parameters:
            is_switch = "boolean" in types(model.document, each.get("schema", {}))
            if each["in"] == "query" and is_switch and judged(model, view):
                yield list_subject(view, f"{view.operation}:{each['name']}", (view, each["name"]))


def choices_of(model: Model, schema: Json) -> list[Any]:
    """Return the values that a parameter can have, none where they are not told."""
    listed = facet(model.document, items_of(model.document, schema) or schema, "enum")
    plain = ["true", "false"] if "boolean" in types(model.document, schema) else []
    return [each for each in listed or plain if each is not None]


def list_subject(view: ListView, name: str, value: object, *origins: Any) -> Subject:  # noqa: ANN401
    """Return a case about a list; what it stands on are the origins."""
    return Subject(name, value, (view.operation,), (view.operation,), origins)


@law(id="sets.filter", over=_filtered, source=DECLARED)
def filter_is_a_set(world: World, view: ListView, each: Filter) -> None:
    """A filter leaves exactly the items that fit, also for a value that none has."""
    population, whole = whole_of(world, view)
    for value in values_for(world, each, population, whole):
        _expect_set(world, view, (population, whole), [(each, [value])])


@law(id="sets.repeated-filter", over=_repeated, source=DECLARED)
def repeated_filter_is_a_union(world: World, view: ListView, each: Filter) -> None:
    """A filter that is repeated leaves the items that fit any of its values."""
    population, whole = whole_of(world, view)
    values = values_for(world, each, population, whole)
    if len(values) < 2:
        raise Skipped(f"there are no two values of {each.parameter}")
    for pair in permutations(values[:4], 2):
        _expect_set(world, view, (population, whole), [(each, list(pair))])


@law(id="sets.repeated-is-union", over=_untold, source=DECLARED)
def repeated_is_union(world: World, view: ListView, name: str, choices: list[str]) -> None:
    """A repeated filter on what items do not show leaves what its values leave one by one."""
    population, whole = whole_of(world, view)
    resource = world.model.resources[view.resource]

    def left(*values: str) -> set[tuple[Any, ...]]:
        walk = walk_population(world, view, population, {name: list(values)})
        return {key_of(resource, each) for each in walk.items}

    single = {value: left(value) for value in choices}
    some = [value for value in choices if single[value]][:3]
    if len(some) < 2:
        raise Skipped(f"no two values of `{name}` leave something")
    for one, other in permutations(some, 2):
        found, due = left(one, other), single[one] | single[other]
        said = (
            f"`{name}` with {one} and {other} leaves "
            f"{counted(len(found), 'item')}, one by one {len(due)}"
        )
        world.expect(found == due, said, whole.last)


@law(id="sets.related-filter", over=_related, source=DECLARED)
def related_filter_is_a_set(world: World, view: ListView, each: Filter) -> None:
    """A filter leaves exactly the items that fit by what another answer tells of them."""
    population, whole = whole_of(world, view)
    whole, each = tell(world, view, whole, [each.field]), resolved(world, each)
    values = values_for(world, each, population, whole)
    seen = [value for value in values if not _is_withheld(world, view, population, each, value)]
    if not seen:
        raise Skipped(f"the caller may look into no `{each.parameter}` that is told")
    several = permutations(seen[:3], 2) if each.repeats else ()
    for asked in (*([value] for value in seen), *map(list, several)):
        _expect_set(world, view, (population, whole), [(each, asked)])


def _is_withheld(
    world: World, view: ListView, population: Population, each: Filter, value: object
) -> bool:
    """Say whether a value names what the caller may not look into, such as another workspace.

    What is shared with the caller tells whose it is.
    """
    parameters = world.document.operations[view.operation].parameters
    if not any(e["name"] == each.parameter and REFERENCE in e for e in parameters):
        return False
    query = {**view.show, each.parameter: spell(each, [value])}
    return world.call(view.operation, population.ids, query=query).status in WITHHELD


@law(id="sets.asked-is-filled", over=_filling, source=DECLARED)
def asked_is_filled(world: World, view: ListView, name: str, place: str) -> None:
    """What a list tells on request it tells where it is asked to, and only there."""
    resource = world.model.resources[view.resource]
    ids = population_of(world, view).ids if makes(world, view) else {}
    for asked in (True, False):
        query = {name: str(asked).lower()}
        page = world.walk(resource, ids, query, through=view.operation).pages[0]
        item, _, field = place.rpartition("[].")
        holders = page.json()[item] if item else [page.json()]
        if not holders:
            raise Skipped("the list is empty")
        for each in holders:
            filled = value_at(each, field) is not None
            told = "nothing at" if asked else "something at"
            said = f"{name}={str(asked).lower()} gives {told} `{place}`"
            world.expect(filled is asked, said, page)


@law(id="sets.two-filters", over=_paired, source=DECLARED)
def two_filters_are_an_intersection(
    world: World, view: ListView, one: Filter, other: Filter
) -> None:
    """Two filters together leave the items that fit both."""
    population, whole = whole_of(world, view)
    most = 4 if len(view.filters) <= FEW else 2
    for left in values_for(world, one, population, whole)[:most]:
        for right in values_for(world, other, population, whole)[:most]:
            _expect_set(world, view, (population, whole), [(one, [left]), (other, [right])])


@law(id="sets.filter-over-pages", over=_filtered, source=DECLARED)
def filter_holds_over_pages(world: World, view: ListView, each: Filter) -> None:
    """A filter holds on every page."""
    if "size" not in view.paging:
        raise Skipped("the list is not paged")
    population, whole = whole_of(world, view)
    values = _scattering(each, values_for(world, each, population, whole), whole)
    for value, tokens in product(values[:3], ways(view)):
        size = _half(each, value, whole)
        asked = [(each, [value])]
        _expect_set(world, view, (population, whole), asked, size=size, tokens=tokens)


@law(id="sets.filtered-pages-tile", over=_filtered, source=LOST, harm=True)
def filtered_pages_tile(world: World, view: ListView, each: Filter) -> None:
    """Whatever a filter leaves, pages of any size hold all of it, and tell how much it is."""
    if "size" not in view.paging:
        raise Skipped("the list is not paged")
    population, whole = whole_of(world, view)
    resource = world.model.resources[view.resource]
    values = values_for(world, each, population, whole)
    value = _scattering(each, values, whole)[0]
    query: Json = {each.parameter: spell(each, [value])}
    sizes = (None, _half(each, value, whole))
    walks = [walk_population(world, view, population, query, size=size) for size in sizes]
    large, small = ([key_of(resource, item) for item in walk.items] for walk in walks)
    said = f"{each.parameter}={value!r} leaves {counted(len(large), 'item')} on large pages, "
    told = f"{said}{len(small)} on small"
    differing = set(large) ^ set(small)
    if differing:
        _, moved = changed_meanwhile(world, view, (population, whole), [each.field])
        if differing <= moved:
            raise Skipped(f"items changed their `{each.field}` meanwhile")
    world.expect(not differing, told, walks[0].last, walks[1].last)
    _expect_totals(world, view, walks, value)


@law(id="sets.chosen-pages-tile", over=_chosen, source=LOST, harm=True)
def chosen_pages_tile(world: World, view: ListView, name: str, values: list[str]) -> None:
    """What a choice leaves by what no item shows is on pages of any size, and told by its total."""
    population, _ = whole_of(world, view)
    resource = world.model.resources[view.resource]
    for value in values:
        large = walk_population(world, view, population, {name: value})
        size = max(1, least_size(len(large.items)), len(large.items) // 2)
        small = walk_population(world, view, population, {name: value}, size=size)
        one, other = ({key_of(resource, each) for each in walk.items} for walk in (large, small))
        said = (
            f"{name}={value!r} leaves "
            f"{counted(len(one), 'item')} on large pages, {len(other)} on small"
        )
        world.expect(one == other, said, large.last, small.last)
        _expect_totals(world, view, (large, small), value)


def _expect_totals(world: World, view: ListView, walks: Iterable[Walk], value: object) -> None:
    """Hold the total that pages tell to what is on them."""
    for walk in walks if view.exact else ():
        for page in walk.pages:
            total, count = find(page, view.paging.get("total", "?")), len(walk.items)
            said = f"a page tells a total of {total} for {value!r}, {count} fit"
            world.expect(total in (None, count), said, page)


@law(id="sets.unknown-leaves-nothing", over=_picky, source=DECLARED)
def unknown_value_leaves_nothing(world: World, view: ListView, name: str) -> None:
    """A filter with a value that nothing has leaves nothing, with an item's own it leaves that."""
    resource = world.model.resources[view.resource]
    whole = world.walk(resource)
    if not whole.items:
        raise Skipped("the list is empty")
    walk = world.walk(resource, query={name: f"none-{world.values.word()}"})
    said = (
        f"a `{name}` that nothing has leaves {len(walk.items)} of "
        f"{counted(len(whole.items), 'item')}"
    )
    world.expect(not walk.items, said, walk.last)
    field = view.keeps.get(name, "")
    values = [each[field] for each in whole.items if isinstance(each.get(field), str)]
    for value in (*values[:LIKED], *values[LIKED:][-1:]):
        left = world.walk(resource, query={name: value})
        lost = value not in [each.get(field) for each in left.items]
        world.expect(not lost, f"`{name}` {value!r} leaves out the item of that name", left.last)
    _expect_nothing_beside(world, view, name, whole)


def _expect_nothing_beside(world: World, view: ListView, name: str, whole: Walk) -> None:
    """Hold a value that nothing has to leave nothing beside other filters with an item's own."""
    resource = world.model.resources[view.resource]
    for other in (each for each in view.picky if each != name and view.keeps.get(each)):
        value = next((v for e in whole.items if isinstance(v := e.get(view.keeps[other]), str)), "")
        if value:
            query = {name: f"none-{world.values.word()}", other: value}
            left = world.walk(resource, query=query)
            said = f"`{other}` {value!r} beside a `{name}` that nothing has leaves items"
            world.expect(not left.items, said, left.last)


@law(id="sets.default-is-no-wish", over=_defaulted, source=DEFAULTS)
def default_is_no_wish(world: World, view: ListView, name: str, default: object) -> None:
    """A list that is asked for with a parameter's default is the list without that parameter."""
    resource = world.model.resources[view.resource]
    ids = population_of(world, view).ids if makes(world, view) else {}
    plain = world.walk(resource, ids, {name: None}, through=view.operation)
    value = str(default).lower() if isinstance(default, bool) else default
    walk = world.walk(resource, ids, {name: value}, through=view.operation)
    wanted, found = ([key_of(resource, each) for each in one.items] for one in (plain, walk))
    said = (
        f"with its default {value!r} for `{name}` the list holds "
        f"{counted(len(found), 'item')}, without it "
    )
    world.expect(
        wanted == found, f"{said}{len(wanted)}, or in another order", plain.last, walk.last
    )


@law(id="sets.false-is-not-true", over=_switched, source=DECLARED)
def false_is_not_true(world: World, view: ListView, name: str) -> None:
    """A list that a parameter changes where it is true is another one where it is false."""
    resource = world.model.resources[view.resource]
    ids = population_of(world, view).ids if makes(world, view) else {}
    queries: list[Json] = [{name: each} for each in (None, "true", "false", None)]
    walks = [world.walk(resource, ids, each, through=view.operation) for each in queries]
    plain, true, false, again = (_shape(resource, each) for each in walks)
    if true == false and true in (plain, again):
        raise Skipped(f"`{name}` changes nothing that is there")
    said = f"`{name}` false leaves the same as `{name}` true, and another list than without it"
    world.expect(true != false, said, *(each.last for each in walks))


def _shape(resource: Resource, walk: Walk) -> object:
    """Return what a list holds, and which fields its items and its last page have."""
    page = walk.last.json()
    told = [page if isinstance(page, dict) else {}, *walk.items]
    names = [{name for name, value in each.items() if value is not None} for each in told]
    return [key_of(resource, each) for each in walk.items], names


def parts_items(each: Filter, value: object, whole: Walk) -> bool:
    """Say whether a value leaves some of the items and not all."""
    return {True, False} <= {fits(each, [value], item) for item in whole.items}


def _scattering(each: Filter, values: Values, whole: Walk) -> Values:
    """Return the values, those first between whose items the list has most others."""

    def between(value: object) -> tuple[int, bool]:
        fitting = [fits(each, [value], item) for item in whole.items]
        places = [place for place, fit in enumerate(fitting) if fit]
        inside = fitting[places[0] : places[-1]] if places else []
        return -inside.count(False), not parts_items(each, value, whole)

    return sorted(values, key=between)


def _half(each: Filter, value: object, whole: Walk) -> int:
    """Return a size of pages that takes at least two for what a value leaves, and not too many."""
    left = sum(fits(each, [value], item) is not False for item in whole.items)
    return max(1, least_size(left), left // 2)


def whole_of(world: World, view: ListView) -> tuple[Population, Walk]:
    """Return the population, and the unfiltered list that it is in."""
    population = population_of(world, view)
    if population.source:
        world.make(population.source)
    whole = walk_population(world, view, population)
    if not population.made and len(whole.items) > MOST:
        raise Skipped(f"the list has {len(whole.items)} items that the suite has not made")
    return population, whole


def values_for(world: World, each: Filter, population: Population, whole: Walk) -> Values:
    """Return the values to ask a filter for.

    Raises:
        Skipped: no item has one.

    """
    values = values_of(world, each, population, whole.items)
    if each.parameter in population.query:  # what is older than the population is not known
        least = read_time(population.query[each.parameter]) or 0
        values = [value for value in values if (read_time(value) or 0) >= least]
    if not values:
        raise Skipped(f"no item shows its `{each.field}`")
    return values


def _expect_set(
    world: World,
    view: ListView,
    found_in: tuple[Population, Walk],
    asked: list[tuple[Filter, Values]],
    *,
    size: int | None = None,
    tokens: bool = True,
) -> Walk:
    """Hold the list with the filters to the items of the whole one that fit; give its pages."""
    population, whole = found_in
    resource = world.model.resources[view.resource]
    wished = {each.parameter: spell(each, values) for each, values in asked}
    walk = walk_population(world, view, population, wished, size=size, tokens=tokens)
    sure = [item for item in whole.items if all(fits(f, v, item) is True for f, v in asked)]
    maybe = [item for item in whole.items if all(fits(f, v, item) is not False for f, v in asked)]
    found = [key_of(resource, each) for each in walk.items]
    shown = ", ".join(f"{name}={value!r}" for name, value in wished.items())
    missing = {key_of(resource, each) for each in sure} - set(found)
    extra = set(found) - {key_of(resource, each) for each in maybe}
    twice, meanwhile = len(found) > len(set(found)), False
    if missing or extra or twice:
        fitting = {
            key_of(resource, item)
            for item in walk.items
            if all(fits(f, v, item) is not False for f, v in asked)
        }
        new, moved = changed_meanwhile(world, view, found_in, [each.field for each, _ in asked])
        missing, extra = missing - moved, extra - moved - (new & fitting)
        meanwhile = bool(new or moved)  # so that an item goes from one page to the next
    names = {key_of(resource, each): each for each in (*walk.items, *whole.items)}
    field = asked[0][0].field
    for lost in sorted(missing, key=str):
        reason = f"{shown} leaves out an item whose `{field}` is {value_at(names[lost], field)!r}"
        world.fail(reason, *walk.pages[-1:], *whole.pages[:1])
    for each in sorted(extra & set(names), key=str):
        broken = [f.field for f, v in asked if fits(f, v, names[each]) is not True]
        told = f"whose `{broken[0]}` is {value_at(names[each], broken[0])!r}" if broken else ""
        reason = f"{shown} gives an item {told or 'that the list without it leaves out'}"
        world.fail(reason, *walk.pages[-1:], *whole.pages[:1])
    world.expect(meanwhile or not twice, f"{shown} gives an item twice", *walk.pages)
    return walk


def changed_meanwhile(
    world: World, view: ListView, found_in: tuple[Population, Walk], fields: list[str]
) -> tuple[Keys, Keys]:
    """Return the items that the list did not have when it was read, and those that changed or went.

    Jobs write files and go on in their own time, and so do colleagues.
    """
    population, whole = found_in
    resource = world.model.resources[view.resource]
    again = walk_population(world, view, population)
    before, after = (
        {key_of(resource, item): [value_at(item, each) for each in fields] for item in walk.items}
        for walk in (whole, tell(world, view, again, fields))
    )
    moved = {key for key, values in after.items() if before.get(key, values) != values}
    moved |= before.keys() - after.keys()
    return after.keys() - before.keys(), moved
