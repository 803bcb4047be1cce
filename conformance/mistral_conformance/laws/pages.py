"""Law 8: pages tile. Put together they are the list, each item once, whatever their size."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from attrs import evolve

from mistral_conformance.laws.comparing import ABSENT
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.populations import (
    crowd_of,
    judged,
    makes,
    named_like,
    population_of,
    walk_population,
)
from mistral_conformance.laws.reading import find, read_items
from mistral_conformance.laws.views import new_value
from mistral_conformance.laws.walking import least_size, page_sizes, walk_list, ways
from mistral_conformance.record.counting import counted
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.populations import Population
    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import ListView, Model
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

DECLARED = "document: x-mistral-paging (how the list is paged)"
LOST = "harm: a program that reads all pages loses an item or sees it twice"
SILENT = "the pages tell nothing of the list"
ESCAPED = "R&D #1+é%"
"""What stands in the query of a URL only as `%26` and so on."""
MOST = 200
"""A list of more items is not walked by small pages."""


def _paged(model: Model) -> Iterator[Subject]:
    for view in model.lists.values():
        if "size" in view.paging and judged(model, view):
            yield Subject(view.operation, view, (view.operation,), (view.operation,))


def _made(model: Model) -> Iterator[Subject]:
    """Yield the paged lists of what the suite can make."""
    for each in _paged(model):
        resource = model.resources[each.value.resource]
        if resource.whole:
            yield evolve(each, needed=(*each.needed, resource.create))


def _with_bound(model: Model) -> Iterator[Subject]:
    return (each for each in _made(model) if 0 < _size(each.value) <= MOST)


def _usual(model: Model) -> Iterator[Subject]:
    return (each for each in _with_bound(model) if each.value.usual)


def _with_tokens(model: Model) -> Iterator[Subject]:
    return (each for each in _paged(model) if "token" in each.value.paging)


def _made_with_tokens(model: Model) -> Iterator[Subject]:
    return (each for each in _made(model) if "token" in each.value.paging)


def _changed(model: Model) -> Iterator[Subject]:
    """Yield the paged lists of what the suite can make and change."""
    for each in _made(model):
        resource = model.resources[each.value.resource]
        if resource.changes and resource.list == each.value.operation:
            yield evolve(each, needed=(*each.needed, resource.changes[0]))


@law(id="pages.tile", over=_paged, source=LOST, harm=True)
def pages_tile(world: World, view: ListView) -> None:
    """Pages of any size, by number or by token, put together are the list, in one order."""
    population, query, count = _narrowed(world, view)
    resource = world.model.resources[view.resource]
    whole = walk_population(world, view, population, query)
    wanted = [key_of(resource, each) for each in whole.items]
    missing = population.keys - set(wanted)
    world.expect(not missing, f"the list lacks {counted(len(missing), 'item')}", *whole.pages)
    least = least_size(count)
    for size in page_sizes(view, least, least + 1, least + 2, count - 1, count):
        for tokens in ways(view):
            walk = walk_population(world, view, population, query, size=size, tokens=tokens)
            _expect_tiles(world, view, walk, wanted, size)


@law(id="pages.totals-are-true", over=_paged, source=DECLARED)
def totals_are_true(world: World, view: ListView) -> None:
    """What a page tells of the list is true on every page: its total, and whether more follow."""
    population, query, count = _narrowed(world, view)
    judged = 0
    least = least_size(count)
    sizes = page_sizes(view, least, least + 1, max(count - 1, least), count)  # one is left short
    for size, tokens in product(sizes, ways(view)):
        walk = walk_population(world, view, population, query, size=size, tokens=tokens)
        for number, page in enumerate(walk.pages, start=1):
            more = find(page, view.paging.get("has_more", "?"))
            total = find(page, view.paging.get("total", "?")) if view.exact else None
            follows = number * size < len(walk.items)
            judged += (more is not None) + (total is not None)
            told = f"page {number} of size {size}"
            reason = (
                f"{told} says that more follow: {more}, the list has "
                f"{counted(len(walk.items), 'item')}"
            )
            world.expect(more in (None, follows), reason, page)
            reason = f"{told} tells a total of {total}, there are {len(walk.items)}"
            world.expect(total in (None, len(walk.items)), reason, page)
            judged += _expect_block(world, view, page, size)
        _expect_told_alike(world, view, walk, tokens=tokens)
    if not judged:
        raise Skipped(SILENT)


def _expect_told_alike(world: World, view: ListView, walk: Walk, *, tokens: bool) -> None:
    """Hold pages that are asked for alike to tell the total all of them, or none."""
    if tokens and "token" in view.paging:
        return  # the first page may tell what those after a token do not
    told = [find(page, view.paging.get("total", "?")) is not None for page in walk.pages]
    said = "some pages of one list tell its total, and others do not"
    world.expect(all(told) or not any(told), said, *walk.pages[:2])


def _expect_block(world: World, view: ListView, page: Exchange, size: int) -> bool:
    """Hold what stands beside a page's total to follow from it; whether anything stood there."""
    around, _, name = view.paging.get("total", "?").rpartition(".")
    block = find(page, around)
    total = block.get(name) if isinstance(block, dict) else None
    if not isinstance(total, int):
        return False
    due = {"total_pages": -(-total // size), "page_size": size}
    told = {each: block[each] for each in due if block.get(each) is not None}
    reason = f"of a total of {total} at {size} a page it is told that {told}"
    world.expect(all(due[each] == value for each, value in told.items()), reason, page)
    return bool(told)


@law(id="pages.end-is-empty", over=_paged, source=LOST, harm=True)
def beyond_the_end_is_nothing(world: World, view: ListView) -> None:
    """The page after the last one repeats no item, and tells the total that the first one tells."""
    population, query, _ = _narrowed(world, view)
    if "page" not in view.paging:
        raise NotOffered("not offered: the list has no numbered pages")
    first = 1 if view.paging["style"] == "page-from-1" else 0
    asked = {**query, view.paging["page"]: first, view.paging["size"]: 2}
    known = world.need(world.ask(view.operation, population.ids, query=asked))
    asked[view.paging["page"]] = first + MOST
    answer = world.ask(view.operation, population.ids, query=asked)
    if answer.status in {400, 404, 416, 422}:
        raise Skipped(f"a page beyond the end is refused with {answer.status}", answer)
    world.need(answer)
    found = read_items(answer, view.items)
    world.expect(not found, f"a page beyond the end holds {counted(len(found), 'item')}", answer)
    due, told = (find(page, view.paging.get("total", "?")) for page in (known, answer))
    said = f"a page beyond the end tells a total of {told}, the first one of {due}"
    world.expect(told in (None, due) or not view.exact, said, known, answer)


@law(id="pages.tile-while-items-come-and-go", over=_made_with_tokens, source=LOST, level=MAY)
def pages_tile_while_items_come_and_go(world: World, view: ListView) -> None:
    """Tokens lead to each item once that is there all the time, whatever comes and goes."""
    population, query, count = _narrowed(world, view)
    resource = world.model.resources[view.resource]
    alike = partial(named_like, world, resource, population.word)
    doomed = world.make(resource, parent=population.parent, given=alike())
    pages: list[Exchange] = []

    def ask(asked: Json) -> Exchange:
        page = world.need(world.ask(view.operation, population.ids, query=asked))
        if not pages:
            if find(page, view.paging["next_token"]) is None:
                raise NotOffered("not offered: the server gives no tokens")
            if doomed.key not in {key_of(resource, e) for e in read_items(page, view.items)}:
                world.need(world.delete(doomed))
            world.make(resource, parent=population.parent, given=alike())
        pages.append(page)
        return page

    walk = walk_list(view, ask, query, size=max(2, least_size(count + 2)))
    found = [key_of(resource, each) for each in walk.items]
    for key in population.keys:
        times = found.count(key)
        world.expect(times == 1, f"an item that stayed comes {times} times", *pages)


@law(id="pages.tokens-outlive-their-item", over=_made_with_tokens, source=LOST, harm=True)
def tokens_outlive_their_item(world: World, view: ListView) -> None:
    """Where the last item of a page was deleted, its token leads to nothing that came before."""
    population, query, count = _narrowed(world, view)
    resource = world.model.resources[view.resource]
    given = partial(named_like, world, resource, population.word)
    doomed, *_ = (world.make(resource, parent=population.parent, given=given()) for _ in range(2))

    def ask(asked: Json) -> Exchange:
        page = world.need(world.ask(view.operation, population.ids, query=asked))
        if doomed.key in {key_of(resource, each) for each in read_items(page, view.items)}:
            world.need(world.delete(doomed))
        return page

    walk = walk_list(view, ask, query, size=least_size(count + 2))
    if find(walk.pages[0], view.paging["next_token"]) is None:
        raise NotOffered("not offered: the server gives no tokens")
    found = [key_of(resource, each) for each in walk.items]
    twice = [key for key in population.keys if found.count(key) > 1]
    said = f"after a deletion between two pages {counted(len(twice), 'item', 'come')} again"
    world.expect(not twice, said, *walk.pages[-2:])


@law(id="pages.tile-after-a-change", over=_changed, source=LOST, harm=True)
def pages_tile_after_a_change(world: World, view: ListView) -> None:
    """Where the oldest item was changed last, pages of any size hold each item once."""
    population, query, count = _narrowed(world, view)
    resource = world.model.resources[view.resource]
    given = partial(named_like, world, resource, population.word)
    made = []
    for _ in range(3):
        made.append(world.make(resource, parent=population.parent, given=given()))
        world.ctx.pass_time(1)
    field = next(each for each in resource.fields.values() if each.changed)
    value = given().get(field.changed) or new_value(world, resource, field)
    world.need(world.change(made[0], {field.changed: value}))
    whole = walk_population(world, view, population, query)
    wanted = [key_of(resource, each) for each in whole.items]
    least = least_size(count + 3)
    for size, tokens in product(page_sizes(view, least, least + 1), ways(view)):
        walk = walk_population(world, view, population, query, size=size, tokens=tokens)
        _expect_tiles(world, view, walk, wanted, size)


@law(id="pages.largest", over=_with_bound, source=LOST, harm=True)
def largest_page_is_full(world: World, view: ListView) -> None:
    """A list of more items than its largest page holds loses none of them, and counts them all.

    A page may hold fewer than were asked for where it tells that more follow.
    """
    crowd, query = _crowd(world, view)
    resource, count = world.model.resources[view.resource], len(crowd.made)
    for tokens in ways(view):
        walk = walk_population(world, view, crowd, query, tokens=tokens)
        found = [key_of(resource, each) for each in walk.items]
        first, size = len(read_items(walk.pages[0], view.items)), _size(view)
        said = f"a page of size {size} holds {first} of {counted(count, 'item')}"
        world.expect(first == size or _leads_on(view, walk.pages[0]), said, walk.pages[0])
        world.expect(len(found) == len(set(found)), "an item comes twice", *walk.pages)
        lost = len(crowd.keys - set(found))
        world.expect(not lost, f"no page has {lost} of {counted(count, 'item')}", *walk.pages)
        total = find(walk.pages[0], view.paging.get("total", "?")) if view.exact else None
        said = f"a page tells a total of {total}, there are {count}"
        world.expect(total in (None, len(found)), said, walk.pages[0])


@law(id="pages.usual-size", over=_usual, source=DECLARED)
def usual_page_has_its_size(world: World, view: ListView) -> None:
    """A page of which nobody says how long it is is as long as one of the declared size."""
    crowd, query = _crowd(world, view)
    page = world.need(world.ask(view.operation, crowd.ids, query=query or None))
    count, due = len(read_items(page, view.items)), int(view.usual or 0)
    said = f"a page holds {count} of {counted(len(crowd.made), 'item')} where {due} are usual"
    if count == min(due, len(crowd.made)):
        return
    asked = {**query, view.paging["size"]: due}
    other = world.need(world.ask(view.operation, crowd.ids, query=asked))
    alike = count == len(read_items(other, view.items)) and _leads_on(view, page)
    world.expect(alike, said, page, other)


@law(id="pages.end-is-told", over=_with_tokens, source=DECLARED, level=SHOULD)
def end_is_told(world: World, view: ListView) -> None:
    """The last page has no token, also where it is full."""
    population, query, count = _narrowed(world, view)
    for size in page_sizes(view, least_size(count), count):
        walk = walk_population(world, view, population, query, size=size)
        if walk.last is not walk.pages[0] and _is_silent(view, walk.pages[0]):
            raise Skipped(SILENT)
        held = len(read_items(walk.last, view.items))
        said = (
            f"pages of size {size} of {counted(count, 'item')} end with a page that holds nothing"
        )
        world.expect(held, said, *walk.pages[-2:])


def _leads_on(view: ListView, page: Exchange) -> bool:
    """Say whether a page tells that more follow, so that fewer items than asked for are no end."""
    told = ("has_more", "next_token")
    return any(find(page, view.paging.get(each, "?")) not in (None, False) for each in told)


def _is_silent(view: ListView, page: Exchange) -> bool:
    """Say whether a page does not tell whether more follow, in any way."""
    told = ("has_more", "total", "next_token")
    return all(find(page, view.paging.get(each, "?")) is None for each in told)


@law(id="pages.links-lead-on", over=_paged, source=LOST, harm=True)
def links_lead_on(world: World, view: ListView) -> None:
    """A link asks the same question: it leads to the page beside, and the last page has no next."""
    population, query, count = _narrowed(world, view)
    size = -(-count // 2)
    walk = walk_population(world, view, population, query, size=size, tokens=ways(view)[-1])
    if len(walk.pages) < 2:
        raise Skipped("the list has one page")
    first, second, *_ = walk.pages
    told = _link(view, first, "next")
    if told is ABSENT:
        raise NotOffered("not offered: pages have no links")
    world.expect(isinstance(told, str), "a page links to no next one, and there is one", first)
    _expect_leads(world, view, population, (first, second), "next")
    if _link(view, second, "previous") is not ABSENT:
        _expect_leads(world, view, population, (second, first), "previous")
    full = walk_population(world, view, population, query, size=count)
    for page, name in ((walk.last, "next"), (full.last, "next"), (first, "previous")):
        nothing = _link(view, page, name) in (None, ABSENT)
        world.expect(nothing, f"a page that has none links to a {name} one", page)
    _expect_escaped(world, view, population)


def _expect_escaped(world: World, view: ListView, population: Population) -> None:
    """Hold links to lead on as well where what is searched for has letters that URLs escape."""
    search = _search(view)
    if search is None or not makes(world, view):
        return
    resource = world.model.resources[view.resource]
    text = f"{world.values.word()} {ESCAPED}"
    for _ in range(2):
        with suppress(Signal):  # a server may refuse such names
            world.make(resource, parent=population.parent, given=named_like(world, resource, text))
    first, *others = walk_population(
        world, view, population, {search: text}, size=1, tokens=ways(view)[-1]
    ).pages
    for second in others[:1]:
        _expect_leads(world, view, population, (first, second), "next")
        if _link(view, second, "previous") is not ABSENT:
            _expect_leads(world, view, population, (second, first), "previous")


def _search(view: ListView) -> str | None:
    """Return the parameter by which a list looks for parts of texts, if it has one."""
    return next((each.parameter for each in view.filters if each.compare == "contains"), None)


def _link(view: ListView, page: Exchange, name: str) -> object:
    """Return a link of a page, `ABSENT` where it has no such field."""
    told = find(page, view.items.rpartition(".")[0])
    return told.get(name, ABSENT) if isinstance(told, dict) else ABSENT


def _expect_leads(
    world: World,
    view: ListView,
    population: Population,
    pages: tuple[Exchange, Exchange],
    name: str,
) -> None:
    """Hold a link of the first page to lead to the items of the second."""
    link = _link(view, pages[0], name)
    asked = parse_qs(urlsplit(str(link)).query)
    followed = world.need(world.call(view.operation, population.ids, query=asked))
    resource = world.model.resources[view.resource]
    found, due = (
        [key_of(resource, each) for each in read_items(page, view.items)]
        for page in (followed, pages[1])
    )
    said = (
        f"the {name} link leads to "
        f"{counted(len(found), 'item')}, not to the {len(due)} of that page"
    )
    world.expect(found == due, said, pages[0], followed, pages[1])


def _narrowed(world: World, view: ListView) -> tuple[Population, Json, int]:
    """Return the population, the query that leaves little else, and how many items that gives."""
    population = population_of(world, view)
    search = _search(view)
    query = dict(population.query)
    if population.made and not population.parent and search:
        query[search] = population.word
    count = len(walk_population(world, view, population, query).items)
    if count > MOST:
        raise Skipped(f"the list has {count} items, too many to be walked by small pages")
    if count <= 1:
        raise Skipped(f"the list has {counted(count, 'item')}")
    return population, query, count


def _crowd(world: World, view: ListView) -> tuple[Population, Json]:
    """Return more items than a page holds, and the query that leaves little else."""
    crowd = crowd_of(world, view)
    search = _search(view)
    return crowd, {} if crowd.parent or search is None else {search: crowd.word}


def _size(view: ListView) -> int:
    """Return the size of the largest page, or of the usual one where there is no largest."""
    return int(view.largest or view.usual or 0)


def _expect_tiles(
    world: World, view: ListView, walk: Walk, wanted: list[tuple[object, ...]], size: int
) -> None:
    """Hold the pages of one walk to their size, and together to the whole list."""
    resource = world.model.resources[view.resource]
    for page in walk.pages:
        count = len(read_items(page, view.items))
        world.expect(count <= size, f"a page of size {size} holds {counted(count, 'item')}", page)
    found = [key_of(resource, each) for each in walk.items]
    twice = len(found) - len(set(found))
    world.expect(
        not twice, f"{counted(twice, 'item', 'come')} twice on pages of size {size}", *walk.pages
    )
    lost = len(set(wanted) - set(found))
    world.expect(not lost, f"no page of size {size} has {counted(lost, 'item')}", *walk.pages)
    if set(found) == set(wanted):
        world.expect(found == wanted, f"pages of size {size} are in another order", *walk.pages[:2])
