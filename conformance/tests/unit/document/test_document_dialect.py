from __future__ import annotations

import copy
from typing import Any

import pytest
from document.dialect import modernise


def _said(schema: dict[str, Any], version: str = "3.0.3") -> Any:
    document = {"openapi": version, "components": {"schemas": {"Shelf": schema}}}
    return modernise(document)["components"]["schemas"]["Shelf"]


def _or_null(*members: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*members, {"type": "null"}]}


SHELF = {"$ref": "#/components/schemas/Other"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, _or_null({"type": "string"})),
        ({"type": ["string", "null"]}, _or_null({"type": "string"})),
        (
            {"type": ["string", "integer", "null"]},
            _or_null({"type": ["string", "integer"]}),
        ),
        ({"nullable": True, **SHELF}, _or_null(SHELF)),
        ({"nullable": True, "allOf": [SHELF]}, _or_null(SHELF)),
        (
            {"nullable": True, "anyOf": [{"type": "string"}, {"type": "integer"}]},
            _or_null({"type": "string"}, {"type": "integer"}),
        ),
        (
            {"nullable": True, "oneOf": [SHELF], "discriminator": {"propertyName": "kind"}},
            _or_null({"oneOf": [SHELF], "discriminator": {"propertyName": "kind"}}),
        ),
        (
            {"type": "string", "enum": ["oak", "ash", None], "nullable": True},
            _or_null({"type": "string", "enum": ["oak", "ash"]}),
        ),
        (
            {"type": "integer", "nullable": True, "default": 1, "deprecated": True},
            _or_null({"type": "integer"}) | {"default": 1, "deprecated": True},
        ),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "object", "properties": {"nullable": {"type": "string", "nullable": True}}},
            {"type": "object", "properties": {"nullable": _or_null({"type": "string"})}},
        ),
    ],
)
def test_null_is_a_member_of_its_own(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert _said(old) == new


def test_an_exclusive_bound_is_a_number() -> None:
    old = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1}
    assert _said(old | {"exclusiveMaximum": False}) == {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
    }


def test_a_list_of_one_value_is_a_constant_where_there_were_no_constants() -> None:
    kept = {"type": "string", "enum": ["oak"]}
    shelf = {"type": "object", "properties": {"wood": kept, "default": kept}}
    fixed = {"type": "string", "const": "oak"}
    assert _said(copy.deepcopy(shelf))["properties"] == {"wood": fixed, "default": fixed}
    assert _said(copy.deepcopy(shelf), "3.1.0") == shelf


def test_a_list_of_one_value_with_a_name_of_its_own_may_grow() -> None:
    assert _said({"type": "string", "enum": ["oak"]}) == {"type": "string", "enum": ["oak"]}


def test_values_are_left_alone() -> None:
    schema = {"type": "object", "example": {"nullable": True}, "enum": [{"nullable": True}, {}]}
    assert _said(dict(schema)) == schema


def test_the_document_is_one_of_3_1() -> None:
    assert modernise({"openapi": "3.0.0"})["openapi"].startswith("3.1")
