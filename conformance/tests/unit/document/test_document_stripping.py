from __future__ import annotations

import pytest
from document.problems import DocumentProblem
from document.stripping import keep_operation, keep_schema


def test_words_are_dropped_and_facts_are_kept() -> None:
    schema = {
        "title": "Size of It",
        "description": "How large it is.",
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "default": 3,
        "deprecated": True,
        "example": 4,
        "examples": [5],
    }
    assert keep_schema(schema, "Size") == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "default": 3,
        "deprecated": True,
    }


@pytest.mark.parametrize("name", ["description", "title", "summary", "example", "examples", "xml"])
def test_a_property_that_is_named_like_words_survives(name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string", "description": "Words."}}}
    assert keep_schema(schema, "S") == {"type": "object", "properties": {name: {"type": "string"}}}


def test_a_default_is_a_value_even_where_it_looks_like_words() -> None:
    schema = {"type": "object", "default": {"description": "kept", "title": "kept"}}
    assert keep_schema(schema, "S") == schema


def test_words_inside_unions_items_and_maps_are_dropped() -> None:
    inner = {"type": "string", "title": "T"}
    schema = {
        "anyOf": [inner],
        "items": inner,
        "additionalProperties": inner,
        "$defs": {"D": inner},
    }
    bare = {"type": "string"}
    assert keep_schema(schema, "S") == {
        "anyOf": [bare],
        "items": bare,
        "additionalProperties": bare,
        "$defs": {"D": bare},
    }


def test_discriminators_constants_and_enums_are_kept() -> None:
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/A"}],
        "discriminator": {"propertyName": "type", "mapping": {"a": "#/components/schemas/A"}},
        "const": "a",
        "enum": ["a", None],
    }
    assert keep_schema(schema, "S") == schema


def test_a_bound_that_is_whole_is_written_as_an_integer() -> None:
    assert (
        repr(keep_schema({"minimum": 2.0, "maximum": 2.5}, "S")) == "{'minimum': 2, 'maximum': 2.5}"
    )


def test_what_json_schema_knows_is_kept() -> None:
    inner = {"type": "integer", "title": "A size", "minimum": 2.0}
    schema = {
        "unevaluatedItems": inner,
        "unevaluatedProperties": False,
        "contentSchema": inner,
        "dependentSchemas": {"a": inner},
        "dependentRequired": {"a": ["b"]},
        "patternProperties": {"^x-": inner},
        "propertyNames": inner,
        "contains": inner,
        "minContains": 1,
    }
    bare = {"type": "integer", "minimum": 2}
    assert keep_schema(schema, "S") == schema | {
        "unevaluatedItems": bare,
        "contentSchema": bare,
        "dependentSchemas": {"a": bare},
        "patternProperties": {"^x-": bare},
        "propertyNames": bare,
        "contains": bare,
    }


def test_a_schema_may_be_true_or_false() -> None:
    assert keep_schema({"additionalProperties": False}, "S") == {"additionalProperties": False}


def test_a_schema_that_is_only_true_or_false_is_written_as_an_object() -> None:
    schema = {"properties": {"any": True, "none": False}, "anyOf": [True]}
    assert keep_schema(schema, "S") == {
        "properties": {"any": {}, "none": {"not": {}}},
        "anyOf": [{}],
    }


def test_an_unknown_keyword_stops_the_import_because_it_may_be_a_fact() -> None:
    with pytest.raises(DocumentProblem, match=r"Size.*'weight'.*stripping\.py"):
        keep_schema({"type": "integer", "weight": 3}, "Size")


def test_extensions_that_carry_no_fact_are_dropped() -> None:
    schema = {"x-speakeasy-unknown-values": "allow", "x-colour": "red"}
    assert keep_schema(schema, "S") == {"x-speakeasy-unknown-values": "allow"}


def test_the_upstream_id_of_an_operation_is_kept_apart_from_ours() -> None:
    operation = {"operationId": "get_it_v1", "summary": "Get it", "responses": {"204": {}}}
    assert keep_operation(operation, "GET /it") == {
        "x-mistral-upstream-id": "get_it_v1",
        "responses": {"204": {}},
    }
