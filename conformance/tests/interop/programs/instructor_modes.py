"""instructor: over the official SDK and over openai's, in each of its modes.

It gives objects, and no chats or vectors of its own; `stream` is an object that grows. openai's
modes for its Responses API have no counterpart in this API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import instructor
import openai
import trying
from instructor import Mode
from mistralai.client import Mistral
from trying import Book, check, check_book

Tries = dict[str, Callable[[], Any]]
OFFICIAL = (Mode.MISTRAL_TOOLS, Mode.MISTRAL_STRUCTURED_OUTPUTS)
OF_OPENAI = (Mode.TOOLS, Mode.TOOLS_STRICT, Mode.JSON, Mode.JSON_SCHEMA, Mode.MD_JSON)
QUESTION: Any = [{"role": "user", "content": trying.WANTED}]


def structure(client: Any) -> None:
    """An object."""
    check_book(
        client.chat.completions.create(
            model=trying.MODEL, messages=QUESTION, response_model=Book, max_retries=0
        )
    )


def structure_many(client: Any) -> None:
    """Objects from calls side by side."""
    found = client.chat.completions.create(
        model=trying.MODEL, messages=QUESTION, response_model=Iterable[Book], max_retries=0
    )
    for each in (books := list(found)):
        check_book(each)
    check(books)


def grow(client: Any) -> None:
    """An object that grows."""
    states = client.chat.completions.create_partial(
        model=trying.MODEL, messages=QUESTION, response_model=Book
    )
    check(len(list(states)) > 1)


def make_tries(base_url: str) -> Tries:
    """What is tried."""
    official = Mistral(api_key=trying.KEY, server_url=base_url)
    other = openai.OpenAI(api_key=trying.KEY, base_url=f"{base_url}/v1")
    tries: Tries = {"stream": partial(grow, instructor.from_openai(other, mode=Mode.JSON_SCHEMA))}
    for mode in OFFICIAL:
        client: Any = instructor.from_mistral(official, mode=mode)
        tries[f"structured: {mode.name}"] = partial(structure, client)
    for mode in OF_OPENAI:
        wrapped = instructor.from_openai(other, mode=mode)
        tries[f"structured: {mode.name}"] = partial(structure, wrapped)
    many = instructor.from_openai(other, mode=Mode.PARALLEL_TOOLS)
    tries["structured: PARALLEL_TOOLS"] = partial(structure_many, many)
    return tries


if __name__ == "__main__":
    trying.main(make_tries)
