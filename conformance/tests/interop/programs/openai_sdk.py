"""The openai SDK: its own helpers for structured answers, sync."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import openai
import trying
from trying import MODEL, Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


def ask(client: openai.OpenAI, text: str, **more: Any) -> Any:
    """The answer to a question."""
    messages: Any = [{"role": "user", "content": text}]
    return client.chat.completions.create(model=MODEL, messages=messages, **more)


def call_tool(client: openai.OpenAI) -> None:
    """A call, its result, and what is said of it."""
    said = ask(client, trying.WEATHER, tools=[trying.TOOL]).choices[0].message
    (call,) = said.tool_calls
    messages: Any = [
        {"role": "user", "content": trying.WEATHER},
        said,
        {"role": "tool", "tool_call_id": call.id, "content": "Rain."},
    ]
    found = client.chat.completions.create(model=MODEL, messages=messages)
    check(found.choices[0].message.content)


def parse(client: openai.OpenAI) -> None:
    """A class, whole."""
    messages: Any = [{"role": "user", "content": trying.WANTED}]
    form: Any = Book
    said = client.chat.completions.parse(model=MODEL, messages=messages, response_format=form)
    check_book(said.choices[0].message.parsed)


def fill_tool(client: openai.OpenAI) -> None:
    """A class as a tool that has to be called."""
    messages: Any = [{"role": "user", "content": trying.WANTED}]
    tool: Any = openai.pydantic_function_tool(Book)
    said = client.chat.completions.parse(
        model=MODEL, messages=messages, tools=[tool], tool_choice="required"
    )
    (call,) = said.choices[0].message.tool_calls or []
    check_book(call.function.parsed_arguments)


def ask_json(client: openai.OpenAI) -> None:
    """An object with the keys that the prompt names."""
    said = ask(client, trying.WANTED_JSON, response_format={"type": "json_object"})
    check_book(Book(**json.loads(said.choices[0].message.content)))


def embed(client: openai.OpenAI) -> None:
    """Two vectors."""
    found = client.embeddings.create(model=trying.EMBEDDING_MODEL, input=["a", "b"])
    check([len(each.embedding) for each in found.data] == [trying.DIMENSIONS] * 2)


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    client = openai.OpenAI(api_key=trying.KEY, base_url=f"{base_url}/v1")
    return {
        "chat": partial(ask, client, trying.PLAIN),
        "stream": lambda: check(len(list(ask(client, trying.PLAIN, stream=True))) > 1),
        "tool": partial(call_tool, client),
        "structured: completions.parse": partial(parse, client),
        "structured: pydantic_function_tool": partial(fill_tool, client),
        "structured: json_object": partial(ask_json, client),
        "embeddings": partial(embed, client),
    }


if __name__ == "__main__":
    trying.main(make_tries)
