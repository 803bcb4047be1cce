"""Walks a list to its end, by whatever paging the document tells, as far as is sensible.

For looking after what a run left behind: a server whose pages go wrong ends the walk, not the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.record.exchange import Signal
from mistral_conformance.record.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange

    Query = dict[str, str]
    Send = Callable[[Message], Exchange]

MOST_PAGES = 200
PAGING = "x-mistral-paging"


def walk(send: Send, operation: Operation, path: str) -> Iterator[Any]:
    """Yield the items of a list, page by page; `path` is where they stand in an answer."""
    paging: dict[str, str] = operation.item.get(PAGING, {})
    query: Query | None = {}
    seen = 0
    before: list[Any] = []
    for number in range(MOST_PAGES):
        page = evolve(send(Message("GET", operation.path, query=query)), form=None)
        items = items_of(page, path)
        if not items or items == before:
            return
        yield from items
        before, seen = items, seen + len(items)
        query = _next(paging, page, number, seen)
        if query is None:
            return


def items_of(page: Exchange, path: str) -> list[Any]:
    """Return the items of a page, whether or not they have their documented form."""
    try:
        found = page.at(path) if page.ok else []
    except Signal:
        return []
    return list(found) if isinstance(found, list) else []


def _next(paging: dict[str, str], page: Exchange, number: int, seen: int) -> Query | None:
    """Return the query for the page after one, None where there is none."""
    style = paging.get("style", "")
    if style.startswith("page-from-"):
        return {paging["page"]: str(number + 1 + (style == "page-from-1"))}
    if style == "offset":
        return {paging["offset"]: str(seen)}
    try:
        token = page.at(paging["next_token"]) if style == "token" else None
    except Signal:
        return None
    return {paging["token"]: token} if isinstance(token, str) and token else None
