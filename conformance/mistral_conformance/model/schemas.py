"""Schemas, read through references and unions: fields, types, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.model.document import Document, Json, Operation

JSON = "application/json"
FORM = "multipart/form-data"


@frozen(eq=False)
class Property:
    """One property of an object schema: its node as it stands there, and where that is."""

    name: str
    schema: Json = field(repr=False)
    required: bool
    pointer: str
    beside: frozenset[str] = frozenset()
    """What only objects with the property have, where it stands in some members of a union."""


def properties(document: Document, schema: Json, pointer: str = "") -> dict[str, Property]:
    """Return the properties of an object, those of all members where it is composed of several.

    A property is required when each member that an answer can be requires it.
    """
    found: dict[str, Property] = {}
    node, pointer = resolved(document, schema, pointer)
    required = set(node.get("required", ()))
    for name, each in node.get("properties", {}).items():
        at = f"{pointer}/properties/{name}"
        found[name] = Property(name, each, name in required, at)
    for number, each in enumerate(node.get("allOf", ())):
        inner = properties(document, each, f"{pointer}/allOf/{number}")
        found = {**inner, **found} if not found else {**found, **inner}
    for word in ("oneOf", "anyOf"):
        members = [
            properties(document, each, f"{pointer}/{word}/{number}")
            for number, each in enumerate(node.get(word, ()))
            if each.get("type") != "null"
        ]
        for name in dict.fromkeys(name for each in members for name in each):
            having = [each[name] for each in members if name in each]
            everywhere = len(having) == len(members) and all(each.required for each in having)
            first = evolve(having[0], required=everywhere, beside=_beside(name, members))
            found.setdefault(name, first)
    return found


def _beside(name: str, members: Sequence[dict[str, Property]]) -> frozenset[str]:
    """Return what all members with a property require, and none of the others has."""
    having = [each for each in members if name in each]
    always = [{each.name for each in one.values() if each.required} for one in having]
    others = (each for each in members if name not in each)
    return frozenset(set.intersection(*always).difference(*others) - {name})


def members(document: Document, schema: Json) -> Iterator[Json]:
    """Yield the schemas that a value may fit, references and unions followed."""
    node = document.resolve(schema)
    inner = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    if not inner:
        yield node
    for each in inner:
        yield from members(document, each)


def types(document: Document, schema: Json) -> set[str]:
    """Return the JSON types that a value may have."""
    found: set[str] = set()
    for each in members(document, schema):
        said = each.get("type", ())
        found.update([said] if isinstance(said, str) else said)
    return found


def is_spread(document: Document, parameter: Json) -> bool:
    """Say whether the fields of an object stand in the query one by one, without its name."""
    return bool(parameter.get("explode")) and "object" in types(
        document, parameter.get("schema", {})
    )


def facet(document: Document, schema: Json, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return what the first member that has the keyword says: `format`, `enum`, `minimum`, ..."""
    return next((each[name] for each in members(document, schema) if name in each), None)


def bounds_of(document: Document, schema: Json) -> tuple[float | None, float | None]:
    """Return the least and the greatest number that a schema allows, None where it says neither."""
    return facet(document, schema, "minimum"), facet(document, schema, "maximum")


def is_object(node: Json) -> bool:
    """Say whether a schema without references is one of objects."""
    return node.get("type") == "object" or "properties" in node


def is_nullable(document: Document, schema: Json) -> bool:
    """Say whether null fits."""
    return "null" in types(document, schema)


def body_schema(operation: Operation) -> tuple[str, Json | None]:
    """Return the media type and schema of the request body, JSON before forms.

    Empty without one.
    """
    for media_type in (JSON, FORM):
        schema = operation.body_schema(media_type)
        if schema is not None:
            return media_type, schema
    return "", None


def wrapper_of(operation: Operation) -> str:
    """Return the property of a request body that holds the object's own fields, empty for none."""
    return str(operation.item.get("x-mistral-resource", {}).get("within", ""))


def body_properties(document: Document, operation: Operation) -> dict[str, Property]:
    """Return the properties of the request body, with those of the object within it beside them."""
    _, schema = body_schema(operation)
    found = {} if schema is None else properties(document, schema)
    inner = found.pop(wrapper_of(operation), None)
    return {**properties(document, inner.schema), **found} if inner else found


def wrapped(document: Document, operation: Operation, body: Json) -> Json:
    """Return a flat body as a request carries it: fields of the object within it in their place."""
    name = wrapper_of(operation)
    _, schema = body_schema(operation)
    if not name or schema is None:
        return body
    beside = properties(document, schema)
    inner = {key: value for key, value in body.items() if key not in beside}
    outer = {key: value for key, value in body.items() if key in beside}
    return {**outer, name: {**outer.get(name, {}), **inner}}


def answer_schema(operation: Operation, document: Document) -> tuple[Json | None, str]:
    """Return the schema of the first JSON answer of success, and where it is; None without one."""
    for status, answer in operation.item.get("responses", {}).items():
        content = document.resolve(answer).get("content", {})
        if status.startswith("2") and "schema" in content.get(JSON, {}):
            at = f"{operation.pointer}/responses/{status}/content/application~1json/schema"
            return content[JSON]["schema"], at
    return None, ""


def at_path(document: Document, schema: Json, path: str) -> Json:
    """Return the schema at a dotted path of property names, an empty one where there is none."""
    node: Json = schema
    for name in path.split(".") if path else ():
        found = properties(document, node).get(name)
        if found is None:
            return {}
        node = found.schema
    return node


def items_of(document: Document, schema: Json) -> Json:
    """Return the schema of an array's items, an empty one for what is no array."""
    found: Json = facet(document, schema, "items") or {}
    return found


def resolved(document: Document, schema: Json, pointer: str) -> tuple[Json, str]:
    """Return the node that references lead to; properties beside a reference are not used here."""
    while "$ref" in schema:
        pointer = schema["$ref"].removeprefix("#")
        schema = document.resolve({"$ref": schema["$ref"]})
    return schema, pointer


def deep_properties(
    document: Document, schema: Json, pointer: str, seen: set[int]
) -> Iterator[Property]:
    """Yield the properties of a schema and of all that it leads to, each once.

    `seen` holds the nodes that were met, and grows.
    """
    node, pointer = resolved(document, schema, pointer)
    if id(node) in seen:
        return
    seen.add(id(node))
    for name, each in node.get("properties", {}).items():
        at = f"{pointer}/properties/{name}"
        yield Property(name, each, required=False, pointer=at)
        yield from deep_properties(document, each, at, seen)
    for word in ("items", "additionalProperties", "contentSchema"):
        if isinstance(node.get(word), dict):
            yield from deep_properties(document, node[word], f"{pointer}/{word}", seen)
    for word in ("allOf", "oneOf", "anyOf", "prefixItems"):
        for number, each in enumerate(node.get(word, ())):
            yield from deep_properties(document, each, f"{pointer}/{word}/{number}", seen)
