"""Puts an id at a nested place of a request: the least that the schema asks for around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.model.schemas import body_schema, facet, members, properties, types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.model import Place
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.model.schemas import Property

ANY = "*"
WORDS = "Repeat what the file says, word by word."
USER = "user"
"""Of messages, those that the caller writes."""


def place_id(document: Document, place: Place, body: Json, identity: str) -> Json:
    """Return the request body with an id at the place, instead of what else its first field has."""
    _, schema = body_schema(document.operations[place.operation])
    first, *rest = place.name.split(".")
    field = properties(document, schema or {})[first]
    return {**body, first: _build(document, field.schema, rest, identity)}


def _build(document: Document, schema: Json, path: Sequence[str], identity: str) -> Any:  # noqa: ANN401 - JSON
    """Return a value of the schema with the id at the path."""
    if not path:
        return [identity] if "array" in types(document, schema) else identity
    name, *rest = path
    node = _leading(document, schema, path)
    if name == ANY:
        item = _build(document, node["items"], rest, identity)
        if _takes_text(document, node["items"]):
            return [{"type": "text", "text": WORDS}, item]
        asks = isinstance(item, dict) and item.get("role") != USER
        asks = asks and _takes_words(document, node["items"])
        return [item, {"role": USER, "content": WORDS}] if asks else [item]
    needed = {
        each.name: _least(document, each)
        for each in properties(document, node).values()
        if each.required or facet(document, each.schema, "const")
    }
    inner = properties(document, node)[name].schema
    return {**needed, name: _build(document, inner, rest, identity)}


def _leading(document: Document, schema: Json, path: Sequence[str]) -> Json:
    """Return the member of a union the path leads through, the one of users where several do."""
    found = [each for each in members(document, schema) if _leads(document, each, path)]
    users = [each for each in found if _role(document, each) == USER]
    return (users or found)[0]


def _leads(document: Document, node: Json, path: Sequence[str]) -> bool:
    if not path:
        return True
    name, *rest = path
    inner = node.get("items") if name == ANY else node.get("properties", {}).get(name)
    return inner is not None and any(_leads(document, e, rest) for e in members(document, inner))


def _role(document: Document, node: Json) -> str:
    role = node.get("properties", {}).get("role", {})
    return str(facet(document, role, "const") or "")


def _takes_text(document: Document, schema: Json) -> bool:
    """Say whether one of the members is a piece of text."""
    kinds = [node.get("properties", {}).get("type", {}) for node in members(document, schema)]
    return "text" in [facet(document, each, "const") for each in kinds]


def _takes_words(document: Document, schema: Json) -> bool:
    """Say whether one of the members is what a user says."""
    return any(
        USER in (facet(document, node.get("properties", {}).get("role", {}), "enum") or ())
        for node in members(document, schema)
    )


def _least(document: Document, field: Property) -> Any:  # noqa: ANN401 - JSON
    """Return the plainest value of a field."""
    schema = field.schema
    for word in ("const", "default"):
        if (found := facet(document, schema, word)) is not None:
            return found
    choices = facet(document, schema, "enum")
    if choices:
        return USER if USER in choices else choices[0]
    plain: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True}
    kinds = types(document, schema)
    return next((value for kind, value in plain.items() if kind in kinds), {})
