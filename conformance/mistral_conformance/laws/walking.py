"""Walks over lists of any paging style; every walk is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.laws.reading import find, read_items
from mistral_conformance.verdict.outcome import Failed, NotOffered, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model import ListView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

    Ask = Callable[[Json], Exchange]

REFUSED = (400, 422, 501)
"""How a server says that it does not take a parameter."""
LIMIT = 60
"""Pages after which a walk is taken for endless."""
MOST_BYTES = 16 * 1024 * 1024
"""Of all pages of a walk together: a list of more is not kept in memory."""
LARGEST = 100
"""The page size to walk with where the document names no largest one."""


def least_size(count: int) -> int:
    """Return the smallest page with which a walk comes to the end of so many items."""
    return -(-count // LIMIT)


def page_sizes(view: ListView, *sizes: int) -> list[int]:
    """Return the sizes of pages to read a list with, none larger than the document allows."""
    return sorted({min(each, view.largest or each) for each in sizes})


def ways(view: ListView) -> tuple[bool, ...]:
    """Say whether to walk by tokens: both ways where the list has pages by number too."""
    by_number = "page" in view.paging or "offset" in view.paging
    return (True, False) if "token" in view.paging and by_number else (not by_number,)


@frozen(eq=False)
class Walk:
    """The pages of one walk, in order, and all their items."""

    pages: tuple[Exchange, ...] = field(repr=False)
    items: tuple[Json, ...]

    @property
    def last(self) -> Exchange:
        """The last page."""
        return self.pages[-1]


def walk_list(
    view: ListView, ask: Ask, query: Json, *, size: int | None = None, tokens: bool = True
) -> Walk:
    """Return the whole list, page by page; `ask` sends a query and gives the page.

    Raises:
        Failed: a page is no page, or the walk has no end.
        NotOffered: the list is refused with the query.
        Unjudged: a page was refused.

    """
    asked: Json | None = _sized(view, query, size)
    pages: list[Exchange] = []
    items: list[Json] = []
    while asked is not None:
        if len(pages) == LIMIT:
            raise Failed(f"the list does not end within {LIMIT} pages", *pages[-2:])
        page = ask(asked)
        if page.status in REFUSED and query and not pages:
            what = ", ".join(f"`{each}`" for each in query)
            raise NotOffered(f"not offered: {what} is refused with {page.status}", page)
        if page.status != 200:
            raise Unjudged(f"a page of the list answered {page.status}", page)
        if sum(len(each.content) for each in (*pages, page)) > MOST_BYTES:
            raise Unjudged(f"the list is longer than {MOST_BYTES} bytes", page)
        found = read_items(page, view.items)
        pages.append(page)
        items += found
        asked = _next(view, asked, page, len(found), len(items), tokens=tokens)
    return Walk(tuple(pages), tuple(items))


def _sized(view: ListView, query: Json, size: int | None) -> Json:
    """Return the query of the first page of all that the list can show."""
    paging = view.paging
    asked = {name: each for name, each in {**view.show, **query}.items() if each is not None}
    if "size" in paging:
        wanted = size or view.largest or view.usual or LARGEST
        asked[paging["size"]] = min(wanted, view.largest or wanted)
    if "page" in paging:
        asked[paging["page"]] = 1 if paging.get("style") == "page-from-1" else 0
    if "offset" in paging:
        asked[paging["offset"]] = 0
    return asked


def _next(
    view: ListView, asked: Json, page: Exchange, count: int, so_far: int, *, tokens: bool
) -> Json | None:
    """Return the query of the next page, None after the last one."""
    paging = view.paging
    follows = paging.get("token") in asked or not {"page", "offset"} & paging.keys()
    if tokens and "token" in paging and (follows or paging["next_token"] in page.json()):
        token = find(page, paging["next_token"])
        without = {k: v for k, v in asked.items() if k != paging.get("page")}
        return None if token is None else {**without, paging["token"]: token}
    number = paging.get("page") or paging.get("offset")
    if number is None or not count or not _more(paging, asked, page, count, so_far):
        return None
    return {**asked, number: asked[number] + (1 if "page" in paging else count)}


def _more(paging: Json, asked: Json, page: Exchange, count: int, so_far: int) -> bool:
    """Say whether more pages follow: as the answer says, or else while pages are full."""
    said: Any = find(page, paging["has_more"]) if "has_more" in paging else None
    if isinstance(said, bool):
        return said
    total: Any = find(page, paging["total"]) if "total" in paging else None
    if isinstance(total, int) and not isinstance(total, bool):
        return so_far < total
    return "size" in paging and count >= asked[paging["size"]]
