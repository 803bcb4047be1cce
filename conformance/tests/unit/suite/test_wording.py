"""Faults of answers are told in words that name the field, what it is and what is due."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from mistral_conformance.model.wording import explain

ROLES = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"role": {"const": "user"}, "content": {"type": "string"}},
            "required": ["role", "content"],
        },
        {
            "type": "object",
            "properties": {"role": {"const": "tool"}, "cost": {"type": "integer"}},
            "required": ["role"],
        },
    ]
}
NAME = {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]}

FAULTS: list[tuple[dict[str, Any], Any, str]] = [
    ({"properties": {"created": {"type": "integer"}}}, {"created": "x"},
     "`created` is a text, a whole number is due"),
    ({"properties": {"ok": {"type": ["boolean", "null"]}}}, {"ok": 1.5},
     "`ok` is a number, null or a truth value is due"),
    ({"required": ["id"]}, {}, "`id` is missing"),
    ({"properties": {"a": {"required": ["id"]}}}, {"a": {}}, "`a.id` is missing"),
    ({"properties": {"data": {"items": {"type": "object"}}}}, {"data": [{}, 3]},
     "`data.1` is a whole number, an object is due"),
    ({"type": "array"}, {}, "the answer is an object, a list is due"),
    ({"properties": {"s": {"enum": ["a", "b"]}}}, {"s": "c"}, '`s` is "c", "a" or "b" is due'),
    ({"properties": {"s": {"const": "list"}}}, {"s": None}, '`s` is null, "list" is due'),
    ({"properties": {"i": {"type": "string", "format": "uuid"}}}, {"i": "z"},
     '`i` is "z", a UUID is due'),
    ({"properties": {"n": {"minimum": 0}}}, {"n": -1}, "`n` is -1, at least 0 is due"),
    ({"properties": {"l": {"maxItems": 1}}}, {"l": [1, 2]}, "`l` has 2, at most 1 item is due"),
    ({"properties": {"l": {"minItems": 2}}}, {"l": [1]}, "`l` has 1, at least 2 items are due"),
    ({"properties": {"s": {"minLength": 1}}}, {"s": ""},
     '`s` is "", a text of at least 1 character is due'),
    ({"properties": {"p": {"pattern": "^a"}}}, {"p": "b"},
     '`p` is "b", a text of the pattern ^a is due'),
    (ROLES, {"role": "tool", "cost": "x"}, "`cost` is a text, a whole number is due"),
    (ROLES, {"role": "user"}, "`content` is missing"),
    (ROLES, {"role": "judge"}, '`role` is "judge", "user" or "tool" is due'),
    (ROLES, [], "the answer is a list, an object is due"),
    ({"properties": {"name": NAME}}, {"name": 3},
     "`name` is a whole number, a text or null is due"),
    ({"properties": {"name": NAME}}, {"name": "x"},
     '`name` is "x", a text of at least 2 characters is due'),
    ({"properties": {"m": {"items": ROLES}}}, {"m": [{"role": "user", "content": 1}]},
     "`m.0.content` is a whole number, a text is due"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "words"), FAULTS)
def test_a_fault_is_told_in_words(schema: dict[str, Any], value: Any, words: str) -> None:
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert explain(validator.iter_errors(value)) == words


def test_nothing_is_said_of_what_is_right() -> None:
    assert explain(jsonschema_rs.Draft202012Validator(ROLES).iter_errors({"role": "tool"})) == ""


def test_a_long_value_is_cut() -> None:
    schema = {"properties": {"s": {"const": "a"}}}
    words = explain(jsonschema_rs.Draft202012Validator(schema).iter_errors({"s": "x" * 9000}))
    assert len(words) < 200
    assert words.endswith('"a" is due')
