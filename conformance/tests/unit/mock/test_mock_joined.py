"""Heads of answers go out together with what follows at once, and alone when nothing does."""

from __future__ import annotations

import asyncio
from typing import Any

from mistral_mock.joined import HEAD, JoinedTransport, join_head

HEADED = {"type": HEAD}
BODY = {"type": "http.response.body"}


class Transport:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Keeps it."""
        self.written.append(data)

    def close(self) -> None:
        """Notes it."""
        self.closed = True


def run(work: Any) -> Transport:
    """What a transport got of a task that is given the transport and a way to send."""
    inner = Transport()

    async def begin() -> None:
        outer: Any = JoinedTransport(inner)  # type: ignore[arg-type]

        async def send(message: Any) -> None:
            outer.write(b"head " if message["type"] == HEAD else b"body ")

        await work(outer, join_head(outer, send))
        await asyncio.sleep(0)

    asyncio.run(begin())
    return inner


def test_head_and_body_are_one_piece() -> None:
    async def work(_: Any, send: Any) -> None:
        await send(HEADED)
        await send(BODY)
        await send(BODY)

    assert run(work).written == [b"head body ", b"body "]


def test_head_does_not_wait_for_a_body_that_is_not_there_yet() -> None:
    async def work(_: Any, send: Any) -> None:
        await send(HEADED)
        await asyncio.sleep(0)
        await send(BODY)

    assert run(work).written == [b"head ", b"body "]


def test_what_waits_is_sent_before_the_connection_closes() -> None:
    async def work(transport: Any, send: Any) -> None:
        await send(HEADED)
        transport.close()

    found = run(work)
    assert (found.written, found.closed) == ([b"head "], True)
