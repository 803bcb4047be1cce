"""The pieces of an open answer, the cheapest way: raw where the server did not compress them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# How much of a body without use is read for the words in it, in bytes.
_HEAD: Final = 64 * 1024


def chunks_of(response: httpx.Response) -> Iterator[bytes]:
    """Return the decompressed body in pieces.

    Reading it fails with httpx's errors; the caller closes the response.
    """
    if _is_plain(response):
        return iter(cast("httpx.SyncByteStream", response.stream))
    return response.iter_bytes()


def chunks_of_async(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the same for an answer of an asynchronous client."""
    if _is_plain(response):
        return aiter(cast("httpx.AsyncByteStream", response.stream))
    return response.aiter_bytes()


def beginning_of(response: httpx.Response) -> bytes:
    """Return what arrives of a body that is an error or a mistake, and close the response."""
    head = b""
    try:
        for chunk in response.iter_bytes():
            head += chunk
            if len(head) >= _HEAD:
                break
    except httpx.HTTPError:
        return head
    finally:
        response.close()
    return head[:_HEAD]


async def beginning_of_async(response: httpx.Response) -> bytes:
    """Return the same for an answer of an asynchronous client."""
    head = b""
    try:
        async for chunk in response.aiter_bytes():
            head += chunk
            if len(head) >= _HEAD:
                break
    except httpx.HTTPError:
        return head
    finally:
        await response.aclose()
    return head[:_HEAD]


def _is_plain(response: httpx.Response) -> bool:
    """Say whether the body can be read raw: not compressed, and not read already."""
    return "content-encoding" not in response.headers and not response.is_stream_consumed
