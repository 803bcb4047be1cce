"""References: every place of a request or an answer that holds an id, and of which resource.

A path parameter is its resource's; `<resource>_id` and `<resource>_ids` are those of the resource
of that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.model.declarations import REFERENCE, derived, origin_of
from mistral_conformance.model.facts import Place, Reference
from mistral_conformance.model.schemas import Property, body_schema, properties, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.model.facts import Resource

IS_ID = re.compile(r"^(?:.*_)?(?:id|uuid)s?$")
OF_RESOURCE = re.compile(r"^(.+?)_(?:id|uuid)s?$")
OWN = frozenset({"id", "uuid"})
IN_PATH: dict[str, tuple[int, ...]] = {
    "unknown": (404,),
    "deleted": (404, 410),
    "foreign": (404, 403),
    "wrong-kind": (404,),
    "invalid": (422, 400, 404),
}
"""The document declares 404 for every operation with an id in its path, 422 for every one."""
IN_BODY: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("unknown", "deleted", "wrong-kind", "invalid"), (404, 422, 400)),
    "foreign": (404, 422, 400, 403),
}


def read_references(document: Document, resources: dict[str, Resource]) -> list[Reference]:
    """Return the references of all requests, operation by operation."""
    return [
        each
        for operation in document.operations.values()
        for each in _of_operation(document, operation, resources)
    ]


def is_id(name: str) -> bool:
    """Say whether a name is that of an id of something else."""
    return bool(IS_ID.match(name)) and name not in OWN


def resource_named(name: str, resources: dict[str, Resource]) -> str | None:
    """Return the resource that the name of an id tells, None where there is none of that name."""
    match = OF_RESOURCE.match(name)
    if match and match[1] in resources:
        return match[1]
    return name if name == "model" and name in resources else None


def _of_operation(
    document: Document, operation: Operation, resources: dict[str, Resource]
) -> Iterator[Reference]:
    for number, each in enumerate(operation.parameters):
        pointer = f"{operation.pointer}/parameters/{number}"
        place = Place(operation.id, each["in"], each["name"])
        in_path = each["in"] == "path"
        own = _owner(document, operation, each["name"], resources) if in_path else None
        found = _read(place, each, pointer, resources, IN_PATH if in_path else IN_BODY, own=own)
        if found:
            yield found
    _, schema = body_schema(operation)
    for name, taken in properties(document, schema).items() if schema else ():
        place = Place(operation.id, "body", name)
        found = _read(place, taken.schema, taken.pointer, resources, IN_BODY)
        if found:
            yield found
        elif schema:
            yield from _nested(document, place, taken, resources)


def _owner(
    document: Document, operation: Operation, name: str, resources: dict[str, Resource]
) -> str | None:
    """Return the resource that a path parameter is of.

    Of several, the one that has the path before it.
    """
    item = f"{operation.path.partition(f'{{{name}}}')[0]}{{{name}}}"
    named = [each for each in resources.values() if each.parameter == name]
    there = [
        each
        for each in named
        if any(document.operations[one].path.startswith(item) for one in each.operations)
    ]
    return next((each.name for each in (*there, *named)), None)


def _nested(
    document: Document, place: Place, taken: Property, resources: dict[str, Resource]
) -> Iterator[Reference]:
    """Yield the references inside one field of a body, each place once whatever union it is in."""
    seen: set[str] = set()
    for name, each in _deep(document, taken.schema, taken.pointer, place.name, frozenset()):
        inner = Place(place.operation, place.where, name)
        found = _read(inner, each.schema, each.pointer, resources, IN_BODY)
        if found and found.resource and name not in seen:
            seen.add(name)
            yield found


def _deep(
    document: Document, schema: Json, pointer: str, path: str, above: frozenset[int]
) -> Iterator[tuple[str, Property]]:
    """Yield the properties below a schema with their dotted paths, `*` for any item of an array."""
    for node, at in _members(document, schema, pointer):
        if id(node) in above:
            continue
        inside = above | {id(node)}
        for name, each in node.get("properties", {}).items():
            where = f"{at}/properties/{name}"
            yield f"{path}.{name}", Property(name, each, required=False, pointer=where)
            yield from _deep(document, each, where, f"{path}.{name}", inside)
        if isinstance(node.get("items"), dict):
            yield from _deep(document, node["items"], f"{at}/items", f"{path}.*", inside)


def _members(document: Document, schema: Json, pointer: str) -> Iterator[tuple[Json, str]]:
    node, pointer = resolved(document, schema, pointer)
    yield node, pointer
    for word in ("allOf", "oneOf", "anyOf"):
        for number, each in enumerate(node.get(word, ())):
            yield from _members(document, each, f"{pointer}/{word}/{number}")


def _read(
    place: Place,
    node: Json,
    pointer: str,
    resources: dict[str, Resource],
    refusals: dict[str, tuple[int, ...]],
    *,
    own: str | None = None,
) -> Reference | None:
    """Return the reference at a place, None where it holds no id; if nested, the last name counts.

    `own` is the resource whose objects a path has at this place.
    """
    name = place.name.rpartition(".")[2] if place.where == "body" else place.name
    said: Json = node.get(REFERENCE, {})
    told = {cause: tuple(each) for cause, each in said.get("refusals", {}).items()}
    if said:
        origin = origin_of(said, pointer, REFERENCE)
        named = resource_named(name, resources)
        shown = (str(said.get("view", "")), str(said.get("at", "")))
        return Reference(place, said.get("resource", named), {**refusals, **told}, origin, *shown)
    if own:
        return Reference(place, own, refusals, derived(f"{name} in the path"))
    resource = resource_named(name, resources)
    if resource and (is_id(name) or place.where == "body"):
        return Reference(place, resource, refusals, derived(f"the name {name}"))
    return None
