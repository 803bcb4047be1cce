"""The vendor's SDK, used as its documentation shows; it runs in an environment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = "bench-key"
MODEL = "mistral-small-latest"
MESSAGES: Any = [{"role": "user", "content": "Say seven words."}]
LIBRARY_ID = "0197f425-5e85-7353-b8e7-e8b974b9c613"


def connect(base_url: str) -> Any:
    """The SDK's client on this server."""
    from mistralai.client import Mistral

    return Mistral(api_key=KEY, server_url=base_url, timeout_ms=60_000)


def cold_chat(base_url: str) -> None:
    """Import, client, first chat call."""
    connect(base_url).chat.complete(model=MODEL, messages=MESSAGES)


def cold_library(base_url: str) -> None:
    """Import, client, first library call."""
    connect(base_url).beta.libraries.list()


def get_sync(base_url: str) -> Callable[[], Any]:
    """One list of libraries."""
    client = connect(base_url)
    once: Callable[[], Any] = client.beta.libraries.list
    return once


def chat_sync(base_url: str) -> Callable[[], Any]:
    """One chat completion."""
    client = connect(base_url)
    return lambda: client.chat.complete(model=MODEL, messages=MESSAGES)


async def get_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One list of libraries, asynchronously."""
    client = connect(base_url)
    once: Callable[[], Awaitable[Any]] = client.beta.libraries.list_async
    return once


async def chat_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One chat completion, asynchronously."""
    client = connect(base_url)
    return lambda: client.chat.complete_async(model=MODEL, messages=MESSAGES)


async def concurrent_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 lists of libraries at a time."""
    import asyncio

    client = connect(base_url)

    async def once() -> None:
        await asyncio.gather(*(client.beta.libraries.list_async() for _ in range(200)))

    return once


def parse_documents(_base_url: str) -> Callable[[], Any]:
    """The SDK's own parser on a page of 1,000 documents, no network."""
    from mistralai.client.models import ListDocumentsResponse
    from mistralai.client.utils import unmarshal_json
    from peer_httpx import documents_bytes

    text = documents_bytes().decode()
    return lambda: unmarshal_json(text, ListDocumentsResponse)


def embeddings(base_url: str) -> Callable[[], Any]:
    """The embeddings of 64 texts."""
    from peer_httpx import TEXTS

    client = connect(base_url)

    def once() -> int:
        found = client.embeddings.create(model="mistral-embed", inputs=TEXTS)
        return sum(len(item.embedding) for item in found.data)

    return once


def stream_sync(base_url: str) -> Callable[[], Any]:
    """A stream of 5,000 typed events."""
    client = connect(base_url)

    def once() -> int:
        with client.chat.stream(model=MODEL, messages=MESSAGES) as events:
            return sum(1 for event in events if event.data)

    return once


def upload(base_url: str) -> Callable[[], Any]:
    """200 MB from disk."""
    from peer_httpx import big_file

    client = connect(base_url)
    path = big_file()

    def once() -> None:
        with path.open("rb") as content:
            file = {"file_name": path.name, "content": content}
            client.beta.libraries.documents.upload(library_id=LIBRARY_ID, file=file)

    return once


def download(base_url: str) -> Callable[[], Any]:
    """200 MB to a new file."""
    from peer_httpx import new_file

    client = connect(base_url)

    def once() -> None:
        answer = client.files.download(file_id=LIBRARY_ID)
        with new_file("official").open("wb") as out:
            for block in answer.iter_bytes():
                out.write(block)

    return once
