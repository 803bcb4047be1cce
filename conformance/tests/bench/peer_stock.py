"""The generator's own output with its own templates, used as its README shows.

It has no event streams; its environment holds the generated package and nothing of ours.
"""

# The package is generated into another environment.
# pyright: reportMissingImports=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BODY = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "Say seven words."}],
}


def connect(base_url: str) -> Any:
    """The stock client on this server."""
    from stock_client import AuthenticatedClient

    return AuthenticatedClient(base_url=base_url, token="bench-key")


def chat_body() -> Any:
    """The request as a model, which is the only form it takes."""
    from stock_client.models import ChatCompletionRequest

    return ChatCompletionRequest.from_dict(BODY)


def cold_chat(base_url: str) -> None:
    """Import, client, first chat call."""
    from stock_client.api.chat import chat_complete

    chat_complete.sync(client=connect(base_url), body=chat_body())


def cold_library(base_url: str) -> None:
    """Import, client, first library call."""
    from stock_client.api.beta_libraries import beta_libraries_list

    beta_libraries_list.sync(client=connect(base_url))


def get_sync(base_url: str) -> Callable[[], Any]:
    """One list of libraries."""
    from stock_client.api.beta_libraries import beta_libraries_list

    client = connect(base_url)
    return lambda: beta_libraries_list.sync(client=client)


def chat_sync(base_url: str) -> Callable[[], Any]:
    """One chat completion."""
    from stock_client.api.chat import chat_complete

    client, body = connect(base_url), chat_body()
    return lambda: chat_complete.sync(client=client, body=body)


async def get_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One list of libraries, asynchronously."""
    from stock_client.api.beta_libraries import beta_libraries_list

    client = connect(base_url)
    return lambda: beta_libraries_list.asyncio(client=client)


async def chat_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One chat completion, asynchronously."""
    from stock_client.api.chat import chat_complete

    client, body = connect(base_url), chat_body()
    return lambda: chat_complete.asyncio(client=client, body=body)


async def concurrent_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 lists of libraries at a time."""
    import asyncio

    from stock_client.api.beta_libraries import beta_libraries_list

    client = connect(base_url)

    async def once() -> None:
        await asyncio.gather(*(beta_libraries_list.asyncio(client=client) for _ in range(200)))

    return once


def parse_documents(_base_url: str) -> Callable[[], Any]:
    """The generated parser on a page of 1,000 documents, no network."""
    import json

    from peer_httpx import documents_bytes
    from stock_client.models import ListDocumentsResponse

    data = documents_bytes()
    return lambda: ListDocumentsResponse.from_dict(json.loads(data))
