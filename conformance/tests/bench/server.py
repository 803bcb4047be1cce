"""A server of fixed answers for the benchmarks: as little work per request as asyncio allows.

Run as a program it prints its base URL and serves until its standard input closes, so that it
ends with the benchmark that started it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from array import array
from base64 import b64encode

LIBRARY = {
    "id": "0197f425-5e85-7353-b8e7-e8b974b9c613",
    "name": "Field notes",
    "created_at": "2026-01-05T09:00:00.000000Z",
    "updated_at": "2026-01-05T09:00:00.000000Z",
    "owner_id": "6340e568-a546-4c41-9dee-1fbeb80493e1",
    "owner_type": "Workspace",
    "total_size": 1024,
    "nb_documents": 3,
    "chunk_size": None,
    "emoji": None,
    "description": "Observations of the season",
    "generated_name": None,
    "generated_description": None,
    "explicit_user_members_count": None,
    "explicit_workspace_members_count": None,
    "org_sharing_role": None,
}
DOCUMENT = {
    "id": "424fdcb8-3c11-478c-a651-9637be8b4fc4",
    "library_id": LIBRARY["id"],
    "hash": "8ad11d7d6d3a9ce8a0870088ebbcdb00",
    "mime_type": "application/pdf",
    "extension": "pdf",
    "size": 374978,
    "name": "notes.pdf",
    "created_at": "2026-01-05T09:00:01.017430Z",
    "last_processed_at": "2026-01-05T09:00:09.604284Z",
    "process_status": "done",
    "processing_status": "Completed",
    "uploaded_by_id": LIBRARY["owner_id"],
    "uploaded_by_type": "Workspace",
    "tokens_processing_total": 1714,
    "tokens_processing_main_content": 844,
    "tokens_processing_summary": 870,
    "summary": "What was seen between spring and autumn, week by week.",
    "number_of_pages": 9,
    "url": None,
    "attributes": None,
    "expires_at": None,
}
PAGE = {"total_items": 1, "total_pages": 1, "current_page": 0, "page_size": 100, "has_more": False}
COMPLETION = {
    "id": "7c5ff6df0d564e48b3ee6cd3f9f2a801",
    "object": "chat.completion",
    "model": "mistral-small-latest",
    "created": 1767603600,
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Seven words make a short answer here."},
        }
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20},
}
TIMES = {"created_at": "2026-01-05T09:00:00.1Z", "completed_at": "2026-01-05T09:00:01.2Z"}
SENTENCE = "In spring the herons came back, later than the year before, and fewer of them. "
TEXT_CHUNK = {"type": "text", "text": SENTENCE * 5}
"""An answer is two of these and a reference: half as long as that of the guide's example."""
REFERENCE = {
    "type": "tool_reference",
    "tool": "document_library",
    "title": "notes.pdf",
    "url": None,
    "favicon": None,
    "description": None,
}
OUTPUT = {"model": COMPLETION["model"], "agent_id": "ag_0197f425", "role": "assistant"}
ENTRIES: list[dict[str, object]] = [
    {"type": "message.input", "role": "user", "content": "What came back?", "prefix": False},
    {"type": "message.output", **OUTPUT, "content": [TEXT_CHUNK, REFERENCE, TEXT_CHUNK]},
    {"type": "tool.execution", "name": "document_library", "arguments": "{}", "info": {"hits": 2}},
    {"type": "function.call", "tool_call_id": "c1", "name": "weather", "arguments": '{"in": "it"}'},
    {"type": "function.result", "tool_call_id": "c1", "result": "rain"},
    {
        "type": "agent.handoff",
        "previous_agent_id": "ag_1",
        "previous_agent_name": "one",
        "next_agent_id": "ag_2",
        "next_agent_name": "two",
    },
]
HISTORY = {
    "object": "conversation.history",
    "conversation_id": "conv_0197f425",
    "entries": [
        {"object": "entry", "id": f"entry_{n}", **TIMES, **ENTRIES[n % len(ENTRIES)]}
        for n in range(500)
    ],
}
VECTORS = [
    [((text * 131 + place * 17) % 2001 - 1000) / 31623 for place in range(1024)]
    for text in range(64)
]
STREAM_EVENTS = 5_000
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
DOWNLOAD_BYTES = 200_000_000


def encode(body: object) -> bytes:
    """A complete 200 answer with this JSON body."""
    data = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def encode_embeddings(texts: int, width: int, *, packed: bool = False) -> bytes:
    """Embeddings of texts, as numbers or packed as base64 of 32-bit floats."""
    vectors = [vector[:width] for vector in VECTORS[:texts]]
    items = [
        {
            "object": "embedding",
            "index": index,
            "embedding": b64encode(array("f", vector).tobytes()).decode() if packed else vector,
        }
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": 320, "completion_tokens": 0, "total_tokens": 320}
    facts = {"id": COMPLETION["id"], "object": "list", "model": "mistral-embed", "usage": usage}
    return encode({**facts, "data": items})


def encode_stream(events: int) -> list[bytes]:
    """The pieces of an event stream, one HTTP chunk for each event."""
    return [STREAM_HEAD, *map(frame, encode_events(events)), b"0\r\n\r\n"]


def encode_joined(events: int) -> list[bytes]:
    """The pieces of the same stream in HTTP chunks of 16 KiB."""
    whole = b"".join(encode_events(events))
    size = 16 * 1024
    chunks = [whole[start : start + size] for start in range(0, len(whole), size)]
    return [STREAM_HEAD, *map(frame, chunks), b"0\r\n\r\n"]


def encode_events(events: int) -> list[bytes]:
    """The events of a stream, with its end."""
    pieces = []
    for number in range(events):
        chunk = {
            "id": COMPLETION["id"],
            "object": "chat.completion.chunk",
            "model": COMPLETION["model"],
            "created": COMPLETION["created"],
            "choices": [
                {"index": 0, "delta": {"content": f" word{number}"}, "finish_reason": None}
            ],
        }
        pieces.append(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    return [*pieces, b"data: [DONE]\n\n"]


def frame(data: bytes) -> bytes:
    """One HTTP chunk."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


LIBRARIES = encode({"data": [LIBRARY], "pagination": PAGE, "next_page_token": None})
DOCUMENTS = {"data": [DOCUMENT] * 1_000, "pagination": PAGE}
CHAT = encode(COMPLETION)
STREAM = encode_stream(STREAM_EVENTS)
JOINED = encode_joined(STREAM_EVENTS)
NARROW = encode_embeddings(50, 16)
EMBEDDINGS = {packed: encode_embeddings(64, 1024, packed=packed) for packed in (False, True)}
UPLOADED = encode(DOCUMENT).replace(b"200 OK", b"201 Created", 1)


async def drain_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The request's body if it is small; of a large one only the last block."""
    if b"transfer-encoding: chunked" in head.lower():
        return await drain_chunks(reader)
    length = next(
        (
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    block = b""
    while length:
        block = await reader.read(min(length, 1 << 18))
        if not block:
            break
        length -= len(block)
    return block


async def drain_chunks(reader: asyncio.StreamReader) -> bytes:
    """Reads a chunked body to its end and forgets it."""
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
    return b""


async def answer(path: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
    """Writes the fixed answer of this path."""
    if path.startswith(b"/v1/chat") and b'"stream":true' in body.replace(b" ", b""):
        for piece in JOINED if b'"joined"' in body else STREAM:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
    elif path.startswith(b"/v1/chat"):
        writer.write(CHAT)
    elif path.startswith(b"/v1/embeddings"):
        writer.write(NARROW if b'"narrow"' in body else EMBEDDINGS[b"base64" in body])
    elif path.endswith(b"/content"):
        await send_download(writer)
    elif path.endswith(b"/documents"):
        writer.write(UPLOADED)
    else:
        writer.write(LIBRARIES)
    await writer.drain()


async def send_download(writer: asyncio.StreamWriter) -> None:
    """Writes the large file in blocks."""
    head = (
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
        f"content-length: {DOWNLOAD_BYTES}\r\n\r\n"
    )
    writer.write(head.encode())
    block = bytes(1 << 16)
    left = DOWNLOAD_BYTES
    while left:
        writer.write(block[:left])
        left -= min(left, len(block))
        await writer.drain()


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request after the other until the peer closes."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await drain_body(reader, head)
            await answer(head.split(b" ", 2)[1], body, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve() -> None:
    """Serves on a free local port until standard input closes."""
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=watch, daemon=True).start()
    await closed.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
