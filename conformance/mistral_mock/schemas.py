"""A schema of the document: what it accepts, and how text (of a query or a form) is read for it."""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from attrs import frozen

import mistral_openapi
from mistral_mock import json_text
from mistral_mock.excerpts import find_excerpt
from mistral_mock.problems import Explainer, Place
from mistral_mock.unions import find_tags, read_union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mistral_mock.errors import Problem
    from mistral_mock.unions import Union

INTEGER = re.compile(r"[+-]?[0-9]{1,308}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
FALSE = frozenset({"false", "0", "no", "off", "f", "n"})
SCHEMAS = "#/components/schemas/"
UNSENT = "~?~unset~?~sentinel~?~"


@frozen(slots=False)
class Schema:
    """One schema; it is compiled when the first value is checked."""

    raw: Mapping[str, Any]

    @cached_property
    def default(self) -> Any:  # noqa: ANN401 - JSON of any kind
        """The value that stands for an absent one; None when the document gives none."""
        return self._resolved.get("default")

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that a value may have, by what the schema and its unions say."""
        return frozenset(_types(self._resolved))

    @cached_property
    def properties(self) -> Mapping[str, Schema]:
        """The schemas of an object's properties."""
        return {name: Schema(raw) for name, raw in self._resolved.get("properties", {}).items()}

    @cached_property
    def item(self) -> Schema:
        """The schema of the items of a list."""
        return Schema(self._array.get("items", {}))

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the properties that an object must have."""
        return frozenset(self._resolved.get("required", ()))

    @cached_property
    def limits(self) -> tuple[float | None, float | None]:
        """The least and the greatest number, None where there is none."""
        said = [one for one in _members(self._resolved) if {"minimum", "maximum"} & one.keys()]
        found = said[0] if said else {}
        return found.get("minimum"), found.get("maximum")

    @cached_property
    def is_uuid(self) -> bool:
        """Text that is a UUID."""
        return self._resolved.get("format") == "uuid"

    @cached_property
    def is_file(self) -> bool:
        """A form field that carries a file, or may do without one."""
        return any(one.get("format") == "binary" for one in _members(self._resolved))

    def read(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the value that query or form text means; text that means nothing stays text."""
        if "array" in self.types:
            parts = (part for text in texts for part in self._split(text))
            return [self.item.read([part]) for part in parts]
        return self._read_one(texts[-1])

    def _split(self, text: str) -> list[str]:
        """Return the items that a text holds: more than one where commas can be in none of them.

        A documentation page sends the words that a transcription is to expect as one text (2026).
        """
        pattern = self.item.raw.get("pattern", "")
        apart = pattern.startswith("^") and not re.search(pattern, ",")
        return text.split(",") if apart else [text]

    def problems(self, value: object, loc: tuple[str | int, ...]) -> list[Problem]:
        """Return what is wrong with a value.

        Empty when nothing is. Of a large one it tells the first.
        """
        validator = self._validator
        if validator.is_valid(value):
            return []
        excerpt = find_excerpt(value, validator.is_valid, self._names)
        explainer, place = Explainer(self._whole, excerpt), Place(loc)
        return [
            problem
            for error in validator.iter_errors(excerpt.value)
            for problem in explainer.explain(error, place)
        ]

    def fill(self, value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return a value that holds what the schema says, with the union tags that it left out."""
        if not isinstance(value, dict | list) or not self._leaves_out_tags:
            return value
        if self._union is not None:
            return self._fill_member(self._union, value)
        if isinstance(value, list):
            return [self.item.fill(one) for one in value] if "array" in self.types else value
        return {
            name: self.properties[name].fill(one) if name in self.properties else one
            for name, one in value.items()
        }

    @cached_property
    def _resolved(self) -> dict[str, Any]:
        found = mistral_openapi.resolve(dict(self.raw))
        if list(found.get("allOf", ())) and len(found["allOf"]) == 1:
            return {**mistral_openapi.resolve(found["allOf"][0]), **found}
        return found

    @cached_property
    def _array(self) -> dict[str, Any]:
        return next(one for one in _members(self._resolved) if one.get("type") == "array")

    @cached_property
    def _whole(self) -> dict[str, Any]:
        """The schema with all that it refers to."""
        return {**self.raw, "components": {"schemas": find_reached(self.raw)}}

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(self._whole, validate_formats=True)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The properties that the schema knows."""
        return frozenset(_properties(self._whole))

    @cached_property
    def _union(self) -> Union | None:
        return read_union(self._resolved)

    @cached_property
    def _options(self) -> tuple[Schema, ...]:
        """The members of the union that the schema is."""
        return () if self._union is None else tuple(map(Schema, self._union.members))

    @cached_property
    def _leaves_out_tags(self) -> bool:
        """Somewhere in a value there may be a union whose tag can be absent."""
        return any(map(_lets_tag_out, _parts(self._whole)))

    def _fill_member(self, union: Union, value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the value of a union, filled as its member says."""
        tag = union.tag
        if tag is None or not isinstance(value, dict):
            member = self._find_member(value)
            return value if member is None else member.fill(value)
        if tag in value:
            return self._options[union.tags[value[tag]]].fill(value)
        member = self._find_member(value)
        return (
            value if member is None else {tag: find_tags(member.raw, tag)[0], **member.fill(value)}
        )

    def _find_member(self, value: dict[str, Any] | list[Any]) -> Schema | None:
        """Return the first member of the union that accepts the value."""
        type_ = "array" if isinstance(value, list) else "object"
        alike = [one for one in self._options if type_ in one.types or not one.types]
        if len(alike) == 1:
            return alike[0]
        return next((one for one in alike if not one.problems(value, ())), None)

    def _read_one(self, text: str) -> object:
        if "null" in self.types and text in {"", "null"} and "string" not in self.types:
            return None
        if "integer" in self.types and INTEGER.fullmatch(text):
            return int(text)
        if "number" in self.types and NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
        if "boolean" in self.types and text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        if "object" in self.types and "string" not in self.types:
            return _read_json(text)
        return text


def find_reached(schema: object) -> dict[str, Any]:
    """Return the schemas of the document that a schema refers to, directly or not, by name.

    A compiled schema keeps all that it is compiled with: with the whole document it takes 6 MB.
    """
    found: dict[str, Any] = {}
    schemas, coming = mistral_openapi.load()["components"]["schemas"], [*_names(schema)]
    while coming:
        name = coming.pop()
        if name not in found:
            found[name] = schemas[name]
            coming += _names(schemas[name])
    return found


def _names(schema: object) -> Iterator[str]:
    """Yield the names of the document's schemas that a part of it refers to."""
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(SCHEMAS)
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _lets_tag_out(part: Mapping[str, Any]) -> bool:
    """Say whether the part is a union with a tag that a value may leave out."""
    union = read_union(part)
    if union is None or union.tag is None:
        return False
    return not all(union.needs_tag(place) for place in range(len(union.members)))


def _parts(schema: object) -> Iterator[Mapping[str, Any]]:
    """Yield a schema's parts, itself included, without looking behind references."""
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _parts(part)


def _properties(schema: object) -> Iterator[str]:
    """Yield the names of all properties that a schema describes, however deep."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _properties(part)


def _read_json(text: str) -> object:
    """Return the value of an object that is written as JSON text.

    What the official SDK writes for a parameter that it was not given stands for none.
    """
    try:
        value = json_text.read(text.encode())
    except ValueError:
        return text
    return None if value == UNSENT else value


def _members(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schema itself and, however deep, the members of its unions."""
    resolved = mistral_openapi.resolve(schema)
    yield resolved
    for union in ("anyOf", "oneOf", "allOf"):
        for member in resolved.get(union, ()):
            yield from _members(member)


def _types(schema: dict[str, Any]) -> Iterator[str]:
    for member in _members(schema):
        type_ = member.get("type", [])
        yield from [type_] if isinstance(type_, str) else type_
