"""LangChain: `ChatMistralAI` and `MistralAIEmbeddings`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_mistralai import ChatMistralAI, MistralAIEmbeddings
from trying import Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


def call_tool(chat: ChatMistralAI) -> None:
    """A call, its result, and what is said of it."""
    weather = tool(trying.get_weather)
    able = chat.bind_tools([weather])
    messages: list[Any] = [HumanMessage(trying.WEATHER)]
    said = able.invoke(messages)
    (call,) = said.tool_calls
    messages += [said, weather.invoke(call)]
    check(able.invoke(messages).content)


def structure(chat: ChatMistralAI, method: Any, question: str) -> None:
    """A class, whole and in pieces."""
    able = chat.with_structured_output(Book, method=method)
    check_book(able.invoke(question))
    check_book(list(able.stream(question))[-1])


def embed(vectors: MistralAIEmbeddings) -> None:
    """Two vectors, and one."""
    found = [*vectors.embed_documents(["a", "b"]), vectors.embed_query("a")]
    check([len(each) for each in found] == [trying.DIMENSIONS] * 3)


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    address: Any = {"api_key": trying.KEY, "base_url": f"{base_url}/v1"}
    chat = ChatMistralAI(model_name=trying.MODEL, **address)
    vectors = MistralAIEmbeddings(
        model=trying.EMBEDDING_MODEL, api_key=address["api_key"], endpoint=address["base_url"]
    )
    return {
        "chat": partial(chat.invoke, trying.PLAIN),
        "stream": lambda: check(len(list(chat.stream(trying.PLAIN))) > 1),
        "tool": partial(call_tool, chat),
        "structured: function_calling": partial(structure, chat, "function_calling", trying.WANTED),
        "structured: json_schema": partial(structure, chat, "json_schema", trying.WANTED),
        "structured: json_mode": partial(structure, chat, "json_mode", trying.WANTED_JSON),
        "embeddings": partial(embed, vectors),
    }


if __name__ == "__main__":
    trying.main(make_tries)
