"""Round trips: what was written is what is read, and what was not written stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.record.comparison import differing
from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_DOCUMENT,
    GET_LIBRARY,
    LIST_LIBRARIES,
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
)
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    is_missing,
    read_library,
    update,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

SCRIPTS = "Ünïcödé — 图书馆 — библиотека — مكتبة — 📚 — a\u0301"
QUOTES = 'two\nlines, a "quote", a back\\slash, a tab\t, <b>&amp;</b>, %2F, {braces}'
LONG = 20_000

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
    id="round-trip.names-keep-every-script",
    level=MUST,
    source="document: CreateLibraryRequest.name (any string)",
    operations=(CREATE_LIBRARY, GET_LIBRARY),
)
def names_keep_every_script(ctx: Context) -> None:
    """A name reads back as it was written, whatever its script, accents and symbols."""
    name = ctx.marker.name(SCRIPTS)
    made = create_library(ctx, name=name)
    read = read_library(ctx, made["id"])
    expect_equal(ctx, read["name"], name, "the name read back", made, read)


@rule(
    id="round-trip.descriptions-keep-every-character",
    level=MUST,
    source="document: CreateLibraryRequest.description (any string)",
    operations=(CREATE_LIBRARY, GET_LIBRARY),
)
def descriptions_keep_every_character(ctx: Context) -> None:
    """A description reads back with its line breaks, quotes and escapes."""
    made = create_library(ctx, description=QUOTES)
    read = read_library(ctx, made["id"])
    expect_equal(ctx, read["description"], QUOTES, "the description read back", made, read)


@rule(
    id="round-trip.long-descriptions-are-kept-or-refused",
    level=MUST,
    source=(
        "harm: text is lost in silence; choices.round-trip-long-descriptions-are-kept-or-refused"
    ),
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def long_descriptions_are_kept_or_refused(ctx: Context) -> None:
    """A description of 20,000 characters is kept whole or refused, never cut."""
    library = create_library(ctx)["id"]
    text = "0123456789" * (LONG // 10)
    ids = {"library_id": library}
    changed = update(ctx.api, PATCH_LIBRARY, ids, {"description": text})
    if changed.ok:
        read = read_library(ctx, library)
        expect_equal(ctx, len(read["description"] or ""), LONG, "the length read back", read)
        expect_equal(ctx, read["description"], text, "the description read back", read)
    else:
        expect_refused(ctx, changed, "a description of 20,000 characters")


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
    id="round-trip.null-clears-the-description",
    level=MUST,
    source=(
        "document: UpdateLibraryRequest.description (is nullable); "
        "libraries.null-clears-description"
    ),
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def null_clears_the_description(ctx: Context) -> None:
    """A description of null clears it and leaves the name alone."""
    made = create_library(ctx, description="to be cleared")
    ids = {"library_id": made["id"]}
    ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"description": None}), 200)
    read = read_library(ctx, made["id"])
    expect_equal(ctx, read["description"], None, "the description read back", read)
    expect_equal(ctx, read["name"], made["name"], "the name", read)


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
    id="round-trip.partial-update-keeps-the-rest",
    level=MUST,
    source="libraries.update-is-partial",
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def partial_update_keeps_the_rest(ctx: Context) -> None:
    """An update changes the fields that it names and keeps the others."""
    made = create_library(ctx, description="first")
    ids = {"library_id": made["id"]}
    name = ctx.marker.name("renamed")
    ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"name": name}), 200)
    renamed = read_library(ctx, made["id"])
    expect_equal(ctx, renamed["name"], name, "the name", renamed)
    expect_equal(ctx, renamed["description"], "first", "the description", renamed)
    ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"description": "second"}), 200)
    described = read_library(ctx, made["id"])
    expect_equal(ctx, described["name"], name, "the name", described)
    expect_equal(ctx, described["description"], "second", "the description", described)


@rule(
    id="round-trip.chunk-size-is-kept-within-its-bounds",
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
    id="round-trip.list-and-get-agree",
    level=SHOULD,
    source="choices.round-trip-list-and-get-agree",
    operations=(LIST_LIBRARIES, GET_LIBRARY),
)
def list_and_get_agree(ctx: Context) -> None:
    """A library shows the same fields with the same values in the list and by its id."""
    made = create_library(ctx, description="seen twice")
    upload_document(ctx, made["id"])
    listed = ctx.expect_status(ctx.api.call(LIST_LIBRARIES, query={"search": made["name"]}), 200)
    read = read_library(ctx, made["id"])
    found = [each for each in listed["data"] if each["id"] == made["id"]]
    ctx.expect(found, "the library is not listed", listed)
    wanted = read.json()
    names = sorted(differing(wanted, found[0]))
    ctx.expect(not names, f"list and get differ in {', '.join(names)}", listed, read)


@rule(
    id="round-trip.document-name-reads-back",
    level=MUST,
    source="documents.update-is-partial",
    operations=(PATCH_DOCUMENT, GET_DOCUMENT),
)
def document_name_reads_back(ctx: Context) -> None:
    """A document's new name reads back in every script; its content fields stay."""
    library = create_library(ctx)["id"]
    made = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": made["id"]}
    name = ctx.marker.name(f"{SCRIPTS}.txt")
    changed = ctx.expect_status(update(ctx.api, PATCH_DOCUMENT, ids, {"name": name}), 200)
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    expect_equal(ctx, read["name"], name, "the name read back", changed, read)
    _expect_written(ctx, made, read, ("id", "size", "mime_type", "created_at"))


@rule(
    id="round-trip.document-attributes-read-back",
    level=MUST,
    source="document: UpdateDocumentRequest.attributes; documents.update-is-partial",
    operations=(PATCH_DOCUMENT, GET_DOCUMENT),
)
def document_attributes_read_back(ctx: Context) -> None:
    """Attributes of every documented kind read back with their JSON types."""
    library = create_library(ctx)["id"]
    made = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": made["id"]}
    attributes = {
        "text": SCRIPTS,
        "truth": False,
        "whole": 0,
        "part": 1.5,
        "time": "2026-01-02T03:04:05Z",
        "words": ["a", "b"],
        "numbers": [1, 2],
    }
    _patch_attributes(ctx, ids, {"attributes": attributes})
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    expect_equal(ctx, read["attributes"], attributes, "attributes", read)
    expect_equal(ctx, read["name"], made["name"], "the name", read)


@rule(
    id="round-trip.document-attributes-are-replaced",
    level=SHOULD,
    source=("documents.update-is-partial; choices.round-trip-document-attributes-are-replaced"),
    operations=(PATCH_DOCUMENT, GET_DOCUMENT),
)
def document_attributes_are_replaced(ctx: Context) -> None:
    """New attributes replace the old ones as a whole; an update without them keeps them."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    for fields in ({"attributes": {"a": 1}}, {"attributes": {"b": 2}}, {}):
        _patch_attributes(ctx, ids, fields)
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    expect_equal(ctx, read["attributes"], {"b": 2}, "attributes", read)


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


def _patch_attributes(ctx: Context, ids: dict[str, str], fields: dict[str, Any]) -> None:
    """Change a document; skip on a server without PATCH, with which attributes came."""
    answer = ctx.api.call(PATCH_DOCUMENT, ids, json=fields)
    if is_missing(answer):
        ctx.skip("the server has no PATCH, with which attributes came")
    ctx.expect_status(answer, 200)


def _expect_written(
    ctx: Context, before: Exchange, after: Exchange, fields: tuple[str, ...]
) -> None:
    """Hold the named fields to be the same in two answers."""
    for field in fields:
        expect_equal(ctx, after[field], before[field], field, before, after)
