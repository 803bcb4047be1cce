"""LiteLLM: its provider `mistral`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from trying import Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


def call_tool(ask: Callable[..., Any]) -> None:
    """A call, its result, and what is said of it."""
    messages: list[Any] = [{"role": "user", "content": trying.WEATHER}]
    said = ask(messages=messages, tools=[trying.TOOL]).choices[0].message
    (call,) = said.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "name": "get_weather", "content": "Rain."}
    found = ask(messages=[*messages, said, result], tools=[trying.TOOL])
    check(found.choices[0].message.content)


def structure(ask: Callable[..., Any], form: object, question: str) -> None:
    """An object in a form."""
    said = ask(messages=[{"role": "user", "content": question}], response_format=form)
    check_book(Book.model_validate_json(said.choices[0].message.content))


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    import litellm  # noqa: PLC0415 - it fetches prices unless it was told before not to

    address: Any = {"api_key": trying.KEY, "api_base": f"{base_url}/v1"}
    ask = partial(litellm.completion, f"mistral/{trying.MODEL}", **address)
    plain: Any = [{"role": "user", "content": trying.PLAIN}]

    def embed() -> None:
        model = f"mistral/{trying.EMBEDDING_MODEL}"
        found = litellm.embedding(model, input=["a", "b"], **address)
        check([len(each["embedding"]) for each in found.data] == [trying.DIMENSIONS] * 2)

    json_object = {"type": "json_object"}
    return {
        "chat": partial(ask, messages=plain),
        "stream": lambda: check(len(list(ask(messages=plain, stream=True))) > 1),
        "tool": partial(call_tool, ask),
        "structured: class": partial(structure, ask, Book, trying.WANTED),
        "structured: json_object": partial(structure, ask, json_object, trying.WANTED_JSON),
        "embeddings": embed,
    }


if __name__ == "__main__":
    trying.main(make_tries)
