"""Paging: wrong tokens, wrong fields, and ends. That pages make the list is told by the laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import LIST_DOCUMENTS, LIST_FILES, LIST_LIBRARIES
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(MAY, "choices.paging-wrong-token-is-refused", (LIST_LIBRARIES,))
def wrong_token_is_refused(ctx: Context) -> None:
    """A page token that the server never gave out is refused."""
    first = ctx.need(ctx.api.call(LIST_LIBRARIES, query={"page_size": 1}), 200)
    if "next_page_token" not in first.json():
        ctx.skip("the server offers no page tokens")
    answer = ctx.api.call(LIST_LIBRARIES, query={"page_token": "not-a-token-of-yours"})
    expect_refused(ctx, answer, "an invented page token")


@rule(
    MAY,
    "documents.sortable-fields; choices.paging-unknown-sort-field-is-refused",
    (LIST_DOCUMENTS,),
)
def unknown_sort_field_is_refused(ctx: Context) -> None:
    """Sorting by a field that documents do not have is refused."""
    library = create_library(ctx)["id"]
    query = {"sort_by": "no_such_field"}
    answer = ctx.api.call(LIST_DOCUMENTS, library_id=library, query=query)
    expect_refused(ctx, answer, "sorting by an unknown field")


@rule(
    SHOULD,
    "choices.paging-pages-past-the-end-are-empty (an error would end every naive loop)",
    (LIST_LIBRARIES, LIST_DOCUMENTS, LIST_FILES),
    about=("beta.libraries.list query/page",),
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


def _documents(ctx: Context, count: int) -> tuple[str, list[str]]:
    """Upload documents to a library of their own; give its id and theirs, oldest first."""
    library = create_library(ctx)["id"]
    made = []
    for _ in range(count):
        made.append(upload_document(ctx, library)["id"])
        ctx.pass_time(0.01)
    return library, made
