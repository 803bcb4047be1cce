"""Unions of the document: which member a value means, and how errors name the members.

The names are those that the API's validation library gives, such as `list[tagged-union[TextChunk,
ImageURLChunk]]` (seen live, March 2026).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEYWORDS = ("oneOf", "anyOf")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")
NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "none"}
FORMATS = {"uuid": "uuid", "date-time": "datetime", "date": "date", "uri": "url"}


@frozen(slots=False)
class Union:
    """A schema that has members; null is none of them."""

    members: tuple[Mapping[str, Any], ...]
    """As they stand in the document, so that a reference still tells its name."""
    places: tuple[int, ...]
    """Where each member stands in the document's list."""
    tag: str | None
    """The property whose value names the member, if there is one."""

    @cached_property
    def tags(self) -> dict[object, int]:
        """The member, by its tag, as its place in `members`; in their order."""
        return {
            value: place
            for place, member in enumerate(self.members)
            for value in find_tags(member, self.tag or "")
        }

    def needs_tag(self, place: int) -> bool:
        """Say whether the member is not meant by a value without the tag."""
        return self.tag in mistral_openapi.resolve(dict(self.members[place])).get("required", ())


def read_union(schema: Mapping[str, Any]) -> Union | None:
    """Return the union that a resolved schema is, or None."""
    members = next((schema[keyword] for keyword in KEYWORDS if keyword in schema), None)
    if members is None:
        return None
    real = [(place, one) for place, one in enumerate(members) if one.get("type") != "null"]
    return Union(
        members=tuple(one for _, one in real),
        places=tuple(place for place, _ in real),
        tag=schema.get("discriminator", {}).get("propertyName"),
    )


def find_tags(member: Mapping[str, Any], tag: str) -> list[object]:
    """Return the values of the tag that mean a member."""
    resolved = mistral_openapi.resolve(dict(member))
    found = mistral_openapi.resolve(resolved.get("properties", {}).get(tag, {}))
    return [found["const"]] if "const" in found else list(found.get("enum", ()))


def name_member(member: Mapping[str, Any]) -> str:
    """Return how an error names a member of a union that has no tag."""
    schema = mistral_openapi.resolve(dict(member))
    union = read_union(schema)
    if union is not None:
        return _name_union(union)
    if "const" in schema or "enum" in schema:
        options = [schema["const"]] if "const" in schema else schema["enum"]
        return f"literal[{','.join(map(repr, options))}]"
    if schema.get("type") == "array":
        return f"list[{name_member(schema.get('items', {}))}]"
    if "properties" in schema:
        return str(member.get("$ref", "dict")).rpartition("/")[2]
    return _name_plain(schema)


def spell_options(options: list[object]) -> str:
    """Return the options as an error lists them: `'a', 'b' or 'c'`."""
    *most, last = map(repr, options)
    return f"{', '.join(most)} or {last}" if most else last


def _name_union(union: Union) -> str:
    names = list(_name_all(union))
    if len(names) == 1:
        return f"nullable[{names[0]}]"
    return f"{'union' if union.tag is None else 'tagged-union'}[{','.join(names)}]"


def _name_all(union: Union) -> Iterator[str]:
    """Yield the members' names; those of a reference are not looked into."""
    for member in union.members:
        name = member.get("$ref", "").rpartition("/")[2]
        yield name or name_member(member)


def _name_plain(schema: Mapping[str, Any]) -> str:
    type_ = schema.get("type")
    if not isinstance(type_, str):
        return "any"
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if type_ == "object":
        return "dict[str,any]"
    name = NAMES[type_]
    return f"constrained-{name}" if any(bound in schema for bound in BOUNDS) else name
