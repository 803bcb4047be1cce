"""Lifecycle of libraries and documents: what is new, and what expires.

That what was made is shown everywhere and what was deleted nowhere is told by the laws.
"""

from __future__ import annotations

import uuid
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_DOCUMENT,
    LIST_DOCUMENTS,
    PATCH_DOCUMENT,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    update,
    word,
)
from mistral_conformance.rules.common.times import later, read_time
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(
    id="lifecycle.new-library-times-agree",
    level=SHOULD,
    source="libraries.fresh-values",
    operations=(CREATE_LIBRARY,),
)
def new_library_times_agree(ctx: Context) -> None:
    """A new library was changed last when it was created."""
    made = create_library(ctx)
    expect_equal(ctx, made["updated_at"], made["created_at"], "updated_at", made)


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
    id="lifecycle.expired-document-is-gone",
    level=MUST,
    source="document: UpdateDocumentRequest.expires_at; documents.expiry",
    operations=(PATCH_DOCUMENT, GET_DOCUMENT, LIST_DOCUMENTS),
    needs=("clock",),
)
def expired_document_is_gone(ctx: Context) -> None:
    """A document is there until its `expires_at` and gone after it, in whatever zone that is."""
    library = create_library(ctx)["id"]
    expiring = []
    for hours in (0, 5, -5):
        document = upload_document(ctx, library, f"{word(ctx)} {hours}".encode())
        ids = {"library_id": library, "document_id": document["id"]}
        expiry = read_time(later(document["created_at"], hours=2))
        sent = expiry.astimezone(timezone(timedelta(hours=hours))).isoformat()
        ctx.need(update(ctx.api, PATCH_DOCUMENT, ids, {"expires_at": sent}), 200)
        expiring.append(ids)
    ctx.clock.advance(3600)
    for ids in expiring:
        ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    ctx.clock.advance(2 * 3600)
    for ids in expiring:
        expect_refused(ctx, ctx.api.call(GET_DOCUMENT, ids), "reading an expired document")
    listed = ctx.expect_status(ctx.api.call(LIST_DOCUMENTS, library_id=library), 200)
    expect_equal(ctx, listed["data"], [], "the list of documents", listed)
