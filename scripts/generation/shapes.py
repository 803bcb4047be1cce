"""What a schema means in Python, before any text is written.

A `Shape` is a small closed tree: scalars, literals, references to named classes, lists, maps and
unions. `Shapes` builds it from the derived document; types and reading code are written from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from generation.source import SCHEMA_PREFIX, DocumentError, Json

if TYPE_CHECKING:
    from collections.abc import Iterable

ScalarKind: TypeAlias = Literal[
    "str", "int", "float", "bool", "datetime", "date", "binary", "any", "null"
]
_SCALARS: Final[dict[str, ScalarKind]] = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "null",
}
_FORMATS: Final[dict[str, ScalarKind]] = {
    "date-time": "datetime",
    "date": "date",
    "binary": "binary",
}


@attrs.frozen
class Scalar:
    """A value without parts."""

    kind: ScalarKind


@attrs.frozen
class Choice:
    """One of some literal values; an open one may be any other text too."""

    values: tuple[str | int | bool, ...]
    is_open: bool = False


@attrs.frozen
class Named:
    """A component with a module of its own: a model, an enum or a union."""

    kind: Literal["model", "enum", "union"]
    name: str


@attrs.frozen
class ListOf:
    """A JSON array."""

    item: Shape


@attrs.frozen
class MapOf:
    """A JSON object with free keys."""

    value: Shape


@attrs.frozen
class OneOf:
    """Any of several shapes, at least two, none of them a OneOf."""

    members: tuple[Shape, ...]


Shape: TypeAlias = Scalar | Choice | Named | ListOf | MapOf | OneOf
ANY: Final = Scalar("any")
NULL: Final = Scalar("null")


def one_of(shapes: Iterable[Shape]) -> Shape:
    """Return the union of shapes, flat and without repetition."""
    found: dict[Shape, None] = {}
    for shape in shapes:
        members = shape.members if isinstance(shape, OneOf) else (shape,)
        found.update(dict.fromkeys(members))
    if ANY in found:
        return ANY
    return next(iter(found)) if len(found) == 1 else OneOf(tuple(found))


def is_list(shape: Shape) -> bool:
    """Say whether a value of a shape is a list, or null."""
    members = shape.members if isinstance(shape, OneOf) else (shape,)
    return {type(one) for one in members if one != NULL} == {ListOf}


class Shapes:
    """Reads shapes off the schemas of the derived document."""

    def __init__(self, schemas: Json) -> None:
        self.schemas = schemas

    def of(self, schema: Json) -> Shape:
        """Return the shape of a schema; a named one is not looked into."""
        if "$ref" in schema:
            return self.of_component(schema["$ref"].removeprefix(SCHEMA_PREFIX))
        if schema.get("allOf"):
            return self.of(schema["allOf"][0])
        if "const" in schema or "enum" in schema:
            return self._of_values(schema)
        members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        kinds = schema.get("type")
        if isinstance(kinds, list):
            members = [{**schema, "type": kind} for kind in kinds]
        if members:
            return one_of(self.of(member) for member in members)
        return self._of_type(schema, kinds)

    def of_component(self, name: str) -> Shape:
        """Return the shape of a reference to a component."""
        schema = self.schemas[name]
        if "properties" in schema:
            return Named("model", name)
        if "enum" in schema:
            return Named("enum", name)
        if self.is_union(name):
            return Named("union", name)
        return self.of(schema)

    def is_union(self, name: str) -> bool:
        """Say whether a component is a choice between objects that have names."""
        return bool(self.schemas[name].get("x-mistral-union"))

    @staticmethod
    def _of_values(schema: Json) -> Shape:
        if "const" in schema:
            return Choice((schema["const"],))
        values = tuple(value for value in schema["enum"] if value is not None)
        choice = Choice(values, is_open=bool(schema.get("x-mistral-open")))
        return one_of([choice, NULL]) if None in schema["enum"] else choice

    def _of_type(self, schema: Json, kind: Any) -> Shape:  # noqa: ANN401 - whatever JSON holds
        if kind == "array":
            return ListOf(self.of(schema.get("items", {})))
        if kind == "object":
            values = schema.get("additionalProperties")
            return MapOf(self.of(values) if isinstance(values, dict) else ANY)
        if kind is None:
            return ANY
        if kind not in _SCALARS:
            raise DocumentError(f"unknown type {kind!r} in {schema}")
        if kind == "string" and schema.get("format") in _FORMATS:
            return Scalar(_FORMATS[schema["format"]])
        return Scalar(_SCALARS[kind])


def parts(shape: Shape) -> Iterable[Named]:
    """Yield every named component that a shape mentions."""
    if isinstance(shape, Named):
        yield shape
    elif isinstance(shape, ListOf):
        yield from parts(shape.item)
    elif isinstance(shape, MapOf):
        yield from parts(shape.value)
    elif isinstance(shape, OneOf):
        for member in shape.members:
            yield from parts(member)


def members_of(shape: Shape) -> tuple[Shape, ...]:
    """Return the members of a union, or the shape alone."""
    return shape.members if isinstance(shape, OneOf) else (shape,)


def accepts_text(shape: Shape) -> bool:
    """Say whether any text is a proper value of the shape."""
    return any(
        member == Scalar("str")
        or member == Scalar("binary")
        or isinstance(member, Choice)
        or (isinstance(member, Named) and member.kind == "enum")
        for member in members_of(shape)
    )
