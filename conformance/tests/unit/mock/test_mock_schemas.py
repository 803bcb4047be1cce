"""How text is read for a schema, and how findings are told: Libraries rules E."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_mock.operations import load_operations
from mistral_mock.schemas import Schema, find_reached

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
        ({"pattern": "a"}, "b", "value_error", []),
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
        ({"anyOf": [STRING, {"type": "array", "items": STRING}]}, [1], "string_type", [0]),
        ({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1, "value_error", []),
    ],
)
def test_findings_are_told_in_the_apis_words(
    schema: dict[str, Any], value: object, type_: str, loc: list[str | int]
) -> None:
    (problem,) = Schema(schema).problems(value, ("body",))
    assert (problem.type, problem.loc) == (type_, ("body", *loc))
    assert problem.msg


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
