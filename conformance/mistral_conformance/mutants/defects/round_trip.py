"""Defects of what is written and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import overlooking
from mistral_conformance.rules.common import names as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part


@mutant(
    "round-trip.descriptions-lose-lines",
    op.CREATE_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:view",
)
def descriptions_lose_lines(view: Part) -> Part:
    """Line breaks and tabs of a description become spaces."""

    def defect(library: Part) -> Part:
        text = library.description
        return {**view(library), "description": text and " ".join(text.split())}

    return defect


@mutant(
    "round-trip.empty-description-becomes-null",
    op.PATCH_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:pick_changes",
)
def empty_description_becomes_null(pick_changes: Part) -> Part:
    """An empty description is stored as none."""
    return lambda body: {key: value or None for key, value in pick_changes(body).items()}


@mutant(
    "round-trip.null-changes-nothing",
    op.PATCH_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:pick_changes",
)
def null_changes_nothing(pick_changes: Part) -> Part:
    """A description of null is taken as not sent."""
    return lambda body: {
        key: value for key, value in pick_changes(body).items() if value is not None
    }


@mutant("round-trip.null-name-is-taken", op.PATCH_LIBRARY, op.GET_LIBRARY, place="inputs:refuse")
def null_name_is_taken(_refuse: Part) -> Part:
    """A name of the wrong type, null too, is stored."""
    return overlooking("name")


@mutant("round-trip.chunk-size-is-unbounded", op.CREATE_LIBRARY, place="inputs:refuse")
def chunk_size_is_unbounded(_refuse: Part) -> Part:
    """Any chunk size is taken."""
    return overlooking("chunk_size")


@mutant(
    "round-trip.list-denies-the-description",
    op.LIST_LIBRARIES,
    op.GET_LIBRARY,
    place="resources.libraries.crud:page_of",
)
def list_denies_the_description(page_of: Part) -> Part:
    """The list of libraries shows null for the description that a read shows."""

    def defect(ctx: Part, shown: Part, *, more: bool) -> Part:
        page = page_of(ctx, shown, more=more)
        return {**page, "data": [{**each, "description": None} for each in page["data"]]}

    return defect


@mutant(
    "round-trip.attributes-become-text",
    op.PATCH_DOCUMENT,
    op.GET_DOCUMENT,
    place="resources.libraries.documents:pick_changes",
)
def attributes_become_text(pick_changes: Part) -> Part:
    """Attributes lose their JSON types."""

    def defect(body: Part) -> Part:
        changes = pick_changes(body)
        if changes.get("attributes"):
            found = changes["attributes"].items()
            changes["attributes"] = {key: str(value) for key, value in found}
        return changes

    return defect


@mutant(
    "round-trip.attributes-are-merged",
    op.PATCH_DOCUMENT,
    op.GET_DOCUMENT,
    place="resources.libraries.documents:change",
)
def attributes_are_merged(change: Part) -> Part:
    """New attributes are added to the old ones."""

    def defect(ctx: Part, document: Part, changes: Part) -> Part:
        if changes.get("attributes"):
            merged = {**(document.attributes or {}), **changes["attributes"]}
            return change(ctx, document, {**changes, "attributes": merged})
        return change(ctx, document, changes)

    return defect


@mutant(
    "round-trip.empty-document-update-clears",
    op.PATCH_DOCUMENT,
    op.GET_DOCUMENT,
    place="resources.libraries.documents:change",
)
def empty_document_update_clears(change: Part) -> Part:
    """An update of a document that names nothing takes its extension away."""

    def defect(ctx: Part, document: Part, changes: Part) -> Part:
        return change(ctx, document, changes or {"extension": None})

    return defect


@mutant(
    "round-trip.created-at-moves",
    op.GET_LIBRARY,
    op.PATCH_LIBRARY,
    place="resources.libraries.crud:view",
)
def created_at_moves(view: Part) -> Part:
    """The time of creation is shown as that of the last change."""
    return lambda library: view(evolve(library, created_at=library.updated_at))
