"""The yardstick: bare httpx and json.loads, written as a careful user would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

HEADERS = {"Authorization": "Bearer bench-key"}
MESSAGES = [{"role": "user", "content": "Say seven words."}]
BODY = {"model": "mistral-small-latest", "messages": MESSAGES}
LIBRARY_ID = "0197f425-5e85-7353-b8e7-e8b974b9c613"
TEXTS = [f"Sentence number {number}." for number in range(64)]


def cold_chat(base_url: str) -> None:
    """Import, client, first chat call."""
    import httpx

    with httpx.Client(base_url=base_url, headers=HEADERS) as client:
        json.loads(client.post("/v1/chat/completions", json=BODY).content)


def cold_library(base_url: str) -> None:
    """Import, client, first library call."""
    import httpx

    with httpx.Client(base_url=base_url, headers=HEADERS) as client:
        json.loads(client.get("/v1/libraries").content)


def get_sync(base_url: str) -> Callable[[], Any]:
    """One list of libraries."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS)
    return lambda: json.loads(client.get("/v1/libraries").content)


def chat_sync(base_url: str) -> Callable[[], Any]:
    """One chat completion."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS)
    return lambda: json.loads(client.post("/v1/chat/completions", json=BODY).content)


async def get_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One list of libraries, asynchronously."""
    import httpx

    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS)

    async def once() -> Any:
        return json.loads((await client.get("/v1/libraries")).content)

    return once


async def chat_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """One chat completion, asynchronously."""
    import httpx

    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS)

    async def once() -> Any:
        return json.loads((await client.post("/v1/chat/completions", json=BODY)).content)

    return once


async def concurrent_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 lists of libraries at a time."""
    import asyncio

    import httpx

    limits = httpx.Limits(max_connections=200)
    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS, limits=limits, timeout=60)

    async def one() -> Any:
        return json.loads((await client.get("/v1/libraries")).content)

    async def once() -> None:
        await asyncio.gather(*(one() for _ in range(200)))

    return once


def parse_documents(_base_url: str) -> Callable[[], Any]:
    """The JSON of 1,000 documents, no network."""
    data = documents_bytes()
    return lambda: json.loads(data)


def documents_bytes() -> bytes:
    """The body of a page of 1,000 documents."""
    from server import DOCUMENTS

    return json.dumps(DOCUMENTS).encode()


def parse_entries(_base_url: str) -> Callable[[], Any]:
    """The JSON of a conversation's history, no network."""
    data = entries_bytes()
    return lambda: json.loads(data)


def entries_bytes() -> bytes:
    """The body of a history of 500 entries of six types."""
    from server import HISTORY

    return json.dumps(HISTORY).encode()


def embeddings(base_url: str) -> Callable[[], Any]:
    """The embeddings of 64 texts as JSON numbers."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS)
    body = {"model": "mistral-embed", "input": TEXTS}

    def once() -> int:
        found = json.loads(client.post("/v1/embeddings", json=body).content)
        return sum(len(item["embedding"]) for item in found["data"])

    return once


embeddings_json = embeddings


def create_all(base_url: str) -> Callable[[], Any]:
    """2,000 requests for embeddings, one after the other."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS)
    body = {"model": "narrow", "input": ["a text"] * 50}

    def once() -> int:
        found = 0
        for _ in range(2_000):
            answer = json.loads(client.post("/v1/embeddings", json=body).content)
            found += len([item["embedding"] for item in answer["data"]])
        return found

    return once


def stream_sync(base_url: str) -> Callable[[], Any]:
    """A stream of 5,000 events, each decoded."""
    return _stream(base_url, BODY)


def stream_joined(base_url: str) -> Callable[[], Any]:
    """The same in HTTP chunks of 16 KiB."""
    return _stream(base_url, {**BODY, "model": "joined"})


def _stream(base_url: str, question: dict[str, Any]) -> Callable[[], Any]:
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS)

    def once() -> int:
        seen = 0
        body = {**question, "stream": True}
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            for line in response.iter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    json.loads(line[6:])
                    seen += 1
        return seen

    return once


def upload(base_url: str) -> Callable[[], Any]:
    """200 MB from disk."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS, timeout=60)
    path = big_file()

    def once() -> None:
        with path.open("rb") as content:
            client.post(f"/v1/libraries/{LIBRARY_ID}/documents", files={"file": content})

    return once


def big_file() -> Path:
    """A sparse file of 200 MB beside the benchmark's environments."""
    from pathlib import Path

    path = Path(__file__).resolve().parents[3] / ".bench" / "upload.pdf"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        with path.open("wb") as out:
            out.truncate(200_000_000)
    return path


def new_file(peer: str) -> Path:
    """Where a download goes, with nothing there: in memory where the system has a place for it.

    On a disk, how busy it still is with the peer before decides more than the client does.
    """
    from pathlib import Path

    memory = Path("/dev/shm")  # noqa: S108 - the name is this benchmark's own
    folder = memory if memory.is_dir() else big_file().parent
    path = folder / f"mistral-bench-download-{peer}.bin"
    path.unlink(missing_ok=True)
    return path


def download(base_url: str) -> Callable[[], Any]:
    """200 MB to a new file."""
    import httpx

    client = httpx.Client(base_url=base_url, headers=HEADERS, timeout=60)

    def once() -> None:
        with (
            client.stream("GET", f"/v1/files/{LIBRARY_ID}/content") as answer,
            new_file("httpx").open("wb") as out,
        ):
            for block in answer.iter_bytes(1 << 16):
                out.write(block)

    return once


async def upload_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 MB from disk."""
    import httpx

    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS, timeout=60)
    path = big_file()

    async def once() -> None:
        with path.open("rb") as content:
            await client.post(f"/v1/libraries/{LIBRARY_ID}/documents", files={"file": content})

    return once


async def download_async(base_url: str) -> Callable[[], Awaitable[Any]]:
    """200 MB to a new file."""
    import httpx

    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS, timeout=60)

    async def once() -> None:
        async with client.stream("GET", f"/v1/files/{LIBRARY_ID}/content") as answer:
            with new_file("httpx").open("wb") as out:
                async for block in answer.aiter_bytes(1 << 16):
                    out.write(block)

    return once
