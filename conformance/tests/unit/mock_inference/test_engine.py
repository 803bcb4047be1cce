from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.unit.mock_inference.requests_made import (
    TOOLS,
    answer,
    ask,
    chunks,
    fold,
    message,
    requests,
    unfold,
)
from tests.unit.mock_inference.schemas_made import schemas

from mistral_mock.completion import limits, tokens, usage
from mistral_mock.errors import APIError


def refusal(body: dict[str, Any]) -> Any:
    with pytest.raises(APIError) as caught:
        answer(body)
    return caught.value


@given(requests())
def test_stream_adds_up_to_the_whole_answer(body: dict[str, Any]) -> None:
    assert fold(chunks(body)) == unfold(answer(body))
    assert chunks(body)[-1]["usage"] == answer(body)["usage"]


@given(requests())
def test_same_request_gets_the_same_answer(body: dict[str, Any]) -> None:
    assert answer(body) == answer(json.loads(json.dumps(body)))


@given(requests())
def test_usage_adds_up(body: dict[str, Any]) -> None:
    spent = answer(body)["usage"]
    assert spent["total_tokens"] == spent["prompt_tokens"] + spent["completion_tokens"]
    assert spent["prompt_tokens"] > 0
    assert spent["completion_tokens"] <= body.get("max_tokens", 10**6) * body.get("n", 1)


@given(requests())
def test_streaming_changes_nothing_but_the_form(body: dict[str, Any]) -> None:
    assert answer({**body, "stream": True}) == answer(body)


@given(requests())
def test_finish_reason_tells_why_the_answer_ends(body: dict[str, Any]) -> None:
    for choice in answer(body)["choices"]:
        calls, reason = choice["message"]["tool_calls"], choice["finish_reason"]
        assert reason in {"stop", "length", "tool_calls"}
        assert (reason == "tool_calls") <= bool(calls)


def test_chunks_begin_with_the_role_and_end_with_reason_and_usage() -> None:
    first, *middle, last = chunks(ask())
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert last["choices"][0]["finish_reason"] == "stop"
    for chunk in (first, *middle):
        assert chunk["choices"][0]["finish_reason"] is None
        assert "usage" not in chunk
    assert {
        (chunk["id"], chunk["model"], chunk["object"], chunk["created"])
        for chunk in (first, *middle, last)
    } == {("0" * 32, "mistral-small-latest", "chat.completion.chunk", 1)}


def test_answer_refers_to_the_last_message_of_the_user() -> None:
    body = ask("Old question")
    body["messages"] += [
        {"role": "assistant", "content": "x"},
        {"role": "user", "content": "New one"},
    ]
    content = message(body)["content"]
    assert "New one" in content
    assert "Old question" not in content


def test_long_message_is_quoted_in_part() -> None:
    assert len(message(ask("word " * 10_000))["content"]) < 1000


def test_other_random_seeds_give_other_answers() -> None:
    said = {message(ask(random_seed=seed))["content"] for seed in range(10)}
    assert len(said) > 3


def test_choices_of_one_request_differ() -> None:
    said = {choice["message"]["content"] for choice in answer(ask(n=10))["choices"]}
    assert len(said) > 3


def test_choices_share_the_prompt() -> None:
    one, three = answer(ask())["usage"], answer(ask(n=3))["usage"]
    assert one["prompt_tokens"] == three["prompt_tokens"]
    assert three["completion_tokens"] > one["completion_tokens"]


def test_too_many_choices_are_refused() -> None:
    error = refusal(ask(n=10**12))
    assert error.status == 422
    assert error.body["detail"][0]["loc"] == ["body", "n"]


@given(st.integers(0, 30))
def test_limited_answer_is_a_beginning_of_the_whole_one(limit: int) -> None:
    whole, cut = message(ask())["content"], answer(ask(max_tokens=limit))
    content = cut["choices"][0]["message"]["content"]
    assert whole.startswith(content)
    assert tokens.count_tokens(content) == limit == cut["usage"]["completion_tokens"]
    assert cut["choices"][0]["finish_reason"] == "length"


def test_limit_that_is_just_enough_cuts_nothing() -> None:
    whole = answer(ask())
    assert unfold(answer(ask(max_tokens=whole["usage"]["completion_tokens"]))) == unfold(whole)


def test_answer_ends_before_the_first_stop_text() -> None:
    whole = message(ask())["content"]
    cut = answer(ask(stop=["Paris", "weather"]))["choices"][0]
    assert cut["message"]["content"] == whole[: whole.index("weather")]
    assert cut["finish_reason"] == "stop"


def test_stop_may_be_one_text() -> None:
    assert message(ask(stop="weather")) == message(ask(stop=["weather"]))


def test_empty_stop_text_stops_nothing() -> None:
    assert message(ask(stop=["", ""])) == message(ask())


def test_prompt_and_limit_beyond_the_context_are_refused() -> None:
    error = refusal(ask(max_tokens=10**9))
    assert error.status == 400
    assert error.body["type"] == "invalid_request_error"


def test_answer_ends_where_the_context_is_full() -> None:
    body = ask("a " * (32 * 1024 - 5), model="open-mistral-7b")
    choice = answer(body)["choices"][0]
    assert choice["finish_reason"] == "length"
    assert answer(body)["usage"]["total_tokens"] == 32 * 1024


@pytest.mark.parametrize("model", ["no-such-model", "mistral-embed", ""])
def test_model_that_does_not_chat_is_refused(model: str) -> None:
    error = refusal(ask(model=model))
    assert (error.status, error.body["type"], error.body["code"]) == (400, "invalid_model", "1500")
    assert error.body["message"] == f"Invalid model: {model}"


def test_answer_names_the_model_as_the_request_does() -> None:
    assert answer(ask())["model"] == "mistral-small-latest"


def test_prefix_begins_the_answer_and_costs_prompt_tokens_only() -> None:
    body = ask()
    body["messages"].append({"role": "assistant", "content": "Dear reader,", "prefix": True})
    found = answer(body)
    content = found["choices"][0]["message"]["content"]
    assert content.startswith("Dear reader, ")
    generated = content.removeprefix("Dear reader,")
    assert found["usage"]["completion_tokens"] == tokens.count_tokens(generated)


def test_messages_out_of_order_are_refused() -> None:
    body = ask()
    body["messages"].append({"role": "assistant", "content": "no prefix"})
    assert refusal(body).body["code"] == "3230"


def test_json_object_is_one() -> None:
    content = message(ask(response_format={"type": "json_object"}))["content"]
    assert json.loads(content)["question"] == "How is the weather in Paris?"


@given(schemas())
def test_json_schema_is_kept(schema: dict[str, Any]) -> None:
    format_ = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    value = json.loads(message(ask(response_format=format_))["content"])
    assert Draft202012Validator(schema).is_valid(value)


def test_json_stays_json_after_a_prefix() -> None:
    body = ask(response_format={"type": "json_object"})
    body["messages"].append({"role": "assistant", "content": "Sure:", "prefix": True})
    assert json.loads(message(body)["content"])


def test_json_schema_format_without_a_schema_is_refused() -> None:
    error = refusal(ask(response_format={"type": "json_schema"}))
    assert error.status == 422
    assert error.body["detail"][0]["loc"] == ["body", "response_format", "json_schema"]


@pytest.mark.parametrize(
    ("schema", "told"),
    [({"type": "nothing"}, "Invalid schema in response_format"), ({"not": {}}, "No answer fits")],
)
def test_schema_that_cannot_be_kept_is_refused(schema: dict[str, Any], told: str) -> None:
    format_ = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    error = refusal(ask(response_format=format_))
    assert error.status == 400
    assert error.body["message"].startswith(told)


def test_fields_that_change_no_answer_are_accepted() -> None:
    extras: dict[str, Any] = {
        "safe_prompt": True,
        "temperature": 0,
        "metadata": {"a": 1},
        "prompt_mode": "reasoning",
        "prediction": {"type": "content", "content": ""},
    }
    assert unfold(answer(ask(**extras))) == unfold(answer(ask()))


def test_functions_cost_prompt_tokens() -> None:
    plain = answer(ask("hi"))["usage"]["prompt_tokens"]
    assert answer(ask("hi", tools=TOOLS))["usage"]["prompt_tokens"] > plain + 50


def test_image_chunks_are_accepted() -> None:
    image = {"type": "image_url", "image_url": "data:image/png;base64,AAAA"}
    body = ask()
    body["messages"][0]["content"] = [{"type": "text", "text": "What is this?"}, image]
    assert "What is this?" in message(body)["content"]


@given(st.text(), st.lists(st.text(min_size=1, max_size=2)), st.integers(0, 20))
def test_limits_give_a_beginning_without_any_stop_text(
    text: str, stop: list[str], room: int
) -> None:
    kept, reason = limits.limit(text, stop, room)
    assert text.startswith(kept)
    assert not any(one in kept for one in stop)
    assert (reason == "length") == (tokens.count_tokens(limits.apply_stop(text, stop)) > room)


def test_total_is_the_sum() -> None:
    assert usage.total(2, 3) == 5
