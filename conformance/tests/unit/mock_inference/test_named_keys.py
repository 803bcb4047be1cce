"""JSON objects whose keys the prompt names, and calls for which somebody has said enough."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.mock_inference.requests_made import ask, message

JSON_OBJECT = {"type": "json_object"}


def make_tool(name: str, description: str, **properties: str) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": {key: {"type": type_} for key, type_ in properties.items()},
        "required": list(properties),
    }
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


STATUS = make_tool("payment_status", "Get the status of a payment.", transaction_id="string")
WEATHER = make_tool("get_weather", "Get the current weather.", location="string")
SUM = make_tool("add", "Add two numbers.", a="integer", b="integer")
SEARCH = make_tool("search_web", "Search the web.", query="string")


def calls(body: dict[str, Any]) -> dict[str, Any]:
    found = message(body)["tool_calls"] or []
    return {one["function"]["name"]: json.loads(one["function"]["arguments"]) for one in found}


@pytest.mark.parametrize(
    ("prompt", "keys"),
    [
        (
            "Best meal? Return the name and the ingredients in short JSON object.",
            "name ingredients",
        ),
        ('Reply as {"city": "...", "population": 0, "tags": ["..."]}', "city population tags"),
        ("Answer in JSON. {category: string, sure: bool}", "category sure"),
        ("Reply in JSON with keys name, age and city.", "name age city"),
        ("A JSON object with the following fields: `title`, `year` (integer).", "title year"),
        ("Tell me something in JSON.", "question answer"),
    ],
)
def test_json_object_has_the_keys_that_the_prompt_names(prompt: str, keys: str) -> None:
    found = json.loads(message(ask(prompt, response_format=JSON_OBJECT))["content"])
    assert list(found) == keys.split()


def test_sketch_decides_about_types() -> None:
    prompt = 'Reply as JSON: {"city": "...", "population": 0, "tags": ["..."], "open": true}'
    found = json.loads(message(ask(prompt, response_format=JSON_OBJECT))["content"])
    assert [type(value) for value in found.values()] == [str, int, list, bool]


def test_keys_may_stand_in_the_system_message() -> None:
    body = ask("Paris is lovely.", response_format=JSON_OBJECT)
    body["messages"].insert(0, {"role": "system", "content": "JSON with the keys city and mood."})
    assert list(json.loads(message(body)["content"])) == ["city", "mood"]


@pytest.mark.parametrize(
    ("tool", "prompt", "arguments"),
    [
        (STATUS, "What is the status of my transaction T1001?", {"transaction_id": "T1001"}),
        (STATUS, "It is T1001.", {"transaction_id": "T1001"}),
        (WEATHER, "How hot is it in Paris?", {"location": "Paris"}),
        (WEATHER, "weather in oslo", {"location": "oslo"}),
        (SUM, "Please add 17 and 25", {"a": 17, "b": 25}),
        (SEARCH, "Search for news about shelves", {"query": "Search for news about shelves"}),
    ],
)
def test_function_is_called_with_what_was_said(
    tool: dict[str, Any], prompt: str, arguments: dict[str, Any]
) -> None:
    assert calls(ask(prompt, tools=[tool])) == {tool["function"]["name"]: arguments}


@pytest.mark.parametrize(
    ("tool", "prompt", "lacking"),
    [
        (STATUS, "What is the status of my payment?", "transaction_id"),
        (WEATHER, "What's the weather?", "location"),
        (SUM, "Can you add numbers?", "a and b"),
    ],
)
def test_answer_asks_for_what_nobody_has_said(
    tool: dict[str, Any], prompt: str, lacking: str
) -> None:
    body = ask(prompt, tools=[tool])
    assert calls(body) == {}
    assert lacking in message(body)["content"]


def test_what_was_said_before_counts() -> None:
    body = ask("My transaction is T1001.")
    body["messages"] += [
        {"role": "assistant", "content": "Fine."},
        {"role": "user", "content": "What is the status of this payment?"},
    ]
    assert calls({**body, "tools": [STATUS]}) == {"payment_status": {"transaction_id": "T1001"}}


def test_greeting_calls_nothing() -> None:
    assert calls(ask("Hello there, how are you?", tools=[WEATHER, STATUS, SUM])) == {}


def test_demanded_call_is_made_whatever_was_said() -> None:
    assert "get_weather" in calls(ask("Hello", tools=[WEATHER], tool_choice="any"))


BOOK = {
    "properties": {"title": {"type": "string"}, "year": {"type": "integer"}},
    "required": ["year"],
}
EXAMPLE = {"properties": {"foo": {"type": "string"}}, "required": ["foo"]}
DESCRIBED = f"As an example {json.dumps(EXAMPLE)}. Answer in JSON that fits {json.dumps(BOOK)}."


def test_schema_in_the_prompt_is_followed_where_an_object_is_asked_for() -> None:
    said = message(ask(DESCRIBED, response_format=JSON_OBJECT))["content"]
    assert isinstance(json.loads(said)["year"], int)
    assert json.loads(said).keys() == {"title", "year"}


def test_schema_in_the_prompt_alone_gives_fenced_json() -> None:
    said = message(ask(DESCRIBED))["content"]
    assert said.startswith("```json\n")
    assert json.loads(said.removeprefix("```json\n").removesuffix("\n```")).keys() == {
        "title",
        "year",
    }


def test_schema_with_the_double_braces_of_a_template_is_one() -> None:
    doubled = json.dumps(BOOK).replace("{", "{{").replace("}", "}}")
    said = message(ask(f"Answer so: {doubled}", response_format=JSON_OBJECT))["content"]
    assert json.loads(said).keys() == {"title", "year"}


@pytest.mark.parametrize(
    "schema", [{"properties": {"a": {"type": 7}}}, {"properties": {"a": False}, "required": ["a"]}]
)
def test_schema_in_the_prompt_that_nothing_fits_is_passed_over(schema: dict[str, Any]) -> None:
    body = ask(f"Answer in JSON: {json.dumps(schema)}", response_format=JSON_OBJECT)
    assert isinstance(json.loads(message(body)["content"]), dict)


def test_hint_in_brackets_tells_the_type_of_a_key() -> None:
    prompt = "Answer in JSON with the keys title (text) and year (integer)."
    said = json.loads(message(ask(prompt, response_format=JSON_OBJECT))["content"])
    assert {name: type(value) for name, value in said.items()} == {"title": str, "year": int}


def test_function_that_is_named_like_a_class_is_filled_though_nobody_says_with_what() -> None:
    book = make_tool("Book", "A book.", title="string", year="integer")
    assert calls(ask("Name one.", tools=[book])).keys() == {"Book"}
