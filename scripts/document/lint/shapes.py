"""Shapes: objects and unions have names, unions have tags, nothing asks for the impossible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from document.lint.finding import Finding, Rule
from document.tree import Tree, follow
from document.walk import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_SERVER_WORDS = re.compile(r"(?:OUT|IN|Out|JSON|[a-z]In)$|_|Item\d|\d+$")
"""What tells how a server is written: `WorkspaceOUT`, `JobIn`, `Type0Item`."""


def schemas_have_good_names(document: Tree) -> Iterator[Finding]:
    """Yield components that are called after the code of a server."""
    for name in document.get("components", {}).get("schemas", {}):
        if _SERVER_WORDS.search(name) or not _NAME.fullmatch(name):
            yield Finding(name, "a person would call it otherwise; see curation/schema_names.yaml")


def objects_have_names(document: Tree) -> Iterator[Finding]:
    """Yield objects with fields and unions of objects that are written in place."""
    named = [id(one) for one in document.get("components", {}).get("schemas", {}).values()]
    parts = {id(part) for schema in _all_of(document) for part in schema}
    for place in schemas(document):
        inside = id(place.node) not in named and id(place.node) not in parts
        is_object = bool(place.node.get("properties"))
        if inside and (is_object or len(_objects(document, place.node)) > 1):
            what = "an object" if is_object else "a union"
            yield Finding(place.where, f"{what} in place; name it in curation/schema_names.yaml")
            yield Finding(place.where, "no description of its own; write a sentence in prose")


def _all_of(document: Tree) -> Iterator[list[Tree]]:
    """Yield the parts of which schemas are put together; they are no schemas by themselves."""
    for place in schemas(document):
        yield place.node.get("allOf", [])


def _objects(document: Tree, node: Tree) -> list[Tree]:
    """Return the members of a union that are objects with fields."""
    members = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    resolved = [follow(document, member["$ref"]) for member in members if "$ref" in member]
    return [one for one in resolved if isinstance(one, dict) and "properties" in one]


def unions_have_tags(document: Tree) -> Iterator[Finding]:
    """Yield every union whose members have a constant each in one field says so."""
    for place in schemas(document):
        members = _objects(document, place.node)
        total = [*place.node.get("anyOf", ()), *place.node.get("oneOf", ())]
        if "discriminator" in place.node or len(members) < 2 or len(members) != len(total):
            continue
        for field in members[0]["properties"]:
            values = [one["properties"].get(field, {}).get("const") for one in members]
            if None not in values and len(set(values)) == len(values):
                yield Finding(place.where, f"{field!r} is its tag; say so in curation/unions.yaml")


def tags_are_mapped(document: Tree) -> Iterator[Finding]:
    """Yield every discriminator names each member of its union, by the constant that it has."""
    for place in schemas(document):
        stated = place.node.get("discriminator")
        if not stated:
            continue
        members = [*place.node.get("anyOf", ()), *place.node.get("oneOf", ())]
        references = {member["$ref"] for member in members if "$ref" in member}
        mapped = set(stated.get("mapping", {}).values())
        for each in sorted(mapped - references):
            name = each.rpartition("/")[2]
            yield Finding(place.where, f"its mapping has {name}, no member; see unions.yaml")
        for each in sorted(references - mapped):
            name = each.rpartition("/")[2]
            yield Finding(place.where, f"its mapping lacks the member {name}; see unions.yaml")
        for value, reference in stated.get("mapping", {}).items():
            if _constant(document, reference, stated["propertyName"]) != value:
                yield Finding(place.where, f"{reference} does not have {value!r} as its tag")


def _constant(document: Tree, reference: str, field: str) -> Any:  # noqa: ANN401 - JSON of any kind
    target = follow(document, reference) or {}
    return target.get("properties", {}).get(field, {}).get("const")


def required_fields_exist(document: Tree) -> Iterator[Finding]:
    """Yield every field that an object requires is one of its own, and is required once."""
    parts = {id(part) for schema in _all_of(document) for part in schema}
    for place in schemas(document):
        required = place.node.get("required", [])
        if len(required) != len(set(required)):
            yield Finding(place.where, "requires a field twice; see curation/required.yaml")
        if "properties" not in place.node or "allOf" in place.node or id(place.node) in parts:
            continue
        for name in required:
            if name not in place.node["properties"]:
                yield Finding(place.where, f"requires {name!r}, which it has not")


def only_known_keywords(document: Tree) -> Iterator[Finding]:
    """Yield schemas that use what OpenAPI 3.1 does not know."""
    for place in schemas(document):
        if "nullable" in place.node:
            yield Finding(place.where, "OpenAPI 3.1 has no nullable; see curation/shapes.yaml")
        if place.node.get("format") == "byte":
            yield Finding(place.where, "OpenAPI 3.1 says contentEncoding: base64 instead of byte")


SHAPES: tuple[Rule, ...] = (
    schemas_have_good_names,
    objects_have_names,
    unions_have_tags,
    tags_are_mapped,
    required_fields_exist,
    only_known_keywords,
)
