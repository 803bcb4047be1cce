"""Lists: pages that tile, totals that are true, orders and filters that hold."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import define, field

from mistral_conformance.laws.filters import fits, value_at
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.orders import is_after
from mistral_conformance.model.schemas import types
from mistral_conformance.record.counting import counted
from mistral_conformance.seen.check import seen
from mistral_conformance.seen.history import items_of
from mistral_conformance.verdict.outcome import expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.model import Filter, ListView
    from mistral_conformance.model.document import Json
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.exchange import Seen
    from mistral_conformance.seen.traffic import Traffic

TURNING = ("page", "offset", "token", "before", "after")
"""Keys of `x-mistral-paging` that name the parameters which lead to another page."""


@define(eq=False)
class Walk:
    """Pages of one list that were asked for one after the other, with nothing changed between."""

    pages: list[Seen] = field(factory=list)

    def items(self, view: ListView) -> list[Json]:
        """Return the items of all pages."""
        return [item for page in self.pages for item in items_of(view, page.told)]


def walks(traffic: Traffic, view: ListView) -> Iterator[Walk]:
    """Yield the walks over a list: from a first page on, each page the one after that before it."""
    open_walks: dict[object, tuple[Walk, int]] = {}
    done: list[Walk] = []
    acts = set(traffic.acts)
    for each in traffic.answers(view.operation):
        if not each.exchange.ok:
            continue
        asked, turn = _asked(view, each)
        walk, last = open_walks.get(asked, (Walk(), 0))
        changed = any(number in acts for number in range(last + 1, each.number)) if last else False
        if not walk.pages or changed or not _follows(view, walk.pages[-1], turn, len(walk.pages)):
            walk = Walk()
            if not _is_first(view, turn):
                continue
            done.append(walk)
        walk.pages.append(each)
        open_walks[asked] = (walk, each.number)
    yield from done


@seen("pages.tile")
def pages_tile(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    view: ListView = subject.value
    for each in traffic.answers(view.operation):
        if each.exchange.ok:
            yield partial(_hold_page, traffic, view, each)
    for walk in walks(traffic, view):
        if len(walk.pages) > 1:
            yield partial(_hold_walk, traffic, view, walk)


@seen("pages.totals-are-true")
def totals_are_true(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    view: ListView = subject.value
    for walk in walks(traffic, view):
        yield partial(_hold_totals, view, walk)


@seen("pages.usual-size")
def usual_size(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """Yield a page of which nobody says how long it is has at most the declared number of items."""
    view: ListView = subject.value
    for each in traffic.answers(view.operation):
        if each.exchange.ok and view.paging.get("size") not in dict(each.query) and view.usual:
            count = len(items_of(view, each.told))
            said = f"a page has {counted(count, 'item')} where {view.usual} are usual"
            yield partial(expect, count <= view.usual, said, each.exchange)


@seen("sets.default-order")
def default_order(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    view: ListView = subject.value
    wishes = {view.sort.by, view.sort.direction} if view.sort else set()
    for each in traffic.answers(view.operation):
        if each.exchange.ok and not wishes & dict(each.query).keys():
            name = view.order.removeprefix("-")
            yield partial(_hold_order, view, each, name, down=view.order.startswith("-"))


@seen("sets.sorted")
def sorted_by_a_field(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    view, sort, word = subject.value
    for down in (False, True):
        wanted = {name: str(value) for name, value in sort.ask(word, down=down).items()}
        for each in traffic.answers(view.operation):
            if each.exchange.ok and wanted.items() <= dict(each.query).items():
                yield partial(_hold_order, view, each, sort.fields[word], down=down)


@seen("sets.filter")
def filter_is_a_set(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; of what the list leaves out nothing is known."""
    view, each = subject.value
    for page in traffic.answers(view.operation):
        asked = [value for name, value in page.query if name == each.parameter]
        if page.exchange.ok and asked and _is_plain(traffic, each, asked):
            yield partial(_hold_filter, view, each, asked, page)


def _asked(view: ListView, each: Seen) -> tuple[object, dict[str, str]]:
    """Return what identifies a walk, and what leads to a page of it."""
    names = {str(view.paging[key]) for key in TURNING if key in view.paging}
    turn = {name: value for name, value in each.query if name in names}
    rest = tuple(sorted(pair for pair in each.query if pair[0] not in names))
    return (each.caller, tuple(sorted(each.ids.items())), rest), turn


def _is_first(view: ListView, turn: dict[str, str]) -> bool:
    page = turn.get(str(view.paging.get("page", "")))
    first = "1" if view.paging.get("style") == "page-from-1" else "0"
    others = {k: v for k, v in turn.items() if k != view.paging.get("page") and v != "0"}
    return page in (None, first) and not others


def _follows(view: ListView, before: Seen, turn: dict[str, str], count: int) -> bool:
    """Say whether a page is the one after another, which was the last of so many."""
    token = str(view.paging.get("token", ""))
    if token in turn:
        given = find_at(before.told, str(view.paging.get("next_token", "")))
        return bool(turn[token] == given)
    page = str(view.paging.get("page", ""))
    if page in turn:
        start = view.paging.get("style") == "page-from-1"
        return turn[page] == str(count + start)
    offset = str(view.paging.get("offset", ""))
    if offset in turn:
        earlier = dict(before.query).get(offset, "0")
        due = int(earlier) + len(items_of(view, before.told)) if earlier.isdecimal() else -1
        return turn[offset] == str(due)
    return False


def find_at(told: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a dotted path, None where nothing does."""
    return value_at(told, path) if isinstance(told, dict) and path else None


def _size(view: ListView, each: Seen) -> int | None:
    """Return the size of the pages that a request asks for, or the usual one."""
    text = dict(each.query).get(str(view.paging.get("size", "")), "")
    return int(text) if text.isdecimal() else view.usual


def _keys(traffic: Traffic, view: ListView, items: Sequence[Json]) -> list[tuple[Any, ...]]:
    resource = traffic.model.resources[view.resource]
    return [key for item in items if None not in (key := key_of(resource, item))]


def _hold_page(traffic: Traffic, view: ListView, each: Seen) -> None:
    items = items_of(view, each.told)
    size = _size(view, each)
    said = f"a page of size {size} holds {counted(len(items), 'item')}"
    expect(not size or len(items) <= size, said, each.exchange)
    keys = _keys(traffic, view, items)
    twice = len(keys) - len(set(keys))
    expect(not twice, f"{counted(twice, 'item', 'come')} twice on one page", each.exchange)


def _hold_walk(traffic: Traffic, view: ListView, walk: Walk) -> None:
    keys = _keys(traffic, view, walk.items(view))
    twice = len(keys) - len(set(keys))
    shown = [each.exchange for each in walk.pages]
    expect(
        not twice,
        f"{counted(twice, 'item', 'come')} twice on {counted(len(walk.pages), 'page')}",
        *shown,
    )


def _hold_totals(view: ListView, walk: Walk) -> None:
    shown = [each.exchange for each in walk.pages]
    totals = [find_at(each.told, str(view.paging.get("total", ""))) for each in walk.pages]
    told = [each for each in totals if isinstance(each, int)] if view.exact else []
    expect(len(set(told)) <= 1, f"the pages of one list say that it has {told} items", *shown)
    for one, other in pairwise(walk.pages):
        more = find_at(one.told, str(view.paging.get("has_more", "")))
        follows = bool(items_of(view, other.told))
        said = f"a page says that more follow: {more}, the next one holds"
        said += " items" if follows else " nothing"
        expect(more in (None, follows), said, one.exchange, other.exchange)
    if told and _is_whole(view, walk):
        count = len(walk.items(view))
        expect(told[0] == count, f"says that there are {told[0]} items, there are {count}", *shown)


def _is_whole(view: ListView, walk: Walk) -> bool:
    """Say whether a walk came to the end of the list."""
    last = walk.pages[-1]
    count, size = len(items_of(view, last.told)), _size(view, last)
    more = find_at(last.told, str(view.paging.get("has_more", "")))
    token = find_at(last.told, str(view.paging.get("next_token", "")))
    return not more and not token and (size is None or count < size)


def _hold_order(view: ListView, each: Seen, name: str, *, down: bool) -> None:
    items = items_of(view, each.told)
    for one, other in pairwise(reversed(items) if down else items):
        left, right = one.get(name), other.get(name)
        if left is not None and right is not None and is_after(left, right):
            way = "descending" if down else "ascending"
            first, second = (right, left) if down else (left, right)
            reason = f"`{name}` is {first!r} before {second!r} in {way} order"
            expect(None, reason, each.exchange)


def _is_plain(traffic: Traffic, each: Filter, asked: list[str]) -> bool:
    """Say whether the values of a query are texts as the field shows them, spelled alike."""
    wanted = types(traffic.document, each.schema)
    numbers = wanted & {"boolean", "integer", "number", "object"}
    return not numbers and all(asked) and (each.repeats or len(asked) == 1)


def _hold_filter(view: ListView, each: Filter, asked: list[str], page: Seen) -> None:
    for item in items_of(view, page.told):
        if fits(each, list(asked), item) is False:
            shown = value_at(item, each.field)
            query = ", ".join(f"{each.parameter}={value!r}" for value in asked)
            expect(None, f"{query} gives an item whose `{each.field}` is {shown!r}", page.exchange)
