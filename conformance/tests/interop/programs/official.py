"""The official SDK: its own helpers for structured answers, sync."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from mistralai.client import Mistral
from trying import MODEL, Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


def ask(text: str) -> list[Any]:
    """A conversation that begins with a question."""
    return [{"role": "user", "content": text}]


def stream(client: Mistral) -> None:
    """Pieces of an answer."""
    pieces = list(client.chat.stream(model=MODEL, messages=ask(trying.PLAIN)))
    check(len(pieces) > 1)


def call_tool(client: Mistral) -> None:
    """A call, its result, and what is said of it."""
    messages = ask(trying.WEATHER)
    said = client.chat.complete(model=MODEL, messages=messages, tools=[trying.TOOL])
    message = said.choices[0].message
    (call,) = message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "name": "get_weather", "content": "Rain."}
    messages += [message, result]
    said = client.chat.complete(model=MODEL, messages=messages, tools=[trying.TOOL])
    check(said.choices[0].message.content, said)


def parse(client: Mistral) -> None:
    """A class, whole."""
    said = client.chat.parse(Book, model=MODEL, messages=ask(trying.WANTED))
    check_book(said.choices[0].message.parsed)


def parse_stream(client: Mistral) -> None:
    """A class, in pieces."""
    with client.chat.parse_stream(Book, model=MODEL, messages=ask(trying.WANTED)) as events:
        text = "".join(event.data.choices[0].delta.content or "" for event in events)
    check_book(Book.model_validate_json(text))


def ask_json(client: Mistral) -> None:
    """An object with the keys that the prompt names."""
    form = {"type": "json_object"}
    messages = ask(trying.WANTED_JSON)
    said = client.chat.complete(model=MODEL, messages=messages, response_format=form)
    check_book(Book.model_validate_json(said.choices[0].message.content))


def embed(client: Mistral) -> None:
    """Two vectors."""
    found = client.embeddings.create(model=trying.EMBEDDING_MODEL, inputs=["a", "b"])
    check([len(each.embedding) for each in found.data] == [trying.DIMENSIONS] * 2)


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    client = Mistral(api_key=trying.KEY, server_url=base_url)
    return {
        "chat": partial(client.chat.complete, model=MODEL, messages=ask(trying.PLAIN)),
        "stream": partial(stream, client),
        "tool": partial(call_tool, client),
        "structured: chat.parse": partial(parse, client),
        "structured: chat.parse_stream": partial(parse_stream, client),
        "structured: json_object": partial(ask_json, client),
        "embeddings": partial(embed, client),
    }


if __name__ == "__main__":
    trying.main(make_tries)
