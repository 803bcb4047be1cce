"""Lifecycle of libraries and documents: created, read, listed, changed, deleted, gone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    DELETE_DOCUMENT,
    DELETE_LIBRARY,
    DOCUMENT_READS,
    GET_DOCUMENT,
    GET_LIBRARY,
    LIST_ACCESSES,
    LIST_DOCUMENTS,
    LIST_LIBRARIES,
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
    REPROCESS,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    read_library,
    unknown_id,
    update,
    word,
)
from mistral_conformance.rules.common.times import expect_later, later
from mistral_conformance.rules.common.walks import ids_of
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

GENERATED = {"generated_name", "generated_description", "emoji"}
"""What a server may fill in on its own between two reads of a library."""


@rule(
    id="lifecycle.created-library-is-readable",
    level=MUST,
    source="libraries.created-with-201; libraries.read",
    operations=(CREATE_LIBRARY, GET_LIBRARY),
)
def created_library_is_readable(ctx: Context) -> None:
    """A library that was created is read back by its id, the same in every field."""
    made = create_library(ctx, description="kept for reading")
    read = ctx.expect_status(ctx.api.call(GET_LIBRARY, library_id=made["id"]), 200)
    expect_equal(ctx, read["id"], made["id"], "the id", made, read)
    expect_same_fields(ctx, made, read, ignore=GENERATED)


@rule(
    id="lifecycle.created-library-is-listed",
    level=MUST,
    source="libraries.visible",
    operations=(CREATE_LIBRARY, LIST_LIBRARIES),
)
def created_library_is_listed(ctx: Context) -> None:
    """The list shows a library that the caller has created, with the fields that a read shows."""
    name = ctx.marker.name(f"listed {word(ctx)}")
    made = create_library(ctx, name=name)
    listed = ctx.expect_status(ctx.api.call(LIST_LIBRARIES, query={"search": name}), 200)
    found = [each for each in listed["data"] if each["id"] == made["id"]]
    ctx.expect(found, "the new library is not listed", made, listed)
    for field in ("name", "created_at", "owner_type", "nb_documents"):
        expect_equal(ctx, found[0][field], made[field], f"the listed {field}", made, listed)


@rule(
    id="lifecycle.new-library-is-empty",
    level=MUST,
    source="documents.none-at-first; libraries.fresh-values",
    operations=(CREATE_LIBRARY, LIST_DOCUMENTS),
)
def new_library_is_empty(ctx: Context) -> None:
    """A new library has no documents, counts none and weighs nothing."""
    made = create_library(ctx)
    expect_equal(ctx, made["nb_documents"], 0, "nb_documents", made)
    expect_equal(ctx, made["total_size"], 0, "total_size", made)
    listed = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=made["id"]), 200)
    expect_equal(ctx, listed["data"], [], "the list of documents", listed)


@rule(
    id="lifecycle.new-library-times-agree",
    level=SHOULD,
    source="libraries.fresh-values",
    operations=(CREATE_LIBRARY,),
)
def new_library_times_agree(ctx: Context) -> None:
    """A new library was changed last when it was created, and nothing about it is generated yet."""
    made = create_library(ctx)
    expect_equal(ctx, made["updated_at"], made["created_at"], "updated_at", made)
    for field in ("generated_name", "generated_description"):
        expect_equal(ctx, made.json().get(field), None, field, made)


@rule(
    id="lifecycle.ids-have-their-versions",
    level=MAY,
    source="libraries.id-versions",
    operations=(CREATE_LIBRARY, UPLOAD_DOCUMENT),
)
def ids_have_their_versions(ctx: Context) -> None:
    """Library ids are UUIDs of version 7, document ids of version 4."""
    library = create_library(ctx)
    expect_equal(ctx, uuid.UUID(library["id"]).version, 7, "the library id's version", library)
    document = upload_document(ctx, library["id"])
    expect_equal(ctx, uuid.UUID(document["id"]).version, 4, "the document id's version", document)


@rule(
    id="lifecycle.updated-library-shows-the-change",
    level=MUST,
    source="libraries.update-is-partial",
    operations=(PATCH_LIBRARY, GET_LIBRARY),
)
def updated_library_shows_the_change(ctx: Context) -> None:
    """A changed name shows in the answer to the change and in every later read."""
    made = create_library(ctx, name="before")
    name = ctx.marker.name("after")
    ids = {"library_id": made["id"]}
    changed = ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"name": name}), 200)
    expect_equal(ctx, changed["name"], name, "the answered name", changed)
    expect_equal(ctx, changed["id"], made["id"], "the answered id", changed)
    read = read_library(ctx, made["id"])
    expect_equal(ctx, read["name"], name, "the name read back", changed, read)


@rule(
    id="lifecycle.changes-move-updated-at",
    level=SHOULD,
    source="libraries.counts-follow",
    operations=(PATCH_LIBRARY, UPLOAD_DOCUMENT, GET_LIBRARY),
)
def changes_move_updated_at(ctx: Context) -> None:
    """Renaming a library or adding a document moves `updated_at` on; `created_at` stays."""
    made = create_library(ctx)
    ids = {"library_id": made["id"]}
    ctx.pass_time(1)
    ctx.need(update(ctx.api, PATCH_LIBRARY, ids, {"name": ctx.marker.name("moved")}), 200)
    renamed = read_library(ctx, made["id"])
    expect_later(ctx, made, renamed, "a rename leaves updated_at")
    ctx.pass_time(1)
    upload_document(ctx, made["id"])
    filled = read_library(ctx, made["id"])
    expect_later(ctx, renamed, filled, "an upload leaves updated_at")
    expect_equal(ctx, filled["created_at"], made["created_at"], "created_at", made, filled)


@rule(
    id="lifecycle.counts-follow-documents",
    level=SHOULD,
    source="libraries.counts-follow",
    operations=(GET_LIBRARY, UPLOAD_DOCUMENT, DELETE_DOCUMENT),
)
def counts_follow_documents(ctx: Context) -> None:
    """`nb_documents` and `total_size` (bytes) follow uploads and deletions."""
    library = create_library(ctx)["id"]
    first = upload_document(ctx, library, b"a" * 100)
    upload_document(ctx, library, b"b" * 23)
    two = read_library(ctx, library)
    expect_equal(ctx, two["nb_documents"], 2, "nb_documents after two uploads", two)
    expect_equal(ctx, two["total_size"], 123, "total_size after two uploads", two)
    ctx.need(ctx.api.call(DELETE_DOCUMENT, library_id=library, document_id=first["id"]), 204)
    one = read_library(ctx, library)
    expect_equal(ctx, one["nb_documents"], 1, "nb_documents after a deletion", one)
    expect_equal(ctx, one["total_size"], 23, "total_size after a deletion", one)


@rule(
    id="lifecycle.deleted-library-is-gone",
    level=MUST,
    source="libraries.delete-takes-documents; libraries.gone-everywhere",
    operations=(DELETE_LIBRARY, GET_LIBRARY, LIST_LIBRARIES),
)
def deleted_library_is_gone(ctx: Context) -> None:
    """A deleted library is neither read nor changed nor listed any more."""
    name = ctx.marker.name(f"gone {word(ctx)}")
    made = create_library(ctx, name=name)
    ids = {"library_id": made["id"]}
    ctx.expect_status(ctx.api.call(DELETE_LIBRARY, ids), 200, 204)
    expect_refused(ctx, ctx.api.call(GET_LIBRARY, ids), "reading a deleted library")
    changed = update(ctx.api, PATCH_LIBRARY, ids, {"name": name})
    expect_refused(ctx, changed, "changing a deleted library")
    listed = ctx.expect_status(ctx.api.call(LIST_LIBRARIES, query={"search": name}), 200)
    ctx.expect(made["id"] not in ids_of([listed]), "the deleted library is listed", listed)


@rule(
    id="lifecycle.deleted-library-takes-all-below",
    level=MUST,
    source="libraries.delete-takes-documents; libraries.gone-everywhere",
    operations=(DELETE_LIBRARY, LIST_DOCUMENTS, LIST_ACCESSES, *DOCUMENT_READS),
)
def deleted_library_takes_all_below(ctx: Context) -> None:
    """Deleting a library deletes its documents: every path below it is refused."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    ctx.need(ctx.api.call(DELETE_LIBRARY, library_id=library), 200, 204)
    for operation in (LIST_DOCUMENTS, LIST_ACCESSES, *DOCUMENT_READS):
        expect_refused(ctx, ctx.api.call(operation, ids), f"{operation} below a deleted library")


@rule(
    id="lifecycle.uploaded-document-is-listed",
    level=MUST,
    source="documents.new-content-201; documents.list",
    operations=(UPLOAD_DOCUMENT, GET_DOCUMENT, LIST_DOCUMENTS),
)
def uploaded_document_is_listed(ctx: Context) -> None:
    """An uploaded document is read by its id and listed in its library."""
    library = create_library(ctx)["id"]
    made = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": made["id"]}
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    for field in ("id", "library_id", "name", "created_at"):
        expect_equal(ctx, read[field], made[field], f"the {field} read back", made, read)
    expect_equal(ctx, read["library_id"], library, "library_id", read)
    listed = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, ids_of([listed]), [made["id"]], "the list of ids", listed)


@rule(
    id="lifecycle.deleted-document-is-gone",
    level=MUST,
    source="documents.searchable-when-processed; documents.delete-204",
    operations=(DELETE_DOCUMENT, LIST_DOCUMENTS, *DOCUMENT_READS),
)
def deleted_document_is_gone(ctx: Context) -> None:
    """A deleted document is neither read nor listed any more; its neighbours stay."""
    library = create_library(ctx)["id"]
    kept, doomed = upload_document(ctx, library)["id"], upload_document(ctx, library)["id"]
    ids = {"library_id": library, "document_id": doomed}
    ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, ids), 204)
    for operation in DOCUMENT_READS:
        expect_refused(ctx, ctx.api.call(operation, ids), f"{operation} of a deleted document")
    listed = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, ids_of([listed]), [kept], "the list of ids", listed)


@rule(
    id="lifecycle.document-is-found-only-in-its-library",
    level=SHOULD,
    source=(
        "errors.validation (document of another library); "
        "choices.lifecycle-document-is-found-only-in-its-library"
    ),
    operations=(PATCH_DOCUMENT, DELETE_DOCUMENT, REPROCESS, *DOCUMENT_READS),
)
def document_is_found_only_in_its_library(ctx: Context) -> None:
    """A document asked for below another library answers 404, and nothing happens to it."""
    home, other = create_library(ctx)["id"], create_library(ctx)["id"]
    document = upload_document(ctx, home)
    wrong = {"library_id": other, "document_id": document["id"]}
    for operation in DOCUMENT_READS:
        ctx.expect_status(ctx.api.call(operation, wrong), 404)
    ctx.expect_status(update(ctx.api, PATCH_DOCUMENT, wrong, {"name": "stolen.txt"}), 404)
    ctx.expect_status(ctx.api.call(REPROCESS, wrong), 404)
    ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, wrong), 404)
    right = {"library_id": home, "document_id": document["id"]}
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, right), 200)
    expect_equal(ctx, read["name"], document["name"], "the name", read)


@rule(
    id="lifecycle.unknown-library-is-not-found",
    level=SHOULD,
    source=("libraries.read; errors.validation; choices.lifecycle-unknown-library-is-not-found"),
    operations=(GET_LIBRARY, PATCH_LIBRARY, DELETE_LIBRARY, LIST_DOCUMENTS, LIST_ACCESSES),
)
def unknown_library_is_not_found(ctx: Context) -> None:
    """An id that no library has answers 404 on every path that takes one."""
    ids = {"library_id": unknown_id(ctx)}
    for operation in (GET_LIBRARY, DELETE_LIBRARY, LIST_DOCUMENTS, LIST_ACCESSES):
        ctx.expect_status(ctx.api.call(operation, ids), 404)
    ctx.expect_status(update(ctx.api, PATCH_LIBRARY, ids, {"name": "nobody"}), 404)


@rule(
    id="lifecycle.unknown-document-is-not-found",
    level=SHOULD,
    source="errors.validation; choices.lifecycle-unknown-document-is-not-found",
    operations=(PATCH_DOCUMENT, DELETE_DOCUMENT, REPROCESS, *DOCUMENT_READS),
)
def unknown_document_is_not_found(ctx: Context) -> None:
    """An id that no document of the library has answers 404 on every path that takes one."""
    ids = {"library_id": create_library(ctx)["id"], "document_id": unknown_id(ctx)}
    for operation in (*DOCUMENT_READS, DELETE_DOCUMENT, REPROCESS):
        ctx.expect_status(ctx.api.call(operation, ids), 404)
    ctx.expect_status(update(ctx.api, PATCH_DOCUMENT, ids, {"name": "nobody.txt"}), 404)


@rule(
    id="lifecycle.expired-document-is-gone",
    level=MUST,
    source="document: UpdateDocumentRequest.expires_at; documents.expiry",
    operations=(PATCH_DOCUMENT, GET_DOCUMENT, LIST_DOCUMENTS),
    needs=("clock",),
)
def expired_document_is_gone(ctx: Context) -> None:
    """A document is there until its `expires_at` and gone after it."""
    library = create_library(ctx)["id"]
    document = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": document["id"]}
    expires_at = later(document["created_at"], hours=2)
    ctx.need(update(ctx.api, PATCH_DOCUMENT, ids, {"expires_at": expires_at}), 200)
    ctx.clock.advance(3600)
    ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    ctx.clock.advance(2 * 3600)
    expect_refused(ctx, ctx.api.call(GET_DOCUMENT, ids), "reading an expired document")
    listed = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, listed["data"], [], "the list of documents", listed)
