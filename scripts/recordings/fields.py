"""The fields of a value that the document knows, as paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
CHOSEN = frozenset({"tool_calls"})
"""Whether these are there is a model's choice, not a matter of the form."""


def lacking(recorded: list[Any], answered: list[Any], schema: Json) -> list[str]:
    """Return the fields of some values that no other value has, although it has their owners."""
    wanted = {place for value in recorded for place in _places(value, [schema], "")}
    found = {place for value in answered for place in _places(value, [schema], "")}
    objects = {owner for owner, _ in found}
    lost = {place for place in wanted - found if place[0] in objects and place[1] not in CHOSEN}
    return sorted(f"{owner}.{name}".removeprefix(".") for owner, name in lost)


def _places(value: object, schemas: list[Json], path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of the object and the name of each field, with the tags of union members."""
    members = [member for schema in schemas for member in _members(schema)]
    if isinstance(value, list):
        items = [member["items"] for member in members if "items" in member]
        for item in value:
            yield from _places(item, items, f"{path}[]")
    elif isinstance(value, dict):
        path += _tag(value, schemas)
        for name, inner in value.items():
            parts = [m["properties"][name] for m in members if name in m.get("properties", {})]
            if parts:
                yield path, name
                yield from _places(inner, parts, f"{path}.{name}")


def _members(schema: Json) -> Iterator[Json]:
    """Yield the schema itself and, however deep, the members of its unions."""
    schema = mistral_openapi.resolve(schema)
    yield schema
    for union in ("anyOf", "oneOf", "allOf"):
        for member in schema.get(union, ()):
            yield from _members(member)


def _tag(value: Json, schemas: list[Json]) -> str:
    """Return the tag of a union's member, so that different members are not mixed up."""
    for schema in schemas:
        for member in _members(schema):
            stated = member.get("discriminator")
            if stated:
                return f"<{value.get(stated['propertyName'])}>"
    return ""
