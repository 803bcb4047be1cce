"""Walks over paged lists that end on any server: every walk is bounded by what it may find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.record.exchange import picked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIMIT = 60
"""Pages after which a walk is taken for endless."""


def walk_tokens(
    ctx: Context,
    operation: str,
    query: Mapping[str, Any],
    parameter: str = "page_token",
    field: str = "next_page_token",
    **ids: str,
) -> list[Exchange]:
    """The pages from the first to the one without a next token."""
    size = query.get("limit", query.get("page_size"))
    pages = [ctx.expect_status(ctx.api.call(operation, ids, query=query), 200)]
    while (token := pages[-1].json().get(field)) is not None:
        ctx.expect(len(pages) < LIMIT, f"the tokens do not end within {LIMIT} pages", pages[-1])
        answer = ctx.api.call(operation, ids, query={**query, parameter: token})
        pages.append(ctx.expect_status(answer, 200))
    for page in pages if size else ():
        most = max(
            len(each) for each in (*page.json().values(), ()) if isinstance(each, list | tuple)
        )
        ctx.expect(most <= int(size), f"a page of {size} holds {most}", page)
    return pages


def ids_of(pages: list[Exchange]) -> list[str]:
    """The ids of all items, page after page."""
    return picked(item["id"] for page in pages for item in page["data"])


def collect(pages: Sequence[Exchange], items: str, field: str) -> list[Any]:
    """One field of all items of some pages, page after page."""
    return picked(item[field] for page in pages for item in page[items])
