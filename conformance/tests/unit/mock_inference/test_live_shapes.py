"""Answers have the fields that live servers were recorded to send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_inference.requests_made import (
    TOOLS,
    answer,
    ask,
    chunks,
    fold,
    message,
)

from mistral_mock.completion.stream import PADDING

if TYPE_CHECKING:
    import httpx

CHAT = "/v1/chat/completions"
THINKER = "magistral-medium-latest"
USAGE = [
    "prompt_tokens",
    "total_tokens",
    "completion_tokens",
    "num_cached_tokens",
    "prompt_tokens_details",
    "service_tier",
]
NOT_THOUGHT = [
    {},
    {"reasoning_effort": "none"},
    {"model": THINKER, "reasoning_effort": "none"},
    {"model": "mistral-large-latest", "reasoning_effort": "high"},
    {"model": "magistral-small-latest"},
    {"prompt_mode": "reasoning"},
]
THOUGHT: list[dict[str, Any]] = [
    {"reasoning_effort": "high"},
    {"reasoning_effort": "low", "model": "magistral-small-latest"},
    {"model": THINKER},
]


def test_completion_has_its_fields_in_order() -> None:
    body = answer(ask())
    assert list(body) == ["id", "created", "model", "usage", "object", "choices"]
    (choice,) = body["choices"]
    assert list(choice) == ["index", "finish_reason", "message", "logprobs"]
    assert choice["logprobs"] is None
    assert list(choice["message"]) == ["role", "tool_calls", "content"]
    assert choice["message"]["tool_calls"] is None


def test_usage_tells_cached_tokens_and_tier() -> None:
    used = answer(ask())["usage"]
    assert list(used) == USAGE
    assert used["num_cached_tokens"] == used["prompt_tokens_details"]["cached_tokens"] == 0
    assert used["service_tier"] == "standard"
    assert answer(ask(service_tier="auto"))["usage"] == used


def test_calls_have_what_clients_of_either_kind_read() -> None:
    for call in message(ask(tools=TOOLS))["tool_calls"]:
        assert list(call) == ["id", "type", "function", "index"]


def test_every_chunk_but_the_first_has_padding() -> None:
    first, *others = chunks(ask())
    assert list(first) == ["id", "object", "created", "model", "choices"]
    assert [list(each)[5:] for each in others[:-1]] == [["p"]] * (len(others) - 1)
    assert list(others[-1])[5:] == ["usage", "p"]


def test_padding_is_a_beginning_of_the_alphabet_of_many_lengths() -> None:
    padding = [each["p"] for each in chunks(ask("word " * 40))[1:]]
    assert all(each and PADDING.startswith(each) for each in padding)
    assert len({len(each) for each in padding}) > 10
    assert padding == [each["p"] for each in chunks(ask("word " * 40))[1:]]


@pytest.mark.parametrize("fields", THOUGHT, ids=str)
def test_model_that_thinks_says_so_before_its_text(fields: dict[str, Any]) -> None:
    thought, said = message(ask("What is 2+2?", **fields))["content"]
    assert list(thought) == ["type", "thinking", "closed"]
    assert (thought["type"], thought["closed"]) == ("thinking", True)
    assert [list(each) for each in thought["thinking"]] == [["type", "text"]]
    assert "What is 2+2?" in thought["thinking"][0]["text"]
    quiet = message(ask("What is 2+2?", **{**fields, "reasoning_effort": "none"}))
    assert said == {"type": "text", "text": quiet["content"]}


@pytest.mark.parametrize("fields", NOT_THOUGHT, ids=str)
def test_model_that_does_not_think_answers_in_plain_text(fields: dict[str, Any]) -> None:
    assert isinstance(message(ask("What is 2+2?", **fields))["content"], str)


@pytest.mark.parametrize("fields", [*THOUGHT, {"model": THINKER, "n": 2}], ids=str)
def test_streamed_thoughts_add_up_to_the_whole(fields: dict[str, Any]) -> None:
    body = ask("What is 2+2?", **fields)
    parts = [each for chunk in chunks(body) for each in chunk["choices"] if each["index"] == 0]
    contents = [each["delta"]["content"] for each in parts]
    pieces = [each for each in contents if isinstance(each, list)]
    assert contents[:2] == ["", ""]
    assert contents[2:-1] == [*pieces, *contents[2 + len(pieces) : -1]]
    thought, said = message(body)["content"]
    streamed = "".join(chunk["thinking"][0]["text"] for (chunk,) in pieces)
    assert streamed == thought["thinking"][0]["text"]
    assert "".join(each for each in contents if isinstance(each, str)) == said["text"]


def test_thoughts_count_as_tokens_of_the_completion() -> None:
    loud, quiet = (answer(ask(reasoning_effort=each))["usage"] for each in ("high", "none"))
    assert loud["completion_tokens"] > quiet["completion_tokens"]
    assert loud["prompt_tokens"] == quiet["prompt_tokens"]


@pytest.mark.parametrize("limit", [1, 5])
def test_thoughts_that_are_cut_are_not_closed(limit: int) -> None:
    body = ask(reasoning_effort="high", max_tokens=limit)
    (choice,) = answer(body)["choices"]
    (thought,) = choice["message"]["content"]
    assert (choice["finish_reason"], thought["closed"]) == ("length", False)
    parts = [chunk["choices"][0]["delta"]["content"] for chunk in chunks(body)]
    assert {piece["closed"] for part in parts if part for piece in part} == {False}


def test_thoughts_come_before_json_too() -> None:
    body = ask(reasoning_effort="high", response_format={"type": "json_object"})
    _, said = message(body)["content"]
    assert isinstance(json.loads(said["text"]), dict)


def test_user_who_brings_what_a_tool_found_gets_no_further_call() -> None:
    call = message(ask(tools=TOOLS))["tool_calls"][0]
    image = {"type": "image_url", "image_url": "data:image/png;base64,AAAA"}
    body = ask(tools=TOOLS)
    body["messages"] += [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "See the picture."},
        {"role": "user", "content": [{"type": "text", "text": "The weather in Paris:"}, image]},
    ]
    assert message(body)["tool_calls"] is None
    body["messages"][-1]["content"].pop()
    assert message(body)["tool_calls"]


def test_streams_of_calls_still_fold() -> None:
    (choice,) = fold(chunks(ask(tools=TOOLS)))
    assert choice["calls"] == message(ask(tools=TOOLS))["tool_calls"]


LIMITS = {
    "limit-req-minute",
    "remaining-req-minute",
    "limit-req-10-second",
    "remaining-req-10-second",
    "limit-tokens-minute",
    "remaining-tokens-minute",
    "limit-tokens-month",
    "remaining-tokens-month",
    "tokens-query-cost",
}


def limits(response: httpx.Response) -> dict[str, int]:
    """The headers about limits, without their common beginning."""
    prefix = "x-ratelimit-"
    return {
        name.removeprefix(prefix): int(value)
        for name, value in response.headers.items()
        if name.startswith(prefix)
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, ask()),
        ("/v1/fim/completions", {"model": "codestral-latest", "prompt": "def f("}),
        ("/v1/embeddings", {"model": "mistral-embed", "input": "Shelf"}),
        ("/v1/moderations", {"model": "mistral-moderation-latest", "input": "Shelf"}),
        ("/v1/conversations", {"model": "mistral-small-latest", "inputs": "Hello."}),
    ],
)
def test_headers_of_inference_tell_limits_and_cost(
    api: httpx.Client, path: str, body: dict[str, Any]
) -> None:
    first, second = (api.post(path, json=body) for _ in range(2))
    told, later = limits(first), limits(second)
    assert told.keys() == later.keys() == LIMITS
    cost = told["tokens-query-cost"]
    spent = first.json().get("usage", {"total_tokens": cost})["total_tokens"]
    assert cost == spent > 0
    for period in ("minute", "month"):
        assert told[f"limit-tokens-{period}"] - cost == told[f"remaining-tokens-{period}"]
        assert told[f"remaining-tokens-{period}"] - cost == later[f"remaining-tokens-{period}"]
    assert told["remaining-req-minute"] - 1 == later["remaining-req-minute"]


def test_streams_and_other_operations_tell_no_limits(api: httpx.Client) -> None:
    assert limits(api.post(CHAT, json=ask(stream=True))) == {}
    assert limits(api.get("/v1/models")) == {}
    assert limits(api.post(CHAT, json=ask(colour="red"))) == {}


def test_answers_name_their_request_twice(api: httpx.Client) -> None:
    for response in (api.get("/v1/models"), api.post(CHAT, json=ask(stream=True))):
        name = response.headers["x-kong-request-id"]
        assert name == response.headers["mistral-correlation-id"]
        assert name[14] == "7"
