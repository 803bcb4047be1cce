"""This project's client, used as its README shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = "bench-key"
MODEL = "mistral-small-latest"
MESSAGES: Any = [{"role": "user", "content": "Say seven words."}]
LIBRARY_ID = "0197f425-5e85-7353-b8e7-e8b974b9c613"


def cold_chat(base_url: str) -> None:
    """Import, client, first chat call."""
    from mistral_client import Mistral

    with Mistral(KEY, base_url=base_url) as client:
        client.chat.complete(model=MODEL, messages=MESSAGES)


def cold_library(base_url: str) -> None:
    """Import, client, first library call."""
    from mistral_client import Mistral

    with Mistral(KEY, base_url=base_url) as client:
        client.beta.libraries.list()


def get_sync(base_url: str) -> Callable[[], Any]:
    """One list of libraries."""
    from mistral_client import Mistral

    return Mistral(KEY, base_url=base_url).beta.libraries.list


def chat_sync(base_url: str) -> Callable[[], Any]:
    """One chat completion."""
    from mistral_client import Mistral

    client: Any = Mistral(KEY, base_url=base_url)
    return lambda: client.chat.complete(model=MODEL, messages=MESSAGES)


async def get_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One list of libraries, asynchronously."""
    from mistral_client import AsyncMistral

    return AsyncMistral(KEY, base_url=base_url).beta.libraries.list


async def chat_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One chat completion, asynchronously."""
    from mistral_client import AsyncMistral

    client: Any = AsyncMistral(KEY, base_url=base_url)
    return lambda: client.chat.complete(model=MODEL, messages=MESSAGES)


async def concurrent_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 lists of libraries at a time."""
    import asyncio

    from mistral_client import AsyncMistral

    client = AsyncMistral(KEY, base_url=base_url)

    async def once() -> None:
        await asyncio.gather(*(client.beta.libraries.list() for _ in range(200)))

    return once


def parse_documents(_base_url: str) -> Callable[[], Any]:
    """The parser of a page of 1,000 documents, no network."""
    import httpx
    from peer_httpx import documents_bytes

    from mistral_generated.api.beta_libraries_documents import list as operation

    response = httpx.Response(200, content=documents_bytes())
    return lambda: operation.parse(response)


def parse_entries(_base_url: str) -> Callable[[], Any]:
    """The parser of a conversation's history, no network."""
    import httpx
    from peer_httpx import entries_bytes

    from mistral_generated.api.beta_conversations import get_history as operation

    response = httpx.Response(200, content=entries_bytes())
    return lambda: operation.parse(response)


def embeddings(base_url: str) -> Callable[[], Any]:
    """The embeddings of 64 texts as lists of floats."""
    from peer_httpx import TEXTS

    from mistral_client import Mistral

    client: Any = Mistral(KEY, base_url=base_url)

    def once() -> int:
        found = client.embeddings.create(model="mistral-embed", inputs=TEXTS)
        return sum(len(item.embedding) for item in found.data)

    return once


def embeddings_json(base_url: str) -> Callable[[], Any]:
    """The same, asked for as JSON numbers."""
    from peer_httpx import TEXTS

    from mistral_client import Mistral

    client: Any = Mistral(KEY, base_url=base_url)

    def once() -> int:
        found = client.embeddings.create(
            model="mistral-embed", inputs=TEXTS, encoding_format="float"
        )
        return sum(len(item.embedding) for item in found.data)

    return once


def create_all(base_url: str) -> Callable[[], Any]:
    """The embeddings of 100,000 texts in 2,000 batches."""
    from mistral_client import Mistral

    client = Mistral(KEY, base_url=base_url)

    def once() -> int:
        texts = ("a text" for _ in range(100_000))
        return sum(1 for _ in client.embeddings.create_all(texts, model="narrow", batch_size=50))

    return once


def create_some(base_url: str) -> Callable[[], Any]:
    """The same for a tenth of the texts: what memory all of them may take."""
    from mistral_client import Mistral

    client = Mistral(KEY, base_url=base_url)

    def once() -> int:
        texts = ("a text" for _ in range(10_000))
        return sum(1 for _ in client.embeddings.create_all(texts, model="narrow", batch_size=50))

    return once


def stream_sync(base_url: str) -> Callable[[], Any]:
    """A stream of 5,000 typed events."""
    return _stream(base_url, MODEL)


def stream_joined(base_url: str) -> Callable[[], Any]:
    """The same in HTTP chunks of 16 KiB."""
    return _stream(base_url, "joined")


def _stream(base_url: str, model: str) -> Callable[[], Any]:
    from mistral_client import Mistral

    client: Any = Mistral(KEY, base_url=base_url)

    def once() -> int:
        with client.chat.stream(model=model, messages=MESSAGES) as events:
            return sum(1 for event in events if event.data)

    return once


def upload(base_url: str) -> Callable[[], Any]:
    """200 MB from disk."""
    from peer_httpx import big_file

    from mistral_client import Mistral

    client = Mistral(KEY, base_url=base_url, timeout=60)
    path = big_file()
    return lambda: client.beta.libraries.documents.upload(LIBRARY_ID, file=path)


def download(base_url: str) -> Callable[[], Any]:
    """200 MB to a new file."""
    from peer_httpx import new_file

    from mistral_client import Mistral

    client = Mistral(KEY, base_url=base_url, timeout=60)
    return lambda: client.files.download_to(LIBRARY_ID, new_file("ours"))


async def upload_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 MB from disk."""
    from peer_httpx import big_file

    from mistral_client import AsyncMistral

    client = AsyncMistral(KEY, base_url=base_url, timeout=60)
    path = big_file()
    return lambda: client.beta.libraries.documents.upload(LIBRARY_ID, file=path)


async def download_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 MB to a new file."""
    from peer_httpx import new_file

    from mistral_client import AsyncMistral

    client = AsyncMistral(KEY, base_url=base_url, timeout=60)
    return lambda: client.files.download_to(LIBRARY_ID, new_file("ours"))
