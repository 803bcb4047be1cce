"""The end of an event stream, read so that its connection can be used again.

After the end marker only the last, empty HTTP chunk is missing. Reading it saves the next request
a new connection; a server that never sends it costs at most `DRAIN_S`, then the connection goes.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# How long to wait for the end of the answer after the end marker, in seconds.
DRAIN_S: Final = 0.5


def drain(response: httpx.Response, chunks: Iterator[bytes]) -> None:
    """Read the rest of the answer, for `DRAIN_S` at most."""
    connection = _socket(response)
    if connection is None:
        return
    watch = threading.Timer(DRAIN_S, _shut, (connection,))
    watch.daemon = True
    watch.start()
    try:
        for _ in chunks:
            pass
    except (httpx.HTTPError, OSError):
        response.close()
    finally:
        watch.cancel()


async def drain_async(response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
    """Read the rest of the answer, for `DRAIN_S` at most."""
    if _socket(response) is None:
        return
    import anyio  # noqa: PLC0415 - in asynchronous programs it is loaded already

    with anyio.move_on_after(DRAIN_S):
        try:
            async for _ in chunks:
                pass
        except httpx.HTTPError:
            await response.aclose()


def _socket(response: httpx.Response) -> socket.socket | None:
    """Return the socket behind an answer, if there is one."""
    stream = response.extensions.get("network_stream")
    return None if stream is None else stream.get_extra_info("socket")


def _shut(connection: socket.socket) -> None:
    """Wake whoever reads from the socket."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
