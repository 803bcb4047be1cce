"""Two ways to write the same: no change is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from changes.comparison import Methods, compare
from changes.kinds import Side
from tests.unit.changes.change_corpus import document, in_component, in_field

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
CHAIR: Schema = {"$ref": "#/components/schemas/Chair"}
TABLE: Schema = {"$ref": "#/components/schemas/Table"}
TOLD: Schema = {"propertyName": "kind"}
SAME: dict[str, tuple[Schema, Schema]] = {
    "words": (TEXT, TEXT | {"description": "New.", "title": "T", "examples": ["a"]}),
    "null as nullable": (TEXT | {"nullable": True}, {"type": ["string", "null"]}),
    "null as a member": ({"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}),
    "null in oneOf": ({"anyOf": [TEXT, {"type": "null"}]}, {"oneOf": [{"type": "null"}, TEXT]}),
    "null in an enum": (
        {"type": ["string", "null"], "enum": ["a", None]},
        {"anyOf": [{"enum": ["a"]}, {"type": "null"}]},
    ),
    "order of an enum": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    "order of a union": ({"oneOf": [CHAIR, TABLE]}, {"oneOf": [TABLE, CHAIR]}),
    "order of types": ({"type": ["string", "integer"]}, {"type": ["integer", "string"]}),
    "types or a union": ({"type": ["string", "integer"]}, {"anyOf": [TEXT, {"type": "integer"}]}),
    "const or enum": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "all of one": (CHAIR, {"allOf": [CHAIR]}),
    "any of one": (CHAIR, {"anyOf": [CHAIR]}),
    "a reference with words": (CHAIR, CHAIR | {"description": "A chair."}),
    "exclusive as a flag": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        {"type": "number", "exclusiveMinimum": 0},
    ),
    "exclusive for integers": (
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "integer", "minimum": 1},
    ),
    "bounds of one value": ({"type": "number", "maximum": 2}, {"type": "number", "maximum": 2.0}),
    "bounds that bind nothing": (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": TEXT, "minItems": 0, "uniqueItems": False},
    ),
    "an open object, said": ({"type": "object"}, {"type": "object", "additionalProperties": True}),
    "any value, said": ({"type": "object"}, {"type": "object", "additionalProperties": {}}),
    "the type of what has fields": (
        {"properties": {"id": TEXT}},
        {"type": "object", "properties": {"id": TEXT}},
    ),
    "a default of null": (
        {"type": ["string", "null"]},
        {"type": ["string", "null"], "default": None},
    ),
    "nothing required": (
        {"type": "object", "properties": {"id": TEXT}},
        {"type": "object", "properties": {"id": TEXT}, "required": []},
    ),
    "order of what is required": (
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a", "b"]},
        {"type": "object", "properties": {"b": TEXT, "a": TEXT}, "required": ["b", "a"]},
    ),
    "text of a format beside any text": (
        TEXT,
        {"anyOf": [{"type": "string", "format": "uuid"}, TEXT]},
    ),
    "integer beside number": ({"type": "number"}, {"type": ["integer", "number"]}),
    "items in a list": (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": [TEXT]},
    ),
    "flags that are off": (TEXT, TEXT | {"deprecated": False, "readOnly": False}),
    "extensions": (TEXT, TEXT | {"x-internal": 7}),
    "parts put together": (
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a"]},
        {
            "allOf": [
                {"type": "object", "properties": {"a": TEXT}, "required": ["a"]},
                {"type": "object", "properties": {"b": TEXT}},
            ]
        },
    ),
    "a union in a union": (
        {"anyOf": [TEXT, {"anyOf": [{"type": "integer"}, {"type": "null"}]}]},
        {"anyOf": [TEXT, {"type": "integer"}, {"type": "null"}]},
    ),
    "a union or null, nullable": (
        {"anyOf": [{"oneOf": [CHAIR, TABLE], "discriminator": TOLD}, {"type": "null"}]},
        {"oneOf": [CHAIR, TABLE], "discriminator": TOLD, "nullable": True},
    ),
    "direction inside or around null": (
        {"anyOf": [TEXT | {"writeOnly": True}, {"type": "null"}]},
        {"type": ["string", "null"], "writeOnly": True},
    ),
    "the default of what has one value": ({"const": "a"}, {"const": "a", "default": "a"}),
    "what stands in place, and a reference": (
        {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"const": "chair"}, "legs": {"type": "integer"}},
        },
        CHAIR,
    ),
}


@pytest.mark.parametrize("frame", [in_field, in_component])
@pytest.mark.parametrize("side", [Side.REQUEST, Side.RESPONSE])
@pytest.mark.parametrize("name", SAME)
def test_another_way_to_write_a_schema_is_no_change(
    name: str, side: Side, frame: Callable[[Schema, Side], Schema], no_methods: Methods
) -> None:
    one, other = (frame(schema, side) for schema in SAME[name])
    assert compare(one, other, no_methods) == []
    assert compare(other, one, no_methods) == []


QUERY: Schema = {"name": "size", "in": "query", "schema": {"type": "array", "items": TEXT}}
OPERATIONS: dict[str, tuple[Schema, Schema]] = {
    "summary": ({}, {"summary": "New.", "description": "New."}),
    "not required, said": ({"parameters": [QUERY]}, {"parameters": [QUERY | {"required": False}]}),
    "the usual style, said": (
        {"parameters": [QUERY]},
        {"parameters": [QUERY | {"style": "form", "explode": True}]},
    ),
    "order of parameters": (
        {"parameters": [QUERY, QUERY | {"name": "page"}]},
        {"parameters": [QUERY | {"name": "page"}, QUERY]},
    ),
    "headers in small letters": (
        {"parameters": [QUERY | {"name": "X-Size", "in": "header"}]},
        {"parameters": [QUERY | {"name": "x-size", "in": "header"}]},
    ),
    "headers that OpenAPI does not read": (
        {},
        {"parameters": [{"name": "Authorization", "in": "header", "schema": TEXT}]},
    ),
    "parameters of a media type": (
        {"requestBody": {"content": {"application/json": {"schema": TEXT}}}},
        {"requestBody": {"content": {"application/json; charset=utf-8": {"schema": TEXT}}}},
    ),
    "order of tags": ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
    "order of authorization": (
        {"security": [{"Key": []}, {"Token": []}]},
        {"security": [{"Token": []}, {"Key": []}]},
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_way_to_write_an_operation_is_no_change(name: str, no_methods: Methods) -> None:
    one, other = (document(each) for each in OPERATIONS[name])
    assert compare(one, other, no_methods) == []


def test_a_parameter_of_the_path_is_one_of_its_operations(no_methods: Methods) -> None:
    old, new = document({}), document({})
    item = new["paths"]["/v1/shelves/{shelf_id}"]
    item["parameters"] = item["get"].pop("parameters")
    assert compare(old, new, no_methods) == []


def test_a_shared_answer_is_one_in_place(no_methods: Methods) -> None:
    old, new = document({}), document({"responses": {"200": {"$ref": "#/components/responses/Ok"}}})
    new["components"]["responses"] = {"Ok": {"description": "d"}}
    assert compare(old, new, no_methods) == []


def test_a_document_that_refers_to_itself_ends(no_methods: Methods) -> None:
    loop: Schema = {"anyOf": [{"$ref": "#/components/schemas/Loop"}, TEXT]}
    one = in_field({"$ref": "#/components/schemas/Loop"}, Side.RESPONSE)
    one["components"]["schemas"]["Loop"] = loop
    assert compare(one, one, no_methods) == []


JSON: Schema = {"application/json": {"schema": CHAIR}}
EVENTS: Schema = {"text/event-stream": {"schema": TABLE}}


def _answering(*paths: tuple[str, Schema]) -> Schema:
    answer = {"description": "d"}
    tree = document({})
    tree["paths"] = {
        path: {"post": {"responses": {"200": answer | {"content": content}}}}
        for path, content in paths
    }
    return tree


def test_a_variant_with_a_fragment_and_one_more_media_type_are_the_same(
    no_methods: Methods,
) -> None:
    apart = _answering(("/v1/chairs", JSON), ("/v1/chairs#stream", EVENTS))
    together = _answering(("/v1/chairs", JSON | EVENTS))
    assert compare(apart, together, no_methods) == []
    assert compare(together, apart, no_methods) == []


def test_a_variant_that_is_gone_takes_its_media_type_with_it(no_methods: Methods) -> None:
    apart = _answering(("/v1/chairs", JSON), ("/v1/chairs#stream", EVENTS))
    [change] = compare(apart, _answering(("/v1/chairs", JSON)), no_methods)
    assert (change.kind.id, change.severity) == ("response-media-type-removed", "breaking")


def test_a_variant_that_gets_a_path_of_its_own_has_moved(no_methods: Methods) -> None:
    old = _answering(("/v1/chairs", JSON), ("/v1/chairs#stream", EVENTS))
    new = _answering(("/v1/chairs", JSON), ("/v1/chairs/stream", EVENTS))
    for tree in (old, new):
        for path, item in tree["paths"].items():
            item["post"]["operationId"] = path.replace("#", "/").replace("/", "_")
    [change] = compare(old, new, no_methods)
    assert change.kind.id == "operation-moved"
    assert [one.kind.id for one in compare(new, old, no_methods)] == ["operation-moved"]


def test_what_operations_that_were_merged_lose_is_told_once(no_methods: Methods) -> None:
    body = {"requestBody": {"content": JSON}}
    old = _answering(("/v1/chairs/old/sit", JSON), ("/v1/chairs/new/sit", JSON))
    for item in old["paths"].values():
        item["post"] |= body
    new = _answering(("/v1/chairs/{age}/sit", JSON))
    kinds = [one.kind.id for one in compare(old, new, no_methods)]
    assert sorted(kinds) == ["body-removed", "operations-merged"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("default", "default-answer-added"), ("409", "error-status-added")],
)
def test_a_status_that_comes_to_many_operations_is_told_once(
    answer: str, kind: str, no_methods: Methods
) -> None:
    paths = [(f"/v1/chairs{number}", JSON) for number in range(12)]
    old, new = _answering(*paths), _answering(*paths)
    for item in new["paths"].values():
        item["post"]["responses"][answer] = {"description": "d"}
    [change] = compare(old, new, no_methods)
    assert (change.kind.id, len(change.operations)) == (kind, 12)
    assert "12 operations" in change.sentence


def test_a_field_inside_a_body_is_told_as_such(no_methods: Methods) -> None:
    field = {"type": "object", "properties": {"size": {"type": "integer"}}}
    old = _answering(("/v1/chairs", {"application/json": {"schema": {"type": "object"}}}))
    new = _answering(("/v1/chairs", {"application/json": {"schema": field}}))
    [change] = compare(old, new, no_methods)
    assert change.sentence.startswith("The field `size` in the answer 200 is new.")


def test_lists_of_a_union_are_told_apart_by_their_items(no_methods: Methods) -> None:
    lists = [{"type": "array", "items": {"type": one}} for one in ("string", "integer")]
    old = _answering(("/v1/chairs", {"application/json": {"schema": {"anyOf": lists}}}))
    new = _answering(("/v1/chairs", {"application/json": {"schema": lists[0]}}))
    [change] = compare(old, new, no_methods)
    assert "array of integer" in change.sentence


def test_the_beginning_of_paths_may_stand_in_the_address_of_the_server(
    no_methods: Methods,
) -> None:
    inside = _answering(("/v1/chairs", JSON)) | {"servers": [{"url": "https://api.example"}]}
    outside = _answering(("/chairs", JSON)) | {"servers": [{"url": "https://api.example/v1"}]}
    assert compare(inside, outside, no_methods) == []
    assert compare(outside, inside, no_methods) == []


def test_another_version_in_the_address_of_the_server_is_one_change(no_methods: Methods) -> None:
    one, other = (
        _answering(("/chairs", JSON)) | {"servers": [{"url": f"https://api.example/{version}"}]}
        for version in ("v1", "v2")
    )
    assert [change.kind.id for change in compare(one, other, no_methods)] == ["servers-replaced"]
