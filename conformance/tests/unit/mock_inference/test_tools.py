from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.unit.mock_inference.requests_made import PAYMENT, TOOLS, WEATHER, answer, ask, message

from mistral_mock.errors import APIError


def names(body: dict[str, Any]) -> list[str]:
    return [call["function"]["name"] for call in message(body)["tool_calls"] or []]


def function(name: str, **parameters: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


BOTH = "Weather in Paris and status of payment T1001?"


def test_function_is_called_when_the_user_speaks_of_it() -> None:
    assert names(ask(tools=TOOLS)) == ["get_weather"]


def test_call_is_the_whole_message() -> None:
    choice = answer(ask(tools=TOOLS))["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == ""


def test_arguments_are_the_text_of_an_object_that_fits_the_parameters() -> None:
    call = message(ask(tools=TOOLS))["tool_calls"][0]
    arguments = json.loads(call["function"]["arguments"])
    assert Draft202012Validator(WEATHER["function"]["parameters"]).is_valid(arguments)
    assert arguments["city"] == "Paris"


def test_call_ids_are_nine_letters_and_digits_each_its_own() -> None:
    ids = [call["id"] for call in message(ask(BOTH, tools=TOOLS))["tool_calls"]]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[a-zA-Z0-9]{9}", id_) for id_ in ids)


def test_calls_are_numbered() -> None:
    assert [call["index"] for call in message(ask(BOTH, tools=TOOLS))["tool_calls"]] == [0, 1]


def test_several_functions_are_called_in_parallel() -> None:
    assert names(ask(BOTH, tools=TOOLS)) == ["get_weather", "retrieve_payment_status"]


def payment(what: str) -> dict[str, Any]:
    made = function(
        f"retrieve_payment_{what}", type="object", properties=ID_, required=["payment_id"]
    )
    made["function"]["description"] = f"Get payment {what} of a transaction"
    return made


ID_ = {"payment_id": {"type": "string"}}
ALIKE = [payment("date"), payment("status")]


def test_function_that_less_is_said_of_is_not_called() -> None:
    body = ask("What is the status of the transaction T1001?", tools=ALIKE)
    assert names(body) == ["retrieve_payment_status"]


def test_all_functions_that_something_of_their_own_is_said_of_are_called() -> None:
    body = ask("What are status and date of the transaction T1001?", tools=ALIKE)
    assert names(body) == ["retrieve_payment_date", "retrieve_payment_status"]


def test_what_was_said_before_decides_between_functions_that_fit_alike() -> None:
    body = ask("What is the status of my transaction?", tools=ALIKE)
    asked = message(body)["content"]
    assert "payment_id" in asked
    said = [("assistant", asked), ("user", "The transaction is T1001.")]
    body["messages"] += [{"role": role, "content": text} for role, text in said]
    assert names(body) == ["retrieve_payment_status"]


def test_without_parallel_calls_there_is_one() -> None:
    assert names(ask(BOTH, tools=TOOLS, parallel_tool_calls=False)) == ["get_weather"]


def test_function_that_nobody_speaks_of_is_not_called() -> None:
    assert names(ask("Hello there", tools=TOOLS)) == []


def test_none_calls_nothing() -> None:
    assert names(ask(tools=TOOLS, tool_choice="none")) == []


@pytest.mark.parametrize("choice", ["any", "required"])
def test_any_calls_a_function_even_if_nobody_speaks_of_it(choice: str) -> None:
    assert names(ask("Hello there", tools=TOOLS, tool_choice=choice)) == ["get_weather"]


@pytest.mark.parametrize("choice", ["any", "required"])
def test_any_calls_the_function_that_the_user_speaks_of(choice: str) -> None:
    assert names(ask("Status of my payment", tools=TOOLS, tool_choice=choice)) == [
        "retrieve_payment_status"
    ]


def test_named_function_is_called() -> None:
    choice = {"type": "function", "function": {"name": "retrieve_payment_status"}}
    assert names(ask(tools=TOOLS, tool_choice=choice)) == ["retrieve_payment_status"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"tool_choice": "any"}, "tools has no function"),
        ({"tool_choice": "any", "tools": [{"type": "web_search"}]}, "tools has no function"),
        ({"tool_choice": {"function": {"name": "f"}}, "tools": TOOLS}, "tools does not have"),
        (
            {"tool_choice": "any", "tools": [function("f", type="x")]},
            "Invalid parameters of function f",
        ),
        (
            {"tool_choice": "any", "tools": [function("f", type="string")]},
            "No arguments fit function f",
        ),
    ],
)
def test_call_that_cannot_be_made_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(APIError, match=told) as caught:
        answer(ask(**fields))
    assert caught.value.status == 400


@pytest.mark.parametrize("parameters", [{}, {"type": "object", "properties": {}}])
def test_function_without_parameters_gets_an_object(parameters: dict[str, Any]) -> None:
    body = ask(tools=[function("f", **parameters)], tool_choice="any")
    assert message(body)["tool_calls"][0]["function"]["arguments"] == "{}"


def test_answer_after_a_tool_message_uses_what_the_tool_said() -> None:
    body = ask(tools=TOOLS)
    call = message(body)["tool_calls"][0]
    body["messages"] += [
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "18 degrees", "tool_call_id": call["id"]},
    ]
    found = answer(body)["choices"][0]
    assert found["message"]["content"].startswith("get_weather answered: 18 degrees.")
    assert found["finish_reason"] == "stop"


def test_calls_that_do_not_fit_the_limit_are_left_out_whole() -> None:
    whole = answer(ask(BOTH, tools=TOOLS))["usage"]["completion_tokens"]
    cut = answer(ask(BOTH, tools=TOOLS, max_tokens=whole - 1))
    assert cut["choices"][0]["finish_reason"] == "length"
    assert [call["function"]["name"] for call in cut["choices"][0]["message"]["tool_calls"]] == [
        "get_weather"
    ]


def test_order_of_tools_is_the_order_of_calls() -> None:
    assert names(ask(BOTH, tools=[PAYMENT, WEATHER])) == ["retrieve_payment_status", "get_weather"]


def test_demanded_calls_go_round_the_functions_until_the_last_is_called() -> None:
    body = ask(tools=[*TOOLS, function("final_result")], tool_choice="any")
    called = []
    for _ in range(4):
        made = message(body)
        called.append(names(body))
        results = [
            {"role": "tool", "tool_call_id": one["id"], "content": "Done"}
            for one in made["tool_calls"]
        ]
        body["messages"] += [made, *results]
    assert called == [
        ["get_weather"],
        ["retrieve_payment_status"],
        ["final_result"],
        ["get_weather"],
    ]


def test_demanded_calls_begin_again_when_the_user_speaks() -> None:
    body = ask(tools=[function("look_up"), function("final_result")], tool_choice="any")
    body["messages"] += [message(body), {"role": "tool", "content": "Done"}]
    body["messages"][-1]["tool_call_id"] = body["messages"][-2]["tool_calls"][0]["id"]
    assert names(body) == ["final_result"]
    body["messages"] += [{"role": "user", "content": "Once more"}]
    assert names(body) == ["look_up"]


NUMBER, TEXT = {"type": "integer"}, {"type": "string"}


def needing(name: str, description: str, **properties: Any) -> dict[str, Any]:
    made = function(name, type="object", properties=properties, required=list(properties))
    made["function"]["description"] = description
    return made


CITY = needing("get_city", "Tell what a city is like", city=TEXT)
ADD = needing("add", "Add two numbers", a=NUMBER, b=NUMBER)
FLIGHT = needing("book_flight", "Book a flight", origin=TEXT, destination=TEXT)
PAGE = needing("open_page", "Open a page", url=TEXT)
MAIL = needing("send_mail", "Send a mail", email=TEXT)


@pytest.mark.parametrize(
    ("tool", "said", "arguments"),
    [
        (CITY, "Paris is where I live. What is that city like?", {"city": "Paris"}),
        (ADD, "Add 3 and 4", {"a": 3, "b": 4}),
        (FLIGHT, "Book a flight from Oslo to Rome", {"origin": "Oslo", "destination": "Rome"}),
        (PAGE, "Open the page https://a.org/x please", {"url": "https://a.org/x"}),
        (MAIL, "Send a mail to bob@a.org", {"email": "bob@a.org"}),
    ],
)
def test_arguments_are_what_was_said(
    tool: dict[str, Any], said: str, arguments: dict[str, Any]
) -> None:
    (call,) = message(ask(said, tools=[tool]))["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == arguments


@pytest.mark.parametrize(
    ("tool", "said", "lacking"),
    [
        (ADD, "Add 3", "b"),
        (FLIGHT, "Book a flight to Rome", "destination"),
        (WEATHER, "Please get me the weather", "city"),
        (PAGE, "Open the page please", "url"),
        (MAIL, "Send a mail to Bob", "email"),
    ],
)
def test_what_was_not_said_is_asked_for(tool: dict[str, Any], said: str, lacking: str) -> None:
    answered = message(ask(said, tools=[tool]))
    assert not answered["tool_calls"]
    assert f"but I need {lacking}." in answered["content"]
