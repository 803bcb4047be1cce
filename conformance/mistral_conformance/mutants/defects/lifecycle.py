"""Defects of the lifecycle of libraries and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited, forgiving
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import json_answer
from mistral_mock.resources.libraries.records import Library

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

DOCUMENT_READS = tuple(
    f"beta.libraries.documents.{each}"
    for each in ("get", "status", "text_content", "get_signed_url", "extracted_text_signed_url")
)
"""What reads one document."""

EMPTY_PAGE = {
    "data": [],
    "pagination": {
        "total_items": 0,
        "total_pages": 0,
        "current_page": 0,
        "page_size": 100,
        "has_more": False,
    },
}


@mutant(
    "lifecycle.create-keeps-nothing",
    op.CREATE_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:create",
)
def create_keeps_nothing(create: Part) -> Part:
    """A new library is answered but not stored."""

    def defect(ctx: Part) -> Part:
        answer = create(ctx)
        for library in list(ctx.table(Library)):
            ctx.table(Library).remove(library.id)
        return answer

    return defect


@mutant("lifecycle.read-shows-another-id", op.GET_LIBRARY, place="resources.libraries.crud:get")
def read_shows_another_id(get: Part) -> Part:
    """A library is read under an id that is not its own."""
    other = "0c0ffee0-0000-7000-8000-000000000000"
    return edited(get, lambda library: {**library, "id": other})


@mutant(
    "lifecycle.new-library-counts-one",
    op.CREATE_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:view",
)
def new_library_counts_one(view: Part) -> Part:
    """A library counts one document more than it has."""
    return lambda library: {**view(library), "nb_documents": library.nb_documents + 1}


@mutant(
    "lifecycle.new-library-is-described", op.CREATE_LIBRARY, place="resources.libraries.crud:create"
)
def new_library_is_described(create: Part) -> Part:
    """A new library has a generated description before it has any document."""
    return edited(create, lambda library: {**library, "generated_description": "A library."})


@mutant(
    "lifecycle.change-leaves-updated-at",
    op.PATCH_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:change",
)
def change_leaves_updated_at(_change: Part) -> Part:
    """A change leaves the time of the last change as it was."""
    return lambda ctx, library, changes: ctx.table(Library).put(evolve(library, **changes))


@mutant(
    "lifecycle.size-stands-still",
    op.GET_LIBRARY,
    op.UPLOAD_DOCUMENT,
    place="resources.libraries.upkeep:measure",
)
def size_stands_still(_measure: Part) -> Part:
    """The size of a library does not follow its documents."""
    return lambda _documents: 0


@mutant(
    "lifecycle.accesses-of-nothing-are-empty",
    op.LIST_ACCESSES,
    op.DELETE_LIBRARY,
    place="resources.libraries.accesses:list_accesses",
)
def accesses_of_nothing_are_empty(list_accesses: Part) -> Part:
    """A library that does not exist has an empty list of accesses."""
    return forgiving(list_accesses, json_answer({"data": []}))


@mutant(
    "lifecycle.documents-of-nothing-are-empty",
    op.LIST_DOCUMENTS,
    op.DELETE_LIBRARY,
    place="resources.libraries.documents:list_documents",
)
def documents_of_nothing_are_empty(list_documents: Part) -> Part:
    """A library that does not exist has an empty list of documents."""
    return forgiving(list_documents, json_answer(EMPTY_PAGE))


@mutant(
    "lifecycle.document-in-every-library",
    op.PATCH_DOCUMENT,
    op.DELETE_DOCUMENT,
    *DOCUMENT_READS,
    place="resources.libraries.documents:belongs",
)
def document_in_every_library(_belongs: Part) -> Part:
    """A document is found below any library."""
    return lambda _document, _library: True


@mutant(
    "lifecycle.expiry-does-nothing",
    op.PATCH_DOCUMENT,
    op.GET_DOCUMENT,
    place="resources.libraries.processing:has_expired",
)
def expiry_does_nothing(_has_expired: Part) -> Part:
    """A document outlives its `expires_at`."""
    return lambda _document, _now: False


@mutant(
    "lifecycle.processed-again-lasts",
    op.PATCH_DOCUMENT,
    op.GET_DOCUMENT,
    place="resources.libraries.processing:has_expired",
)
def processed_again_lasts(has_expired: Part) -> Part:
    """A document that was ever processed again outlives its `expires_at`."""
    return lambda each, now: each.started_at == each.created_at and has_expired(each, now)
