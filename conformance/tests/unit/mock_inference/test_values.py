from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.unit.mock_inference.schemas_made import schemas

from mistral_mock.completion.dice import Dice
from mistral_mock.completion.values import InvalidSchemaError, UnsatisfiableError, make_value
from mistral_mock.completion.vocabulary import Vocabulary, read_vocabulary

NODE = {"properties": {"next": {"$ref": "#"}}, "required": ["next"], "type": "object"}


def make(schema: dict[str, Any], seed: bytes = b"seed", said: str = "") -> Any:
    return make_value(schema, Dice(seed), read_vocabulary(said))


def is_valid(schema: dict[str, Any], value: Any) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker).is_valid(value)


@given(schema=schemas(), seed=st.binary(min_size=1, max_size=8), said=st.text(max_size=30))
def test_value_is_valid_for_its_schema(schema: dict[str, Any], seed: bytes, said: str) -> None:
    value = make(schema, seed, said)
    assert is_valid(schema, value), value


@given(schema=schemas(), seed=st.binary(min_size=1, max_size=8))
def test_same_seed_gives_the_same_value(schema: dict[str, Any], seed: bytes) -> None:
    assert make(schema, seed) == make(schema, seed)


TEXT = {"type": "string"}
POINT = {"type": "object", "properties": {"x": TEXT}, "required": ["x"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [POINT, {"properties": {"y": {"type": "integer"}}, "required": ["y"]}]},
        {"allOf": [{"minimum": 3, "type": "number"}, {"maximum": 4, "type": ["integer", "null"]}]},
        {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]},
        {"oneOf": [{"type": "integer", "minimum": 5}, {"type": "integer", "multipleOf": 3}]},
        {"type": "integer", "not": {"minimum": 50}},
        {"type": "object", "patternProperties": {"^n_": {"type": "integer"}}, "minProperties": 2},
        {"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 3},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {"a": NODE | {"$ref": "#"}},
        },
        {"type": "array", "uniqueItems": True, "items": {"enum": [1, 2, 3]}, "minItems": 3},
        {"type": "array", "contains": {"const": 7}, "items": {"type": "integer"}, "minContains": 2},
        {
            "type": "array",
            "prefixItems": [TEXT, {"type": "integer"}],
            "items": False,
            "minItems": 2,
        },
        {"type": "array", "minItems": 2.0, "maxItems": 2.0, "items": {"type": "null"}},
        {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": 1}}},
        {"$ref": "#/$defs/list/anyOf/1", "$defs": {"list": {"anyOf": [TEXT, {"type": "null"}]}}},
        {"type": "string", "minLength": 500},
        {"type": "string", "pattern": "^a*$", "minLength": 40, "maxLength": 60},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
        {"type": "number", "minimum": 1e300},
        {"type": "number", "multipleOf": 0.125, "minimum": 0.2, "maximum": 0.3},
        {
            "if": {"properties": {"k": {"const": 1}}, "required": ["k"]},
            "then": {"required": ["x"]},
            "properties": {"k": {"enum": [1, 2]}, "x": TEXT},
            "required": ["k"],
            "type": "object",
        },
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "dependentRequired": {"a": ["b"]}},
        {"anyOf": [False, {"type": "integer"}]},
        {"items": [TEXT], "$schema": "http://json-schema.org/draft-07/schema#", "minItems": 1},
        {},
    ],
)
@pytest.mark.parametrize("seed", [b"1", b"2", b"3", b"4", b"5"])
def test_less_usual_schemas_get_a_value(schema: dict[str, Any], seed: bytes) -> None:
    value = make(schema, seed)
    assert "$schema" in schema or is_valid(schema, value), value


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"enum": ["a"], "type": "integer"},
        {"type": "string", "minLength": 3, "maxLength": 2},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"type": "array", "uniqueItems": True, "items": {"const": 1}, "minItems": 2},
        {"type": "array", "minItems": 100_000_000},
        {"type": "object", "minProperties": 2, "maxProperties": 1},
        {"not": {}},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        NODE,
        {"$ref": "#"},
        {"type": "string", "pattern": "(?=a)b"},
    ],
)
def test_schema_without_a_value_is_told(schema: dict[str, Any]) -> None:
    with pytest.raises(UnsatisfiableError):
        make(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nothing"},
        {"properties": []},
        {"$ref": "#/$defs/absent"},
        {"$ref": "https://example.com/schema.json"},
        {"type": "string", "pattern": "("},
        {"minimum": "1"},
        {"type": "string", "pattern": "((a{9999}){9999}){9999}"},
    ],
)
def test_what_is_no_schema_is_told(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchemaError):
        make(schema)


def test_wide_schema_that_refers_to_itself_everywhere_costs_little() -> None:
    properties = {f"p{number}": {"$ref": "#"} for number in range(30)}
    assert make({"type": "object", "properties": properties})


def test_multiples_of_a_tenth_are_exact_in_decimals() -> None:
    assert make({"type": "number", "multipleOf": 0.1, "minimum": 0.25, "maximum": 0.35}) == 0.3


def test_text_property_takes_a_name_that_the_user_said() -> None:
    schema = {"type": "object", "properties": {"city": TEXT}, "required": ["city"]}
    assert make(schema, said="How is the weather in Paris today?") == {"city": "Paris"}


def test_names_are_taken_in_their_order_and_again_when_all_were() -> None:
    schema = {
        "type": "object",
        "properties": {"city": TEXT, "country": TEXT, "region": TEXT, "planet": TEXT},
        "required": ["city", "country", "region", "planet"],
    }
    found = make(schema, said="Return JSON. The windy city is Chicago in Illinois, in America.")
    assert list(found.values()) == ["Chicago", "Illinois", "America", "Chicago"]


@pytest.mark.parametrize("seed", [b"a", b"b", b"c", b"d"])
def test_form_of_an_answer_is_none_of_its_words(seed: bytes) -> None:
    assert make(TEXT, seed, said="JSON cats JSON") == "cats"


def test_id_property_takes_a_code_that_the_user_said() -> None:
    schema = {"type": "object", "properties": {"order_id": TEXT}, "required": ["order_id"]}
    assert make(schema, said="Where is A-1001 for Marie?") == {"order_id": "A-1001"}


def test_enum_takes_the_value_that_the_user_said() -> None:
    schema = {"enum": ["celsius", "fahrenheit", "kelvin"]}
    assert make(schema, said="In Kelvin please") == "kelvin"


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"format": "date"}, "2024-03-14"),
        ({"format": "email"}, "marie@example.org"),
        ({"format": "uri"}, "https://example.org/a/b?c=1"),
        ({"format": "uuid"}, "b555d848-89a7-4d05-b0a4-0d0e8e1b2c3d"),
        ({"format": "ipv4"}, "192.0.2.7"),
        ({"pattern": "^[A-Z]{3}$"}, "EUR"),
        ({"pattern": "^[a-z]+$", "minLength": 6}, "between"),
    ],
)
def test_text_of_a_format_or_pattern_is_what_the_user_said(
    schema: dict[str, str | int], wanted: str
) -> None:
    said = (
        "Pay 5 EUR on 2024-03-14, not 2024-03-15, to <marie@example.org> (see "
        "https://example.org/a/b?c=1) between 192.0.2.7 and b555d848-89a7-4d05-b0a4-0d0e8e1b2c3d."
    )
    assert make({"type": "string", **schema}, said=said) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("start_date", "2024-03-14"),
        ("email", "marie@example.org"),
        ("website", "https://example.org/a"),
        ("city", "Paris"),
    ],
)
def test_text_is_what_its_name_says(name: str, wanted: str) -> None:
    schema = {"type": "object", "properties": {name: TEXT}, "required": [name]}
    said = "Room 23 in Paris from 2024-03-14, see https://example.org/a or ask marie@example.org."
    assert make(schema, said=said) == {name: wanted}


@pytest.mark.parametrize("seed", [b"a", b"b", b"c", b"d", b"e"])
def test_list_of_texts_has_none_twice_unless_it_must(seed: bytes) -> None:
    names = {"type": "array", "items": TEXT}
    assert make(names, seed, said="We met Marie and then Paul.") in (["Marie"], ["Marie", "Paul"])
    assert make({**names, "minItems": 3}, seed, said="We met Marie.")[:3] == ["Marie"] * 3


def test_texts_of_a_format_take_what_the_user_said_in_its_order() -> None:
    dates = {name: {"type": "string", "format": "date"} for name in ("start", "end", "next")}
    schema = {"type": "object", "properties": dates, "required": ["start", "end", "next"]}
    found = make(schema, said="From 2024-03-14 to 2024-03-20")
    assert (found["start"], found["end"]) == ("2024-03-14", "2024-03-20")
    assert found["next"] not in {"2024-03-14", "2024-03-20"}


@pytest.mark.parametrize("marks", ["''", '""', "“”"])
def test_title_is_what_stands_in_quotation_marks_and_no_part_of_it_an_author(marks: str) -> None:
    schema = {
        "type": "object",
        "properties": {"title": TEXT, "author": TEXT},
        "required": ["title", "author"],
    }
    said = f"I recently read {marks[0]}To Kill a Mockingbird{marks[1]} by Harper Lee."
    assert make(schema, said=said) == {"title": "To Kill a Mockingbird", "author": "Harper Lee"}


def test_text_without_any_word_said_has_a_text_all_the_same() -> None:
    assert make_value(TEXT, Dice(b"x"), Vocabulary()) == "example"


KEYWORDS = [
    *("type", "enum", "const", "properties", "required", "items", "prefixItems", "anyOf", "allOf"),
    *("oneOf", "not", "if", "then", "else", "$ref", "$defs", "minimum", "maximum", "multipleOf"),
    *("minLength", "pattern", "format", "minItems", "maxItems", "contains", "minContains"),
    *("uniqueItems", "additionalProperties", "patternProperties", "propertyNames", "x"),
    *("minProperties", "exclusiveMinimum", "maxLength", "dependentRequired", "unevaluatedItems"),
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["object", "array", "string", "integer", "null", "#", "#/$defs/x", "^a", "uuid"]
    ),
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(schema=st.dictionaries(st.sampled_from(KEYWORDS), NESTED, max_size=6))
def test_any_object_gets_a_value_or_is_told_why_not(schema: dict[str, Any]) -> None:
    with suppress(InvalidSchemaError, UnsatisfiableError):
        make(schema)
