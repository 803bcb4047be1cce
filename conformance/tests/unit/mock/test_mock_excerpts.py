"""What is wrong with a large value is found by looking at little of it."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_mock import excerpts, json_text
from mistral_mock.operations import load_operations
from mistral_mock.schemas import Schema

CHAT = next(one for one in load_operations() if one.id == "chat.complete").bodies[
    "application/json"
]
WRONG = {"type": "text", "text": 1}
RIGHT = {"type": "text", "text": "fine"}


def body(parts: list[dict[str, Any]]) -> dict[str, Any]:
    message = {"role": "assistant", "content": [{"type": "thinking", "thinking": parts}]}
    return {"model": "m", "messages": [{"role": "user", "content": "x"}] * 3 + [message]}


@pytest.mark.parametrize("place", [0, 1, 17, 18, 9_999])
def test_the_first_wrong_item_among_many_is_told_in_its_place(place: int) -> None:
    value = {"model": "m", "inputs": [[], ["a"] * place + [1] + ["a"] * 500]}
    schema = Schema({"properties": {"inputs": {"items": {"items": {"type": "string"}}}}})
    (problem,) = schema.problems(value, ("body",))
    assert (problem.loc, problem.input) == (("body", "inputs", 1, place), 1)


def test_several_wrong_items_of_a_large_value_are_told() -> None:
    value = [1] * 5 + ["a"] * 5_000
    problems = Schema({"items": {"type": "string"}}).problems(value, ())
    assert [problem.loc for problem in problems] == [(place,) for place in range(5)]


@pytest.mark.parametrize("wrong", [500, 5_000, 50_000])
def test_however_many_parts_are_wrong_a_validator_explains_few(wrong: int) -> None:
    value = body([WRONG] * wrong)
    found = excerpts.find_excerpt(value, CHAT._validator.is_valid, CHAT._names)
    assert json_text.count(found.value, 10_000) <= 2 * excerpts.FEW


def test_a_part_too_much_is_told_with_the_whole_list() -> None:
    stops = ["x"] * 5_000
    schema = Schema({"type": "array", "maxItems": 4_000, "items": {"type": "string"}})
    (problem,) = schema.problems(stops, ())
    assert (problem.type, problem.input) == ("too_long", stops)


def test_large_values_that_lack_a_field_keep_those_that_they_have() -> None:
    value = body([RIGHT] * 5_000)
    del value["model"]
    assert [problem.loc for problem in CHAT.problems(value, ())] == [("model",)]


@pytest.mark.parametrize(
    ("value", "loc"),
    [
        ({"0": [1], "00": ["a", 2]}, [("0", 0), ("00", 1)]),
        ({"00": "a", "0": ["a", 1]}, [("0", 1), ("00",)]),
        ({"": ["a", {"7": 1}]}, [("", 1)]),
        ({"+0": [], "": {"x": 1}}, [("",)]),
        ({"0" * 5_000 + "7": [1]}, [("0" * 5_000 + "7", 0)]),
        ({"~1": [1], "/": ["a"]}, [("~1", 0)]),
    ],
)
def test_places_below_keys_that_a_validator_does_not_tell_exactly(
    value: object, loc: list[tuple[str | int, ...]]
) -> None:
    lists = Schema({"additionalProperties": {"type": "array", "items": {"type": "string"}}})
    assert sorted(problem.loc for problem in lists.problems(value, ())) == loc


def test_wrong_keys_below_others_are_told_with_their_place() -> None:
    names = {"propertyNames": {"maxLength": 3}}
    (problem,) = Schema({"properties": {"m": names}}).problems({"m": {"long": 1}}, ("body",))
    assert problem.loc == ("body", "m", "long", "[key]")
