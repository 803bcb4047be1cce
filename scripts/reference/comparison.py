"""Where a reference page and the document differ, one line of facts for each difference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_openapi import resolve
from reference.page import same_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_openapi import Operation
    from reference.page import Row, Section

Schema = dict[str, Any]
BOUNDS = ("minimum", "maximum")


@frozen
class Difference:
    """One difference: where, in which respect, and what both sides say."""

    operation: str
    place: str
    respect: str
    page: str
    document: str

    @property
    def key(self) -> str:
        """What an explanation refers to, such as `chat.complete body.top_p maximum`."""
        return " ".join(part for part in (self.operation, self.place, self.respect) if part)

    def __str__(self) -> str:
        return f"{self.key}: the page says {self.page}, the document {self.document}"


def compare(sections: list[Section], operations: list[Operation]) -> Iterator[Difference]:
    """Yield all differences, in the order of the page."""
    known = {(each.method, _shape(each.path)): each for each in operations}
    for section in sections:
        found = known.get((section.method, _shape(section.path.split("#")[0])))
        if found is None:
            route = f"{section.method} {section.path}"
            yield Difference(route, "", "operation", "it exists", "it does not")
        else:
            yield from _compare_operation(section, found)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _compare_operation(section: Section, operation: Operation) -> Iterator[Difference]:
    described = dict(_described(operation))
    for row in section.rows:
        place = f"{row.place}.{row.name}"
        stated = described.get((row.place, row.name))
        if stated is None:
            yield Difference(operation.id, place, "parameter", "it exists", "it does not")
            continue
        required, schema = stated
        for respect, page, document in _compare_row(row, schema, required=required):
            yield Difference(operation.id, place, respect, page, document)
    for status in section.statuses:
        if status not in operation.object["responses"]:
            yield Difference(operation.id, "", f"answer {status}", "it exists", "it does not")


def _described(operation: Operation) -> Iterator[tuple[tuple[str, str], tuple[bool, Schema]]]:
    """Yield the document's parameters and body fields: whether required, and the schema."""
    for parameter in operation.object.get("parameters", ()):
        stated = resolve(parameter)
        content = stated.get("content", {}).get("application/json", {})
        schema = stated.get("schema") or content.get("schema", {})
        key = (stated["in"], stated["name"])
        yield key, (stated.get("required", False), schema)
    body = resolve(operation.object.get("requestBody", {}))
    for media in body.get("content", {}).values():
        for schema in _members(media["schema"]):
            for name, inner in schema.get("properties", {}).items():
                yield ("body", name), (name in schema.get("required", ()), inner)


def _compare_row(row: Row, schema: Schema, *, required: bool) -> Iterator[tuple[str, str, str]]:
    if row.required != required:
        words = {True: "required", False: "optional"}
        yield "required", words[row.required], words[required]
    members = list(_members(schema))
    types = _types(members)
    if "any" not in row.types and types and row.types != types:
        yield "type", " or ".join(sorted(row.types)), " or ".join(sorted(types))
    formats = {each["format"] for each in members if "format" in each}
    if row.format is not None and row.format not in formats:
        yield "format", row.format, ", ".join(sorted(formats)) or "none"
    default = schema.get("default", resolve(schema).get("default"))
    if row.default is not None and not same_json(row.default, default):
        yield "default", row.default, repr(default)
    yield from _compare_bounds(row, members)
    listed = {repr(value) for each in members for value in _values(each)}
    lost = [each for each in row.values if listed and repr(each.strip('"')) not in listed]
    if lost:
        yield "values", ", ".join(lost), ", ".join(sorted(listed))


def _compare_bounds(row: Row, members: list[Schema]) -> Iterator[tuple[str, str, str]]:
    for index, name in enumerate(BOUNDS):
        stated = {float(each[name]) for each in members if name in each}
        page = row.bounds[index] if row.bounds else None
        if page is None and stated:
            yield name, "none", ", ".join(f"{each:g}" for each in sorted(stated))
        elif page is not None and stated != {page}:
            shown = ", ".join(f"{each:g}" for each in sorted(stated))
            yield name, f"{page:g}", shown or "none"


def _members(schema: Mapping[str, Any]) -> Iterator[Schema]:
    """Yield a schema, or the members of its unions, however deep."""
    resolved: Schema = resolve(dict(schema))
    unions = [each for word in ("anyOf", "oneOf", "allOf") for each in resolved.get(word, ())]
    if not unions:
        yield resolved
    for each in unions:
        yield from _members(each)


def _types(members: list[Schema]) -> frozenset[str]:
    found: set[str] = set()
    for each in members:
        stated = each.get("type", ())
        found |= {stated} if isinstance(stated, str) else set(stated)
        if "properties" in each:
            found.add("object")
    return frozenset(found)


def _values(schema: Schema) -> list[object]:
    constant = [schema["const"]] if "const" in schema else []
    values: list[object] = [*schema.get("enum", ()), *constant]
    return [str(each).lower() if isinstance(each, bool) else each for each in values]
