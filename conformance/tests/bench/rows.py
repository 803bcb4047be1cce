"""What is compared, how often, and what the project promises for it."""

from __future__ import annotations

import attrs


@attrs.frozen
class Row:
    """One line of the table. Limits are ratios of CPU time, ours to the peer's."""

    name: str
    title: str
    repeats: int
    limit_httpx: float | None = None
    limit_official: float | None = None
    peers: tuple[str, ...] = ("httpx", "ours", "official", "stock")


SDKS = ("httpx", "ours", "official")
ROWS = (
    Row("cold_chat", "cold start to first chat call", 1, 1.30, 0.40),
    Row("cold_library", "cold start to first library call", 1, 1.30, 0.18),
    Row("get_sync", "one GET, sync", 400, 1.05, 0.40),
    Row("chat_sync", "one chat call, sync", 400, 1.05, 0.08),
    Row("get_async", "one GET, async", 400, 1.10),
    Row("chat_async", "one chat call, async", 400, 1.10),
    Row("parse_documents", "parse 1,000 documents", 30, 2.1, 1.0),
    Row("parse_entries", "parse 500 conversation entries", 100, 2.2, None, ("httpx", "ours")),
    Row("embeddings", "embeddings of 64 texts, 1,024 wide", 10, 0.25, None, SDKS),
    Row("stream_sync", "stream of 5,000 chunks", 2, 1.3, 0.05, SDKS),
    Row("concurrent_async", "200 concurrent async GETs", 5, 0.35, 0.55),
    Row("upload", "upload of 200 MB", 1, 1.1, None, ("httpx", "ours")),
    Row("download", "download of 200 MB", 1, 1.1, None, ("httpx", "ours")),
)
MODULES_LIMIT = 265
COLD_MEMORY_LIMIT_KB = 22 * 1024
TRANSFER_MEMORY_LIMIT_KB = 2 * 1024
