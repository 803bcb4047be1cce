"""Haystack: the generator and the embedders of `mistral-haystack`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from haystack import Document
from haystack.dataclasses import ChatMessage
from haystack.tools import Tool
from haystack.utils import Secret
from haystack_integrations.components.embedders.mistral import (
    MistralDocumentEmbedder,
    MistralTextEmbedder,
)
from haystack_integrations.components.generators.mistral import MistralChatGenerator
from trying import Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = {"name": "Book", "schema": Book.model_json_schema()}


def call_tool(make: Callable[..., Any]) -> None:
    """A call, its result, and what is said of it."""
    tool = Tool(**trying.FUNCTION, function=trying.get_weather)
    question = ChatMessage.from_user(trying.WEATHER)
    able = make(tools=[tool])
    (said,) = able.run([question])["replies"]
    (call,) = said.tool_calls
    result = ChatMessage.from_tool("Rain.", origin=call)
    check(able.run([question, said, result])["replies"][0].text)


def stream(make: Callable[..., Any]) -> None:
    """Pieces of an answer."""
    pieces: list[Any] = []
    make(streaming_callback=pieces.append).run([ChatMessage.from_user(trying.PLAIN)])
    check(len(pieces) > 1)


def structure(make: Callable[..., Any], form: object, question: str) -> None:
    """An object in a form."""
    able = make(generation_kwargs={"response_format": form})
    said = able.run([ChatMessage.from_user(question)])["replies"][0]
    check_book(Book.model_validate_json(said.text))


def embed(address: dict[str, Any]) -> None:
    """A text's vector and a document's."""
    text = MistralTextEmbedder(**address).run("a")["embedding"]
    (document,) = MistralDocumentEmbedder(**address).run([Document(content="a")])["documents"]
    check(len(text) == len(document.embedding) == trying.DIMENSIONS)


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    address: Any = {"api_base_url": f"{base_url}/v1", "api_key": Secret.from_token(trying.KEY)}
    make = partial(MistralChatGenerator, model=trying.MODEL, **address)
    schema = {"type": "json_schema", "json_schema": SCHEMA}
    json_object = {"type": "json_object"}
    return {
        "chat": lambda: make().run([ChatMessage.from_user(trying.PLAIN)]),
        "stream": partial(stream, make),
        "tool": partial(call_tool, make),
        "structured: class": partial(structure, make, Book, trying.WANTED),
        "structured: json_schema": partial(structure, make, schema, trying.WANTED),
        "structured: json_object": partial(structure, make, json_object, trying.WANTED_JSON),
        "embeddings": partial(embed, address),
    }


if __name__ == "__main__":
    trying.main(make_tries)
