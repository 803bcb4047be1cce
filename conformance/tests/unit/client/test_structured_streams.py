"""Streams of answers in the form of a class: what is sent, and the object that they come to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs
import httpx
import pytest
from tests.unit.client.harness import Chunks, Server

from mistral_client import StructuredOutputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.client.harness import Both


@attrs.frozen
class Book:
    title: str
    year: int


Item = TypeVar("Item")


def events(*pieces: str, reason: str = "stop") -> httpx.Response:
    """Return an answer whose chunks add pieces of text."""
    chunks: list[dict[str, Any]] = [
        {"delta": {"content": piece}, "finish_reason": None} for piece in pieces
    ]
    chunks[-1]["finish_reason"] = reason
    bodies = [
        {"id": "c", "object": "x", "model": "m", "created": 1, "choices": [{"index": 0, **chunk}]}
        for chunk in chunks
    ]
    sent = [f"data: {json.dumps(body)}\n\n".encode() for body in bodies]
    kind = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=kind, stream=Chunks(*sent, b"data: [DONE]\n\n"))


def chat(client: Any, form: Any = Book) -> Any:
    return client.chat.stream(model="m", messages=[], response_format=form)


def agent(client: Any) -> Any:
    return client.agents.stream(agent_id="ag", messages=[], response_format=Book)


def final(both: Both, script: Any, call: Callable[[Any], Any] = chat) -> tuple[list[str], Any]:
    """Return the first piece of text and what the stream comes to."""

    def read(client: Any) -> tuple[list[str], Any]:
        with call(client) as stream:
            return [next(stream.text())], stream.final()

    async def read_async(client: Any) -> tuple[list[str], Any]:
        async with call(client) as stream:
            return [await anext(stream.text())], await stream.final()

    found: tuple[list[str], Any] = both.run(script, read_async if both.is_async else read)
    return found


@pytest.mark.parametrize("call", [chat, agent])
def test_stream_comes_to_an_object_of_the_class(both: Both, call: Callable[[Any], Any]) -> None:
    pieces, book = final(both, events('{"title": "Emma",', ' "year": 1815}'), call)
    assert (pieces, book) == (['{"title": "Emma",'], Book("Emma", 1815))


def test_stream_asks_for_the_schema_of_the_class(both: Both) -> None:
    server = Server([events('{"title": "Emma", "year": 1815}')])
    final(both, server)
    sent = json.loads(server.requests[0].content)
    assert sent["stream"] is True
    assert sent["response_format"]["json_schema"]["name"] == "Book"


@pytest.mark.parametrize("form", [{"type": "json_object"}, None])
def test_stream_in_another_form_comes_to_the_whole_answer(both: Both, form: Any) -> None:
    _, whole = final(both, events('{"a"', ": 1}"), lambda client: chat(client, form))
    assert whole.text == '{"a": 1}'


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ('{"title": "Emma"}', "stop", "year is missing"),
        ('{"title": "Em', "length", "cut off; allow more max_tokens"),
    ],
)
def test_stream_that_comes_to_no_object_is_an_error(
    both: Both, text: str, reason: str, words: str
) -> None:
    with pytest.raises(StructuredOutputError, match=words) as caught:
        final(both, events(text, reason=reason))
    assert caught.value.content.startswith('{"title": "Em')
    assert caught.value.operation == "chat.complete"


def test_class_without_a_form_is_refused_before_a_stream_is_opened(both: Both) -> None:
    server = Server([events("{}")])
    with pytest.raises(TypeError, match="which has no form in JSON: parse"):
        final(both, server, lambda client: chat(client, int))
    assert server.requests == []


@attrs.frozen
class Box(Generic[Item]):
    value: Item


def test_stream_comes_to_an_object_of_a_generic_class(both: Both) -> None:
    _, value = final(both, events('{"val', 'ue": 3}'), lambda client: chat(client, Box[int]))
    assert value == Box(3)
