"""What replies say that the API, or HTTP, could not: it is refused when it is loaded."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.replies.problem import ReplyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_replies.conftest import Scripted

OUTPUT, CALL, RUN = "message.output", "function.call", "tool.execution"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"base64": "!"}, "raw.base64: it is not base64"),
        ({"base64": 5}, "raw.base64: it is a text"),
        ({"base64": "AA==", "body": "a"}, "do not go together"),
        ({"body": "a", "media_type": 5}, "raw.media_type"),
        ({"body": "a", "media_type": "text/a\r\nx: y"}, "cannot be sent"),
        ({"body": "a", "status": 204}, "an answer with 204 has no body"),
        ({"base64": "AA==", "status": 304}, "an answer with 304 has no body"),
        ("\ud800", "JSON cannot hold it"),
        ({"body": {"a": "\ud800"}}, "JSON cannot hold it"),
    ],
)
def test_raw_answer_is_one_that_http_can_carry(scripted: Scripted, raw: Any, told: str) -> None:
    with pytest.raises(ReplyError, match=re.escape(told)):
        scripted.mock.reply(raw=raw)


def test_bare_answer_is_sent(scripted: Scripted) -> None:
    scripted.mock.reply(raw={"status": 204})
    answer = scripted.chat()
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"type": OUTPUT, "content": 5}, "content"),
        ({"type": OUTPUT, "content": [{"type": "nope"}]}, "content"),
        ({"type": OUTPUT, "content": "a", "info": {}}, "info: it is unknown here"),
        ({"type": CALL, "name": "f", "arguments": [1]}, "arguments are an object"),
        ({"type": CALL, "name": "", "arguments": {}}, "a call names what it calls"),
        ({"type": CALL, "name": "f", "arguments": {}, "info": {}}, "info: it is unknown here"),
        ({"type": RUN, "name": 5, "arguments": "{}"}, "name"),
        ({"type": RUN, "name": "web_search", "arguments": "x"}, "it is not JSON"),
        ({"type": RUN, "name": "web_search", "arguments": {}, "info": 5}, "info"),
    ],
)
def test_entry_is_one_that_a_conversation_can_have(
    scripted: Scripted, entry: dict[str, Any], told: str
) -> None:
    with pytest.raises(ReplyError, match=re.escape(told)):
        scripted.mock.reply(entries=[entry])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "a", "usage": {"total_tokens": 5}}, "it goes with prompt_tokens"),
        ({"text": "a", "usage": {"prompt_tokens": 6, "total_tokens": 5}}, "the parts make 6"),
        ({"text": "a", "usage": {"prompt_tokens": 10**12}}, "a whole number"),
        ({"vectors": [1e39]}, "a vector is a list of numbers"),
        ({"vectors": [10**400]}, "a vector is a list of numbers"),
        ({"scores": {"spam": 0.5}, "operation": "classifiers.moderate*"}, "spam: it is unknown"),
        ({"transcript": {"text": "a", "language": "french"}}, "two letters"),
    ],
)
def test_number_or_name_is_one_that_the_api_has(
    scripted: Scripted, fields: dict[str, Any], told: str
) -> None:
    with pytest.raises(ReplyError, match=re.escape(told)):
        scripted.mock.reply(**fields)


def test_labels_that_moderation_does_not_have_are_for_classifiers(scripted: Scripted) -> None:
    scripted.mock.reply(scores={"spam": 0.5})
    body = {"model": "mistral-moderation-latest", "input": "Hello"}
    (told,) = scripted.api.post("/v1/moderations", json=body).json()["results"]
    assert "spam" not in told["category_scores"]
    (found,) = scripted.api.post("/v1/classifications", json=body).json()["results"]
    assert found["moderation"]["scores"]["spam"] == 0.5


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 2, "total_tokens": 5}, (2, 3)),
        ({"completion_tokens": 2, "total_tokens": 5}, (3, 2)),
    ],
)
def test_part_of_usage_follows_from_the_sum(
    scripted: Scripted, usage: dict[str, int], counts: tuple[int, int]
) -> None:
    scripted.mock.reply(text="a", usage=usage)
    told = scripted.chat().json()["usage"]
    assert (told["prompt_tokens"], told["completion_tokens"]) == counts


def test_vector_of_zeros_comes_in_any_kind_of_numbers(scripted: Scripted) -> None:
    scripted.mock.reply(vectors=[0.0, 0.0])
    body = {"model": "codestral-embed", "input": "a", "output_dtype": "int8"}
    (found,) = scripted.api.post("/v1/embeddings", json=body).json()["data"]
    assert found["embedding"] == [0, 0]


@pytest.mark.parametrize(
    "value", [".nan", "!!binary aGk=", "!!set {x, y}", "[.inf]", "!!python/name:os.system x"]
)
def test_value_that_json_cannot_hold_is_told_with_its_line(
    start: Callable[..., Scripted], tmp_path: Path, value: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"- answer: a\n- answer:\n    json:\n      a: {value}\n")
    with pytest.raises(ReplyError, match="JSON cannot hold it") as caught:
        start(replies=(file,))
    assert caught.value.source == f"{file}:4"


def test_value_from_a_place_becomes_a_text_where_the_answer_has_texts(scripted: Scripted) -> None:
    scripted.mock.reply("${turn}", user="turn")
    scripted.mock.reply(choices=["${turn}", {"text": "${body.none}"}], user="both")
    scripted.mock.reply(error={"status": 404, "message": "${call}"}, user="fail")
    assert scripted.say("turn") == "1"
    choices = scripted.chat("both", n=2).json()["choices"]
    assert [one["message"]["content"] for one in choices] == ["1", ""]
    assert scripted.chat("fail").json()["message"] == "1"


@pytest.mark.parametrize("stream", [False, True])
def test_usage_of_a_reply_is_that_of_a_conversation(scripted: Scripted, stream: bool) -> None:
    counts = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
    calls = [{"name": "f", "arguments": {}}]
    scripted.mock.reply(text="a", tool_calls=calls, usage=counts)
    body = {"model": "mistral-small-latest", "inputs": "Hello", "stream": stream}
    answer = scripted.api.post("/v1/conversations", json=body).text
    told = json.loads(answer.rpartition("data: ")[2])["usage"]
    assert {name: told[name] for name in counts} == counts


def test_entries_of_a_reply_are_counted(scripted: Scripted) -> None:
    run = {"type": RUN, "name": "web_search", "arguments": {"query": "a"}}
    scripted.mock.reply(entries=[run, {"type": OUTPUT, "content": "It rains."}])
    body = {"model": "mistral-small-latest", "inputs": "Hello"}
    told = scripted.api.post("/v1/conversations", json=body).json()["usage"]
    assert told["connectors"] == {"web_search": 1}
    assert min(told["prompt_tokens"], told["completion_tokens"]) > 0
