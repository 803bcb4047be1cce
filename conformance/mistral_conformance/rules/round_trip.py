"""Round trips at the edges: empty texts, null, empty updates, bounds; laws tell the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_DOCUMENT,
    GET_LIBRARY,
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
)
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_same_fields,
    read_library,
    update,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


PROCESSED = {
    "last_processed_at",
    "number_of_pages",
    "process_status",
    "processing_status",
    "summary",
    "tokens_processing_main_content",
    "tokens_processing_summary",
    "tokens_processing_total",
}
"""What processing may fill in between two reads of a document."""


@rule(
    id="round-trip.empty-description-is-kept",
    level=SHOULD,
    source="choices.round-trip-empty-description-is-kept",
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def empty_description_is_kept(ctx: Context) -> None:
    """An empty description is a description: it reads back as an empty string."""
    library = create_library(ctx, description="not empty")["id"]
    changed = update(ctx.api, PATCH_LIBRARY, {"library_id": library}, {"description": ""})
    expect_equal(ctx, ctx.expect_status(changed, 200)["description"], "", "description", changed)
    read = read_library(ctx, library)
    expect_equal(ctx, read["description"], "", "the description read back", read)


@rule(
    id="round-trip.null-is-no-name",
    level=SHOULD,
    source=(
        "libraries.null-clears-description; document: UpdateLibraryRequest.name (is not nullable)"
    ),
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def null_is_no_name(ctx: Context) -> None:
    """A name of null is refused with 422, and the name stays."""
    made = create_library(ctx)
    ids = {"library_id": made["id"]}
    ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"name": None}), 422)
    read = read_library(ctx, made["id"])
    expect_equal(ctx, read["name"], made["name"], "the name", read)


@rule(
    id="round-trip.empty-update-changes-nothing",
    level=MUST,
    source="libraries.update-is-partial",
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def empty_update_changes_nothing(ctx: Context) -> None:
    """An update with `{}` is legal, answers the library and changes nothing that was written."""
    made = create_library(ctx, description="stays")
    changed = update(ctx.api, PATCH_LIBRARY, {"library_id": made["id"]}, {})
    ctx.expect_status(changed, 200)
    _expect_written(ctx, made, changed, ("id", "name", "description", "created_at"))
    read = read_library(ctx, made["id"])
    _expect_written(ctx, made, read, ("name", "description", "owner_type", "created_at"))


@rule(
    id="round-trip.chunk-size-is-kept-within-its-bounds",
    about=("beta.libraries.create body/chunk_size minimum",),
    level=MUST,
    source="libraries.chunk-size-bounds",
    operations=(CREATE_LIBRARY,),
)
def chunk_size_is_kept_within_its_bounds(ctx: Context) -> None:
    """A chunk size of 256 and of 32768 is taken, one below or above is refused with 422."""
    for size in (256, 32768):
        made = ctx.expect_status(_create(ctx, chunk_size=size), 201)
        shown = made["chunk_size"]
        ctx.expect(shown in (size, None), f"chunk_size reads {shown}, not {size}", made)
    for size in (255, 32769):
        ctx.expect_status(_create(ctx, chunk_size=size), 422)


@rule(
    id="round-trip.empty-update-of-a-document-changes-nothing",
    level=MUST,
    source=(
        "libraries.update-is-partial; documents.update-is-partial (every field of "
        "UpdateDocumentRequest is optional)"
    ),
    operations=(PATCH_DOCUMENT, GET_DOCUMENT),
)
def empty_update_of_a_document_changes_nothing(ctx: Context) -> None:
    """An update of a document with `{}` is legal and leaves its name and content fields."""
    library = create_library(ctx)["id"]
    made = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": made["id"]}
    ctx.expect_status(update(ctx.api, PATCH_DOCUMENT, ids, {}), 200)
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    expect_same_fields(ctx, made, read, ignore=PROCESSED)


def _create(ctx: Context, **fields: object) -> Exchange:
    """Try to create a library whose fields may be refused."""
    name = ctx.marker.name(f"bounds {ctx.random.getrandbits(32):08x}")
    return ctx.api.call(CREATE_LIBRARY, json={"name": name, **fields})


def _expect_written(
    ctx: Context, before: Exchange, after: Exchange, fields: tuple[str, ...]
) -> None:
    """Hold the named fields to be the same in two answers."""
    for field in fields:
        expect_equal(ctx, after[field], before[field], field, before, after)
