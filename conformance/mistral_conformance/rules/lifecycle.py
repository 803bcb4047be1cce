"""Lifecycle of libraries and documents: what is new, and ids. The laws tell the rest."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import CREATE_LIBRARY, UPLOAD_DOCUMENT
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


@rule(SHOULD, "libraries.fresh-values; libraries.generated-words", (CREATE_LIBRARY,))
def new_library_is_not_described(ctx: Context) -> None:
    """A library without documents has no generated name and no generated description."""
    made = create_library(ctx)
    for field in ("generated_name", "generated_description"):
        expect_equal(ctx, made.json().get(field), None, field, made)


@rule(MAY, "libraries.id-versions", (CREATE_LIBRARY, UPLOAD_DOCUMENT))
def ids_have_their_versions(ctx: Context) -> None:
    """Library ids are UUIDs of version 7, document ids of version 4."""
    library = create_library(ctx)
    expect_equal(ctx, _version(library), 7, "the library id's version", library)
    document = upload_document(ctx, library["id"])
    expect_equal(ctx, _version(document), 4, "the document id's version", document)


def _version(made: Exchange) -> int | None:
    """The version of an id, None where it is no UUID."""
    with suppress(ValueError):
        return uuid.UUID(str(made["id"])).version
    return None
