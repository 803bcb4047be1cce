"""Lifecycle of libraries and documents: the form of their ids. The laws tell the rest."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import CREATE_LIBRARY, UPLOAD_DOCUMENT
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


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
