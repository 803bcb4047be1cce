"""What is compared, how often, and what the project promises for it."""

from __future__ import annotations

import attrs


@attrs.frozen
class Row:
    """One line of the table. Limits are ratios of CPU time, ours to the peer's.

    `function` is what each peer calls it, where two rows are of the same; `is_fast` says that our
    client has its extra `fast`.
    """

    name: str
    title: str
    repeats: int
    limit_httpx: float | None = None
    limit_official: float | None = None
    peers: tuple[str, ...] = ("httpx", "ours", "official", "stock")
    function: str | None = None
    is_fast: bool = False

    @property
    def called(self) -> str:
        """What each peer calls the row."""
        return self.function or self.name


SDKS = ("httpx", "ours", "official")
PAIR = ("httpx", "ours")
ROWS = (
    Row("cold_chat", "cold start to first chat call", 1, 1.05, 0.40),
    Row("cold_library", "cold start to first library call", 1, 1.05, 0.18),
    Row("get_sync", "one GET, sync", 400, 0.95, 0.40),
    Row("chat_sync", "one chat call, sync", 400, 0.95, 0.08),
    Row("get_async", "one GET, async", 400, 1.00),
    Row("chat_async", "one chat call, async", 400, 1.00),
    Row("parse_documents", "parse 1,000 documents", 30, 1.4, 1.0),
    Row(
        "documents_fast",
        "the same, with `fast`",
        30,
        0.9,
        None,
        PAIR,
        "parse_documents",
        is_fast=True,
    ),
    Row("parse_entries", "parse 500 conversation entries", 100, 1.8, None, PAIR),
    Row("embeddings", "embeddings of 64 texts, 1,024 wide", 10, 0.25, None, SDKS),
    Row("embeddings_json", "the same as JSON numbers", 10, 1.4, None, PAIR),
    Row(
        "embeddings_json_fast",
        "the same, with `fast`",
        10,
        0.7,
        None,
        PAIR,
        "embeddings_json",
        is_fast=True,
    ),
    Row("create_all", "embeddings of 100,000 texts", 1, 1.3, None, PAIR),
    Row("stream_sync", "stream, one event a chunk", 2, 1.15, 0.05, SDKS),
    Row("stream_joined", "stream, 16 KiB chunks", 4, 1.5, None, PAIR),
    Row("concurrent_async", "200 concurrent async GETs", 5, 0.15, 0.55),
    Row("upload", "upload of 200 MB", 5, 1.0, None, PAIR),
    Row("download", "download of 200 MB", 5, 1.0, None, PAIR),
    Row("upload_async", "upload of 200 MB, async", 5, 1.0, None, PAIR),
    Row("download_async", "download of 200 MB, async", 5, 1.0, None, PAIR),
)
TRANSFERS = frozenset({"upload", "download", "upload_async", "download_async", "create_all"})
MODULES_LIMIT = 275
COLD_MEMORY_LIMIT_KB = 22 * 1024
TRANSFER_MEMORY_LIMIT_KB = 1024
