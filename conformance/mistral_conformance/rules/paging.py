"""Paging: blocks, sizes, tokens and ends. That pages make the list is told by the laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    LIST_DOCUMENTS,
    LIST_FILES,
    LIST_LIBRARIES,
)
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.walks import ids_of, walk_offered_tokens
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

OUT_OF_RANGE = (0, -1, 101)
"""Page sizes that the document forbids where it names bounds of 1 and 100."""


@rule(
    id="paging.library-block-adds-up",
    level=SHOULD,
    source=("document: PaginationInfo; libraries.pagination-block (totals may be estimates)"),
    operations=(LIST_LIBRARIES,),
)
def library_block_adds_up(ctx: Context) -> None:
    """The paging block of the libraries tells the page, its size, if more follow, and adds up."""
    search, _ = _libraries(ctx, 3)
    query = {"search": search, "page_size": 2}
    for number in range(3):
        page = ctx.api.call(LIST_LIBRARIES, query={**query, "page": number})
        ctx.expect_status(page, 200)
        if page.json().get("pagination") is None:
            ctx.skip("the server answers no paging block")
        _expect_block(ctx, page, number=number, size=2, total=3, exact=False)


@rule(
    id="paging.library-block-goes-with-tokens",
    level=SHOULD,
    source="document: ListLibrariesResponse.pagination (omitted with a token)",
    operations=(LIST_LIBRARIES,),
)
def library_block_goes_with_tokens(ctx: Context) -> None:
    """A page asked for by token has no paging block."""
    search, _ = _libraries(ctx, 3)
    pages = walk_offered_tokens(ctx, LIST_LIBRARIES, {"search": search, "page_size": 2})
    ctx.expect(len(pages) > 1, "three libraries at two a page gave one page", *pages)
    for page in pages[1:]:
        expect_equal(ctx, page.json().get("pagination"), None, "pagination", page)


@rule(
    id="paging.library-page-size-is-bounded",
    about=("beta.libraries.list query/page_size",),
    level=MUST,
    source=("libraries.page-numbers; document: beta.libraries.list (page_size from 1 to 100)"),
    operations=(LIST_LIBRARIES,),
)
def library_page_size_is_bounded(ctx: Context) -> None:
    """Page sizes of 1 and 100 are taken for libraries, those outside are refused with 422."""
    _expect_bounds(ctx, LIST_LIBRARIES, {})


@rule(
    id="paging.wrong-token-is-refused",
    level=MAY,
    source="choices.paging-wrong-token-is-refused",
    operations=(LIST_LIBRARIES,),
)
def wrong_token_is_refused(ctx: Context) -> None:
    """A page token that the server never gave out is refused."""
    first = ctx.need(ctx.api.call(LIST_LIBRARIES, query={"page_size": 1}), 200)
    if "next_page_token" not in first.json():
        ctx.skip("the server offers no page tokens")
    answer = ctx.api.call(LIST_LIBRARIES, query={"page_token": "not-a-token-of-yours"})
    expect_refused(ctx, answer, "an invented page token")


@rule(
    id="paging.document-block-adds-up",
    level=MUST,
    source="document: PaginationInfo; documents.list",
    operations=(LIST_DOCUMENTS,),
)
def document_block_adds_up(ctx: Context) -> None:
    """The paging block of the documents tells the page, its size, the totals and if more follow."""
    library, _ = _documents(ctx, 3)
    for number in range(3):
        query = {"page_size": 2, "page": number}
        page = ctx.api.call(LIST_DOCUMENTS, library_id=library, query=query)
        _expect_block(ctx, ctx.expect_status(page, 200), number=number, size=2, total=3)


@rule(
    id="paging.document-page-size-defaults-to-100",
    level=MUST,
    source=("documents.list; document: beta.libraries.documents.list (page 0, page_size 100)"),
    operations=(LIST_DOCUMENTS,),
)
def document_page_size_defaults_to_100(ctx: Context) -> None:
    """Without parameters the documents come as page 0 of 100 items."""
    library, made = _documents(ctx, 2)
    page = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, sorted(ids_of([page])), sorted(made), "the first page", page)
    expect_equal(ctx, page.at("pagination.page_size"), 100, "page_size", page)
    expect_equal(ctx, page.at("pagination.current_page"), 0, "current_page", page)


@rule(
    id="paging.document-page-size-is-bounded",
    about=("beta.libraries.documents.list query/page_size minimum",),
    level=MUST,
    source=("document: beta.libraries.documents.list (page_size from 1 to 100, page from 0)"),
    operations=(LIST_DOCUMENTS,),
)
def document_page_size_is_bounded(ctx: Context) -> None:
    """Page sizes of 1 and 100 are taken for documents; sizes outside and page -1 give 422."""
    library = create_library(ctx)["id"]
    _expect_bounds(ctx, LIST_DOCUMENTS, {"library_id": library})
    below = ctx.api.call(LIST_DOCUMENTS, library_id=library, query={"page": -1})
    ctx.expect_status(below, 422)


@rule(
    id="paging.unknown-sort-field-is-refused",
    level=MAY,
    source="documents.sortable-fields; choices.paging-unknown-sort-field-is-refused",
    operations=(LIST_DOCUMENTS,),
)
def unknown_sort_field_is_refused(ctx: Context) -> None:
    """Sorting by a field that documents do not have is refused."""
    library = create_library(ctx)["id"]
    query = {"sort_by": "no_such_field"}
    answer = ctx.api.call(LIST_DOCUMENTS, library_id=library, query=query)
    expect_refused(ctx, answer, "sorting by an unknown field")


@rule(
    id="paging.pages-past-the-end-are-empty",
    about=("beta.libraries.list query/page",),
    level=SHOULD,
    source=("choices.paging-pages-past-the-end-are-empty (an error would end every naive loop)"),
    operations=(LIST_LIBRARIES, LIST_DOCUMENTS, LIST_FILES),
)
def pages_past_the_end_are_empty(ctx: Context) -> None:
    """A page far past the end is an empty page, not an error, in every numbered list."""
    library, _ = _documents(ctx, 1)
    far = {"page": 99_999, "page_size": 100}
    pages = [
        ctx.api.call(LIST_LIBRARIES, query=far),
        ctx.api.call(LIST_DOCUMENTS, library_id=library, query=far),
        ctx.api.call(LIST_FILES, query=far),
    ]
    for page in pages:
        expect_equal(ctx, ctx.expect_status(page, 200)["data"], [], "a page past the end", page)


def _libraries(ctx: Context, count: int) -> tuple[str, list[str]]:
    """Create libraries that one search finds; give the search and the ids, oldest first."""
    part = word(ctx)
    made = []
    for number in range(count):
        made.append(create_library(ctx, name=f"{part} {number}")["id"])
        ctx.pass_time(0.01)
    return part, made


def _documents(ctx: Context, count: int) -> tuple[str, list[str]]:
    """Upload documents to a library of their own; give its id and theirs, oldest first."""
    library = create_library(ctx)["id"]
    made = []
    for _ in range(count):
        made.append(upload_document(ctx, library)["id"])
        ctx.pass_time(0.01)
    return library, made


def _expect_block(
    ctx: Context, page: Exchange, *, number: int, size: int, total: int, exact: bool = True
) -> None:
    """Hold a page's paging block to what is known of the list; its total may be an estimate."""
    told = total if exact else page.at("pagination.total_items")
    ctx.expect(isinstance(told, int), "`total_items` is no number", page)
    wanted: Mapping[str, Any] = {
        "total_items": told,
        "total_pages": page.at("pagination.total_pages"),
        "current_page": number,
        "page_size": size,
        "has_more": (number + 1) * size < total,
    }
    due = {-(-each // size) for each in (told, total)}
    found = wanted["total_pages"]
    ctx.expect(found in due, f"total_pages of page {number} is {found}, of {told} items", page)
    for field, value in wanted.items():
        expect_equal(ctx, page.at(f"pagination.{field}"), value, f"{field} of page {number}", page)


def _expect_bounds(ctx: Context, operation: str, ids: Mapping[str, str]) -> None:
    """Hold a list to page sizes from 1 to 100."""
    for size in (1, 100):
        ctx.expect_status(ctx.api.call(operation, ids, query={"page_size": size}), 200)
    for wrong in (*OUT_OF_RANGE, "many"):
        ctx.expect_status(ctx.api.call(operation, ids, query={"page_size": wrong}), 422)
