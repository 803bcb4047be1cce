"""How text is read for a schema, and how findings are told."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_mock.operations import load_operations
from mistral_mock.schemas import Schema, find_reached
from mistral_mock.unions import name_member

NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "texts", "value"),
    [
        ({"type": "integer"}, ["5"], 5),
        ({"type": "integer"}, ["+5"], 5),
        ({"type": "integer"}, ["1", "2"], 2),
        ({"type": "integer"}, ["5.0"], "5.0"),
        ({"type": "number"}, ["-1.5e3"], -1500.0),
        ({"type": "number"}, [".5"], 0.5),
        ({"type": "number"}, ["inf"], "inf"),
        ({"type": "boolean"}, ["Yes"], True),
        ({"type": "boolean"}, ["0"], False),
        ({"type": "string"}, ["5"], "5"),
        ({"type": "string"}, ["null"], "null"),
        ({"anyOf": [{"type": "integer"}, NULL]}, [""], None),
        ({"anyOf": [{"type": "string"}, NULL]}, [""], ""),
        ({"type": ["integer", "null"]}, ["null"], None),
        ({"type": "array", "items": {"type": "integer"}}, ["1", "2"], [1, 2]),
        ({"anyOf": [{"type": "array", "items": {"type": "string"}}, NULL]}, ["1"], ["1"]),
        ({"allOf": [{"type": "integer"}], "default": 3}, ["4"], 4),
    ],
)
def test_text_is_read_by_type(schema: dict[str, Any], texts: list[str], value: object) -> None:
    found = Schema(schema).read(texts)
    assert (found, type(found)) == (value, type(value))


STRING, OBJECT = {"type": "string"}, {"type": "object", "required": ["a"]}


@pytest.mark.parametrize(
    ("schema", "value", "type_", "loc"),
    [
        (STRING, 1, "string_type", []),
        ({"type": ["integer", "null"]}, "x", "int_type", []),
        ({"type": "array"}, {}, "list_type", []),
        ({"type": "object"}, [], "dict_type", []),
        ({"type": "boolean"}, 1, "bool_type", []),
        ({"type": "number"}, "1", "float_type", []),
        (NULL, 1, "none_required", []),
        ({"minimum": 1}, 0, "greater_than_equal", []),
        ({"exclusiveMaximum": 1}, 1, "less_than", []),
        ({"minLength": 1}, "", "string_too_short", []),
        ({"maxItems": 1}, [1, 2], "too_long", []),
        ({"enum": ["a", "b"]}, "c", "literal_error", []),
        ({"const": "a"}, "c", "literal_error", []),
        ({"format": "uuid"}, "x", "uuid_parsing", []),
        ({"format": "date-time"}, "x", "datetime_parsing", []),
        ({"format": "uri"}, "x", "url_parsing", []),
        ({"format": "duration"}, "x", "time_delta_parsing", []),
        ({"pattern": "a"}, "b", "string_pattern_mismatch", []),
        ({"multipleOf": 2}, 3, "value_error", []),
        ({"type": "integer"}, 1.5, "int_from_float", []),
        ({"type": "object", "properties": {"a": {}}}, 1, "model_attributes_type", []),
        ({"propertyNames": {"pattern": "a"}}, {"b": 1}, "string_pattern_mismatch", ["b", "[key]"]),
        (
            {"properties": {"m": {"anyOf": [{"propertyNames": {"maxLength": 1}}, NULL]}}},
            {"m": {"bc": 1}},
            "string_too_long",
            ["m", "bc", "[key]"],
        ),
        (OBJECT, {}, "missing", ["a"]),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"x": 1},
            "extra_forbidden",
            ["x"],
        ),
        ({"items": STRING}, ["a", 1], "string_type", [1]),
        ({"anyOf": [STRING, NULL]}, 1, "string_type", []),
        ({"anyOf": [NULL, STRING]}, 1, "string_type", []),
        ({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1, "value_error", []),
    ],
)
def test_findings_are_told_in_the_apis_words(
    schema: dict[str, Any], value: object, type_: str, loc: list[str | int]
) -> None:
    (problem,) = Schema(schema).problems(value, ("body",))
    assert (problem.type, problem.loc) == (type_, ("body", *loc))
    assert problem.msg


def test_a_union_without_a_tag_is_told_by_all_its_members() -> None:
    schema = {"anyOf": [STRING, {"type": "array", "items": {**STRING, "maxLength": 2}}, NULL]}
    told = [(each.type, each.loc) for each in Schema(schema).problems(["abc"], ("body",))]
    assert told == [
        ("string_type", ("body", "str")),
        ("string_too_long", ("body", "list[constrained-str]", 0)),
    ]


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (STRING, "str"),
        ({**STRING, "format": "date-time"}, "datetime"),
        ({"type": "integer", "minimum": 0}, "constrained-int"),
        ({"type": "object"}, "dict[str,any]"),
        ({}, "any"),
        ({"const": "a"}, "literal['a']"),
        ({"type": "array", "items": {"anyOf": [STRING, NULL]}}, "list[nullable[str]]"),
        ({"type": "array", "items": {"anyOf": [STRING, {}]}}, "list[union[str,any]]"),
        ({"$ref": "#/components/schemas/TextChunk"}, "TextChunk"),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/ChatMessage"}},
            "list[tagged-union[SystemMessage,UserMessage,AssistantMessage,ToolMessage]]",
        ),
    ],
)
def test_members_of_unions_have_the_names_of_the_api(schema: dict[str, Any], name: str) -> None:
    assert name_member(schema) == name


CHUNKS = {"type": "array", "items": {"$ref": "#/components/schemas/ContentChunk"}}


def test_tags_that_were_left_out_are_filled_in() -> None:
    sent = [{"text": "a"}, {"type": "text", "text": "b"}, {"thinking": [{"text": "c"}]}]
    assert Schema(CHUNKS).fill(sent) == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "c"}]},
    ]
    assert sent[0] == {"text": "a"}


def test_values_whose_unions_leave_nothing_out_stay_the_same_object() -> None:
    value = {"a": [1]}
    assert Schema({"type": "object"}).fill(value) is value


def test_a_right_value_has_no_problems() -> None:
    assert Schema({"$ref": "#/components/schemas/EntityType"}).problems("User", ("body",)) == []


def test_a_schema_is_compiled_with_what_it_refers_to() -> None:
    reached = find_reached({"anyOf": [{"$ref": "#/components/schemas/UpdateAgentRequest"}, NULL]})
    assert {"UpdateAgentRequest", "CompletionArgs"} <= reached.keys()
    assert "OCRRequest" not in reached


def test_all_parameters_together_are_compiled_with_few_schemas() -> None:
    """Compiled schemas keep what they are compiled with as long as the process lives."""
    schemas = [p.schema for found in load_operations() for p in found.query_parameters]
    assert sum(len(find_reached(each.raw)) for each in schemas) < len(schemas)
