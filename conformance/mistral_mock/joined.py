"""Connections that send the head of an answer and what follows at once in one piece.

The caller wakes up once for them instead of twice, which is most of what a small answer costs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Send = Callable[[Any], Awaitable[None]]

HEAD = "http.response.start"


class JoinedTransport:
    """A transport that can wait with what is written, until more is or the event loop goes on."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting = b""
        self.waits = False
        """What is written now waits."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, together with what waits."""
        if self.waits:
            self._waiting += data
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            data, self._waiting = self._waiting + data, b""
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection when all has been sent."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            data, self._waiting = self._waiting, b""
            self._transport.write(data)


def join_head(transport: JoinedTransport, send: Send) -> Send:
    """Return a connection's `send` whose heads wait for what follows at once."""

    async def joining(message: Any) -> None:  # noqa: ANN401 - ASGI
        transport.waits = message["type"] == HEAD
        try:
            await send(message)
        finally:
            transport.waits = False

    return joining
