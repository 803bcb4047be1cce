"""Walks over paged lists that end on any server: every walk is bounded by what it may find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.context import Context
    from mistral_conformance.exchange import Exchange

LIMIT = 60
"""Pages after which a walk is taken for endless."""


def walk_numbers(
    ctx: Context, operation: str, query: Mapping[str, Any], **ids: str
) -> list[Exchange]:
    """The pages from number 0 to the first empty one, which is the last of the result."""
    pages: list[Exchange] = []
    while len(pages) < LIMIT:
        answer = ctx.api.call(operation, ids, query={**query, "page": len(pages)})
        pages.append(ctx.expect_status(answer, 200))
        if not answer["data"]:
            break
    ctx.expect(len(pages) < LIMIT, f"no empty page within {LIMIT} pages", *pages[-2:])
    return pages


def walk_tokens(ctx: Context, operation: str, query: Mapping[str, Any]) -> list[Exchange]:
    """The pages from the first to the one without a next token; skips where there are no tokens."""
    pages = [ctx.expect_status(ctx.api.call(operation, query=query), 200)]
    if "next_page_token" not in pages[0].json():
        ctx.skip("the server offers no page tokens")
    while pages[-1].json().get("next_page_token") is not None:
        ctx.expect(len(pages) < LIMIT, f"the tokens do not end within {LIMIT} pages", pages[-1])
        token = pages[-1]["next_page_token"]
        answer = ctx.api.call(operation, query={**query, "page_token": token})
        pages.append(ctx.expect_status(answer, 200))
    return pages


def ids_of(pages: list[Exchange]) -> list[str]:
    """The ids of all items, page after page."""
    return [item.get("id") for page in pages for item in page["data"]]
