"""Law 8 for pages that are no resource's list: versions, events, what a search finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.pages import LOST, MOST
from mistral_conformance.laws.populations import judged
from mistral_conformance.laws.reading import read_items
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.walking import least_size, page_sizes, walk_list
from mistral_conformance.model.declarations import PAGING
from mistral_conformance.model.lists import read_pages
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import load_targets, targets_of, words_of
from mistral_conformance.record.counting import counted
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model
    from mistral_conformance.model.document import Json
    from mistral_conformance.model.facts import ListView
    from mistral_conformance.record.exchange import Exchange

STYLES = ("token", "page-from-0", "page-from-1")
FEW = 3
"""So often is sent what makes one more item, where a sample says what does."""


def _answered(model: Model) -> Iterator[Subject]:
    """Yield each paged answer that no law about lists judges and the suite can ask for."""
    for name, operation in model.document.operations.items():
        paging: Json = operation.item.get(PAGING, {})
        known = name in load_samples() or not operation.body
        if paging.get("style") not in STYLES or not known or _is_judged(model, name):
            continue
        if all(each.removeprefix("$") in load_targets() for each in words_of(operation).values()):
            view = read_pages(model.document, operation, "an answer that has pages")
            yield Subject(name, view, (name,), (name,))


def _is_judged(model: Model, operation: str) -> bool:
    return operation in model.lists and judged(model, model.lists[operation])


@law(id="pages.answers-tile", over=_answered, source=LOST, harm=True)
def answers_tile(world: World, view: ListView) -> None:
    """Pages of any size of what is no resource's list are together what one large page holds."""
    ids = _ids(world, view)
    for _ in range(FEW):
        world.prepare(view.operation, CALLER, ids)
    whole = _walk(world, view, ids)
    count = len(whole.items)
    if not 1 < count <= MOST:
        raise Skipped(f"there are {counted(count, 'item')}")
    least = least_size(count)
    for size in page_sizes(view, least, least + 1, count - 1, count):
        walk = _walk(world, view, ids, size)
        longest = max(len(read_items(page, view.items)) for page in walk.pages)
        world.expect(longest <= size, f"a page of size {size} holds {longest}", *walk.pages[:1])
        wanted, found = ([_key(each) for each in one.items] for one in (whole, walk))
        if found != wanted and wanted != [_key(each) for each in _walk(world, view, ids).items]:
            raise Skipped("the items change meanwhile")
        said = (
            f"pages of size {size} hold {counted(len(found), 'item')}, one large page {len(wanted)}"
        )
        same = found == wanted
        world.expect(same, f"{said}, or others, or in another order", *whole.pages[:1], *walk.pages)


def _ids(world: World, view: ListView) -> dict[str, str]:
    """Return where to ask: at something new, made after what gives it several items."""
    operation = world.document.operations[view.operation]
    for each in world.model.resources.values():
        made = each.whole and operation.path_ids == (each.parameter,)
        if made and world.capabilities.offers(each.create):
            for _ in range(FEW):
                world.prepare(each.create, CALLER)
            return world.make(each).ids
    return targets_of(world.ctx).ids(operation)


def _walk(world: World, view: ListView, ids: Mapping[str, str], size: int | None = None) -> Walk:
    request = plain_request(world, view.operation)
    fixed = request.pop("query") or {}

    def ask(query: Json) -> Exchange:
        return world.call(view.operation, ids, query={**fixed, **query}, **request)

    return walk_list(view, ask, {}, size=size)


def _key(item: Json) -> str:
    """Return what tells an item from the others: all that it shows."""
    return json.dumps(item, sort_keys=True)
