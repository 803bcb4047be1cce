"""Paging laws: the pages of a list, put together, are the list; nothing is lost or repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    LIST_DOCUMENTS,
    LIST_FILES,
    LIST_LIBRARIES,
    PATCH_DOCUMENT,
)
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, update, word
from mistral_conformance.rules.common.walks import ids_of, walk_numbers, walk_offered_tokens
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

OUT_OF_RANGE = (0, -1, 101)
"""Page sizes that the document forbids where it names bounds of 1 and 100."""


@rule(
    id="paging.library-pages-make-the-list",
    level=MUST,
    source="libraries.page-numbers",
    operations=(LIST_LIBRARIES,),
)
def library_pages_make_the_list(ctx: Context) -> None:
    """The numbered pages of the libraries, from 0, hold each library once and none too many."""
    search, made = _libraries(ctx, 5)
    pages = walk_numbers(ctx, LIST_LIBRARIES, {"search": search, "page_size": 2})
    _expect_whole(ctx, pages, made, size=2)


@rule(
    id="paging.library-tokens-make-the-list",
    level=MUST,
    source="document: ListLibrariesResponse.next_page_token; libraries.pagination-block",
    operations=(LIST_LIBRARIES,),
)
def library_tokens_make_the_list(ctx: Context) -> None:
    """Following `next_page_token` until it is null gives each library once."""
    search, made = _libraries(ctx, 5)
    pages = walk_offered_tokens(ctx, LIST_LIBRARIES, {"search": search, "page_size": 2})
    _expect_whole(ctx, pages, made, size=2)


@rule(
    id="paging.library-block-adds-up",
    level=SHOULD,
    source=("document: PaginationInfo; libraries.pagination-block (totals may be estimates)"),
    operations=(LIST_LIBRARIES,),
)
def library_block_adds_up(ctx: Context) -> None:
    """The paging block of the libraries tells the page, its size, the totals and if more follow."""
    search, _ = _libraries(ctx, 3)
    query = {"search": search, "page_size": 2}
    for number in range(3):
        page = ctx.api.call(LIST_LIBRARIES, query={**query, "page": number})
        ctx.expect_status(page, 200)
        if page.json().get("pagination") is None:
            ctx.skip("the server answers no paging block")
        _expect_block(ctx, page, number=number, size=2, total=3)


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
    level=MUST,
    source=("libraries.page-numbers; document: beta.libraries.list (page_size from 1 to 100)"),
    operations=(LIST_LIBRARIES,),
)
def library_page_size_is_bounded(ctx: Context) -> None:
    """Page sizes of 1 and 100 are taken for libraries, those outside are refused with 422."""
    _expect_bounds(ctx, LIST_LIBRARIES, {})


@rule(
    id="paging.library-search-ignores-case",
    level=MUST,
    source="libraries.search-by-name",
    operations=(LIST_LIBRARIES,),
)
def library_search_ignores_case(ctx: Context) -> None:
    """`search` finds a library by a part of its name in any case, and only matching ones."""
    part = word(ctx)
    made = create_library(ctx, name=f"Alpha {part} Omega")["id"]
    other = create_library(ctx, name="quite another")["id"]
    for search in (part, part.upper(), f"ALPHA {part}", f"{part} omega"):
        found = ids_of([ctx.expect_status(_search(ctx, LIST_LIBRARIES, search), 200)])
        ctx.expect(made in found, f"{search!r} does not find the library")
        ctx.expect(other not in found, f"{search!r} finds a library of another name")


@rule(
    id="paging.library-order-is-stable",
    level=SHOULD,
    source="choices.paging-library-order-is-stable",
    operations=(LIST_LIBRARIES,),
)
def library_order_is_stable(ctx: Context) -> None:
    """Two equal listings give the same order, which is that of the pages put together."""
    search, _ = _libraries(ctx, 4)
    whole = ids_of([_search(ctx, LIST_LIBRARIES, search)])
    again = ids_of([_search(ctx, LIST_LIBRARIES, search)])
    expect_equal(ctx, again, whole, "the second listing")
    pages = walk_numbers(ctx, LIST_LIBRARIES, {"search": search, "page_size": 3})
    expect_equal(ctx, ids_of(pages), whole, "the order over pages", *pages)


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
    id="paging.document-pages-make-the-list",
    level=MUST,
    source="documents.list",
    operations=(LIST_DOCUMENTS,),
)
def document_pages_make_the_list(ctx: Context) -> None:
    """The numbered pages of a library's documents, from 0, hold each document once."""
    library, made = _documents(ctx, 5)
    pages = walk_numbers(ctx, LIST_DOCUMENTS, {"page_size": 2}, library_id=library)
    _expect_whole(ctx, pages, made, size=2)


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
    id="paging.document-search-is-by-name",
    level=SHOULD,
    source="documents.search-by-name; choices.paging-document-search-is-by-name",
    operations=(LIST_DOCUMENTS,),
)
def document_search_is_by_name(ctx: Context) -> None:
    """`search` finds a document by a part of its name in any case, and only matching ones."""
    library = create_library(ctx)["id"]
    part = word(ctx)
    made = upload_document(ctx, library, name=f"Report {part}.txt")["id"]
    upload_document(ctx, library, name="else.txt")
    for search in (part, part.upper(), "rEPORT"):
        found = _search(ctx, LIST_DOCUMENTS, search, library_id=library)
        expect_equal(ctx, ids_of([found]), [made], f"what {search!r} finds", found)


@rule(
    id="paging.documents-come-newest-first",
    level=MUST,
    source=(
        "documents.list; document: beta.libraries.documents.list (sort_by "
        "created_at, sort_order desc)"
    ),
    operations=(LIST_DOCUMENTS,),
)
def documents_come_newest_first(ctx: Context) -> None:
    """Without parameters the newest document comes first; `asc` turns the order around."""
    library, made = _documents(ctx, 3)
    newest = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, ids_of([newest]), made[::-1], "the default order", newest)
    query = {"sort_by": "created_at", "sort_order": "asc"}
    oldest = ctx.api.call(LIST_DOCUMENTS, library_id=library, query=query)
    expect_equal(ctx, ids_of([oldest]), made, "the order asc", oldest)


@rule(
    id="paging.documents-sort-by-their-fields",
    level=SHOULD,
    source="documents.sortable-fields; choices.paging-documents-sort-by-their-fields",
    operations=(LIST_DOCUMENTS,),
)
def documents_sort_by_their_fields(ctx: Context) -> None:
    """Documents sort by name and by size, up and down."""
    library = create_library(ctx)["id"]
    sizes = {"b.txt": 30, "c.txt": 10, "a.txt": 20}
    made = {
        name: upload_document(ctx, library, b"x" * size, name=name)["id"]
        for name, size in sizes.items()
    }
    wanted = {"name": ("a.txt", "b.txt", "c.txt"), "size": ("c.txt", "a.txt", "b.txt")}
    for field, order in wanted.items():
        up = [made[name] for name in order]
        for direction, ids in (("asc", up), ("desc", up[::-1])):
            query = {"sort_by": field, "sort_order": direction}
            page = ctx.api.call(LIST_DOCUMENTS, library_id=library, query=query)
            ctx.expect_status(page, 200)
            expect_equal(ctx, ids_of([page]), ids, f"the order by {field} {direction}", page)


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


@rule(
    id="paging.items-stay-while-others-change",
    level=SHOULD,
    source="choices.paging-items-stay-while-others-change",
    operations=(LIST_DOCUMENTS,),
)
def items_stay_while_others_change(ctx: Context) -> None:
    """Renaming a document between two pages neither loses nor repeats one."""
    library, made = _documents(ctx, 4)
    query = {"page_size": 2}
    first = ctx.api.call(LIST_DOCUMENTS, library_id=library, query={**query, "page": 0})
    seen = ids_of([ctx.expect_status(first, 200)])
    ids = {"library_id": library, "document_id": seen[0]}
    renamed = {"name": ctx.marker.name("zzz.txt")}
    ctx.need(update(ctx.api, PATCH_DOCUMENT, ids, renamed), 200)
    second = ctx.api.call(LIST_DOCUMENTS, library_id=library, query={**query, "page": 1})
    seen += ids_of([ctx.expect_status(second, 200)])
    expect_equal(ctx, sorted(seen), sorted(made), "the two pages together", first, second)


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


def _search(ctx: Context, operation: str, search: str, **ids: str) -> Exchange:
    return ctx.api.call(operation, ids, query={"search": search})


def _expect_whole(ctx: Context, pages: list[Exchange], made: list[str], *, size: int) -> None:
    """Hold pages to be within their size, and to hold each of the ids exactly once."""
    for page in pages:
        ctx.expect(len(page["data"]) <= size, f"a page holds more than {size} items", page)
    found = ids_of(pages)
    ctx.expect(len(found) == len(set(found)), "an item comes on two pages", *pages)
    missing, extra = set(made) - set(found), set(found) - set(made)
    ctx.expect(not missing, f"{len(missing)} items are on no page", *pages)
    ctx.expect(not extra, f"{len(extra)} items do not belong to the list", *pages)


def _expect_block(ctx: Context, page: Exchange, *, number: int, size: int, total: int) -> None:
    """Hold a page's paging block to what is known of the list."""
    pages = -(-total // size)
    wanted: Mapping[str, Any] = {
        "total_items": total,
        "total_pages": pages,
        "current_page": number,
        "page_size": size,
        "has_more": number + 1 < pages,
    }
    for field, value in wanted.items():
        expect_equal(ctx, page.at(f"pagination.{field}"), value, f"{field} of page {number}", page)


def _expect_bounds(ctx: Context, operation: str, ids: Mapping[str, str]) -> None:
    """Hold a list to page sizes from 1 to 100."""
    for size in (1, 100):
        ctx.expect_status(ctx.api.call(operation, ids, query={"page_size": size}), 200)
    for wrong in (*OUT_OF_RANGE, "many"):
        ctx.expect_status(ctx.api.call(operation, ids, query={"page_size": wrong}), 422)
