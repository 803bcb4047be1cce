"""The schemas of what requests take, by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model.schemas import body_properties

if TYPE_CHECKING:
    from mistral_conformance.model import Field, Resource
    from mistral_conformance.model.document import Document, Json


def changing_schema(document: Document, resource: Resource, field: Field) -> Json:
    """Return what the newest changing request takes for a field."""
    return taken(document, field.through or resource.changes[0])[field.changed]


def creating_schema(document: Document, resource: Resource, field: Field) -> Json:
    """Return what the creating request takes for a field, an empty schema for a part of a file."""
    return taken(document, resource.create).get(field.sent, {})


def taken(document: Document, operation: str) -> dict[str, Json]:
    """Return the schemas of the fields of an operation's request body, by name."""
    found = body_properties(document, document.operations[operation])
    return {name: each.schema for name, each in found.items()}
