"""The bodies of answers: in pieces as they come, or whole up to a limit.

Nothing here holds more than the caller allows, however much a server sends, and however small it
was when it was compressed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import attr
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from mistral_client.decoding import Decoding

# How much is kept of a body that is not read to its end, and of the body of an error, in bytes.
KEPT: Final = 1024 * 1024

# How much of a body tells what it is, in bytes.
PROBED: Final = 16


@attr.frozen(slots=False, eq=False, repr=False)
class Answer:
    """An answer that was read: status, headers and the body, decompressed."""

    status_code: int
    headers: Any
    content: bytes


class Body(NamedTuple):
    """What was read of a body: all of it, or the beginning of one that is over the limit."""

    content: bytes
    is_whole: bool


class Collector:
    """Takes the pieces of a body up to a limit, in bytes; None is no limit."""

    __slots__ = ("_limit", "_pieces", "size")

    def __init__(self, limit: int | None) -> None:
        self.size = 0
        self._limit = limit
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> bool:
        """Take a piece; return whether all of it was within the limit."""
        self._pieces.append(piece)
        self.size += len(piece)
        return self._limit is None or self.size <= self._limit

    def body(self, *, is_whole: bool) -> Body:
        """Return what was taken; of a body that is not whole at most `KEPT` bytes."""
        if is_whole:
            return Body(b"".join(self._pieces), is_whole)
        most = limit_of_error(self._limit)
        beginning = bytearray()
        for piece in self._pieces:
            beginning += piece[: most - len(beginning)]
            if len(beginning) == most:
                break
        return Body(bytes(beginning), is_whole)


def limit_of_error(limit: int | None) -> int:
    """Return how much of the body of an error to read, in bytes, where answers have a limit."""
    return KEPT if limit is None else min(KEPT, limit)


def read_body(response: httpx.Response, limit: int | None) -> Body:
    """Return the body of an open answer, or its beginning if it is over the limit, in bytes.

    Fails with httpx's errors; the caller closes the response.
    """
    collector = Collector(limit)
    return collector.body(is_whole=_collect(chunks_of(response), collector))


async def read_body_async(response: httpx.Response, limit: int | None) -> Body:
    """Return the same for an answer of an asynchronous client."""
    collector = Collector(limit)
    return collector.body(is_whole=await _collect_async(chunks_of_async(response), collector))


def beginning_of(response: httpx.Response, chunks: Iterator[bytes], limit: int | None) -> bytes:
    """Return what arrives of a body that stands for an error, and close the response.

    `chunks` is what is left of the body, `limit` that of answers, in bytes; a connection that
    breaks ends the body.
    """
    collector = Collector(limit_of_error(limit))
    try:
        _collect(chunks, collector)
    except httpx.HTTPError:
        pass  # what came before may say what went wrong
    finally:
        response.close()
    return collector.body(is_whole=False).content


async def beginning_of_async(
    response: httpx.Response, chunks: AsyncIterator[bytes], limit: int | None
) -> bytes:
    """Return the same for an answer of an asynchronous client."""
    collector = Collector(limit_of_error(limit))
    try:
        await _collect_async(chunks, collector)
    except httpx.HTTPError:
        pass  # as in `beginning_of`
    finally:
        await response.aclose()
    return collector.body(is_whole=False).content


def _collect(chunks: Iterator[bytes], collector: Collector) -> bool:
    """Read a body until the collector is full; return whether all of it was within its limit."""
    return all(collector.add(piece) for piece in chunks)


async def _collect_async(chunks: AsyncIterator[bytes], collector: Collector) -> bool:
    async for piece in chunks:
        if not collector.add(piece):
            return False
    return True


def probe(chunks: Iterator[bytes]) -> bytes:
    """Take the first bytes of a body, enough to tell what it is; fewer where it ends or breaks."""
    taken = b""
    with suppress(httpx.HTTPError):  # what came before may still say what it is
        for chunk in chunks:
            taken += chunk
            if len(taken) >= PROBED:
                break
    return taken


async def probe_async(chunks: AsyncIterator[bytes]) -> bytes:
    """Take the same of an answer of an asynchronous client."""
    taken = b""
    with suppress(httpx.HTTPError):
        async for chunk in chunks:
            taken += chunk
            if len(taken) >= PROBED:
                break
    return taken


def after(taken: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what a probe took, and the rest of the body after it."""
    yield taken
    yield from chunks


async def after_async(taken: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same for an answer of an asynchronous client."""
    yield taken
    async for chunk in chunks:
        yield chunk


def chunks_of(response: httpx.Response) -> Iterator[bytes]:
    """Return the decompressed body in pieces, straight from the connection.

    Reading it fails with httpx's errors; the caller closes the response.
    """
    if response.is_stream_consumed:
        return response.iter_bytes()
    chunks = iter(cast("httpx.SyncByteStream", response.stream))
    if "content-encoding" not in response.headers:
        return chunks
    return _decoded(chunks, _decoding_of(response))


def chunks_of_async(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the same for an answer of an asynchronous client."""
    if response.is_stream_consumed:
        return response.aiter_bytes()
    chunks = aiter(cast("httpx.AsyncByteStream", response.stream))
    if "content-encoding" not in response.headers:
        return chunks
    return _decoded_async(chunks, _decoding_of(response))


def _decoded(chunks: Iterator[bytes], decoding: Decoding) -> Iterator[bytes]:
    for chunk in chunks:
        yield from decoding.feed(chunk)


async def _decoded_async(chunks: AsyncIterator[bytes], decoding: Decoding) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        for piece in decoding.feed(chunk):
            yield piece


def _decoding_of(response: httpx.Response) -> Decoding:
    from mistral_client.decoding import Decoding  # noqa: PLC0415 - for compressed bodies only

    codings = response.headers.get_list("content-encoding", split_commas=True)
    return Decoding(coding.strip().lower() for coding in codings)
