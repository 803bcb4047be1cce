"""Pairs of documents with one known change each, put together from the table of kinds.

The frames are places where a schema can stand; the example of a kind stands in each of them.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import attrs
from changes.kinds import Kind, Side, load_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Tree = dict[str, Any]

SHELF = "/v1/shelves/{shelf_id}"
PART: Tree = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "chair"}}}
COMPONENTS: Tree = {
    "Chair": PART | {"properties": {"kind": {"const": "chair"}, "legs": {"type": "integer"}}},
    "Table": PART | {"properties": {"kind": {"const": "table"}, "area": {"type": "number"}}},
}


@attrs.frozen
class Pair:
    """Two documents, and the change between them."""

    name: str
    old: Tree
    new: Tree
    kind: Kind
    about: str
    """What the pointer of the change has to have in it."""


def document(operation: Tree, components: Tree | None = None) -> Tree:
    """A document with one operation of its own beside one that never changes."""
    plain: Tree = {"operationId": "list_shelves", "responses": {"200": {"description": "d"}}}
    parameter = {"name": "shelf_id", "in": "path", "required": True, "schema": {"type": "string"}}
    own: Tree = {"responses": {"200": {"description": "d"}}} | copy.deepcopy(operation)
    own["parameters"] = [parameter, *own.get("parameters", [])]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shelves", "version": "1"},
        "paths": {"/v1/shelves": {"get": plain}, SHELF: {"get": own}},
        "components": {
            "schemas": COMPONENTS | (components or {}),
            "securitySchemes": {
                "Key": {"type": "http", "scheme": "bearer"},
                "Token": {"type": "oauth2", "flows": {}},
            },
        },
    }


def _placed(schema: Tree, side: Side) -> Tree:
    """The operation that sends or answers the schema."""
    content = {"content": {"application/json": {"schema": schema}}}
    if side is Side.REQUEST:
        return {"requestBody": content}
    return {"responses": {"200": {"description": "d"} | content}}


def in_body(schema: Tree, side: Side) -> Tree:
    """The schema is the body itself."""
    return document(_placed(schema, side))


def in_field(schema: Tree, side: Side) -> Tree:
    """The schema is a field of the body."""
    return document(_placed({"type": "object", "properties": {"part": schema}}, side))


def in_component(schema: Tree, side: Side) -> Tree:
    """The schema is a field of a component."""
    part = {"type": "object", "properties": {"part": schema}}
    return document(_placed({"$ref": "#/components/schemas/Shelf"}, side), {"Shelf": part})


def in_items(schema: Tree, side: Side) -> Tree:
    """The schema is an item of a list in a component."""
    part = {"type": "object", "properties": {"parts": {"type": "array", "items": schema}}}
    return document(_placed({"$ref": "#/components/schemas/Shelf"}, side), {"Shelf": part})


def in_all_of(schema: Tree, side: Side) -> Tree:
    """The schema is a field of what two parts make together."""
    part = {"type": "object", "properties": {"part": schema}}
    other = {"type": "object", "properties": {"colour": {"type": "string"}}}
    return document(_placed({"allOf": [part, other]}, side))


def in_map(schema: Tree, side: Side) -> Tree:
    """The schema is the value of any key."""
    return document(_placed({"type": "object", "additionalProperties": schema}, side))


def in_loop(schema: Tree, side: Side) -> Tree:
    """The schema is a field of a component that holds itself."""
    reference = {"$ref": "#/components/schemas/Shelf"}
    fields = {"part": schema, "inner": {"type": "array", "items": reference}}
    return document(_placed(reference, side), {"Shelf": {"type": "object", "properties": fields}})


FRAMES: tuple[Callable[[Tree, Side], Tree], ...] = (
    in_body,
    in_field,
    in_component,
    in_items,
    in_all_of,
    in_map,
    in_loop,
)


def pairs() -> Iterator[Pair]:
    """Every kind, those of schemas in every frame."""
    for kind in load_kinds().values():
        if not kind.is_schema:
            yield Pair(kind.id, _whole(kind.old), _whole(kind.new), kind, "#/")
            continue
        for frame in FRAMES:
            name = f"{kind.id}, {frame.__name__.replace('_', ' ')}"
            old, new = frame(kind.old, kind.side), frame(kind.new, kind.side)
            yield Pair(name, old, new, kind, "#/")
        if kind.side is Side.REQUEST and not kind.is_of_field:
            old, new = (_as_parameter(each) for each in (kind.old, kind.new))
            yield Pair(f"{kind.id}, in parameter", old, new, kind, "/parameters/")


def _as_parameter(schema: Tree) -> Tree:
    return document({"parameters": [{"name": "part", "in": "query", "schema": schema}]})


def _whole(example: Tree) -> Tree:
    """The example as a document."""
    if "paths" in example:
        return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}} | example
    return document(example)
