"""Deadlines: how long a whole call or stream may take, whatever the server sends meanwhile.

Timeouts bound a silence; a server that sends a byte now and then is never silent. The body of an
answer with a deadline is read through `bounded`, which ends it in time. `cut` ends what another
thread waits for.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import attr
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


class DeadlineOver(httpx.ReadTimeout):
    """The time of a call is up."""


@attr.frozen
class Deadline:
    """The end of a call: `limit_s` is what it was given, `ends_s` a time of `now`, in seconds."""

    limit_s: float
    ends_s: float
    now: Callable[[], float]

    @classmethod
    def of(cls, limit_s: float, now: Callable[[], float]) -> Deadline:
        """Return the deadline of a call that starts now."""
        return cls(limit_s, now() + limit_s, now)

    def left_s(self) -> float:
        """Return what is left, in seconds; less than 0 when it is over."""
        return self.ends_s - self.now()

    def check(self) -> None:
        """Raise DeadlineOver when the time is up."""
        if self.left_s() <= 0:
            raise self.over()

    def over(self) -> DeadlineOver:
        """Return the error that says so."""
        return DeadlineOver(
            f"it was not done within its deadline of {self.limit_s:g} s; allow more with "
            "deadline=..."
        )


def bounded(response: httpx.Response, deadline: Deadline) -> httpx.Response:
    """Return the open answer, with a body that raises DeadlineOver when the time is up."""
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _AsyncBounded(response.stream, deadline)
    else:
        response.stream = _Bounded(response.stream, deadline, response)
    return response


def cut(response: httpx.Response) -> None:
    """Shut the connection of an answer down: who waits for more of it gets an error at once."""
    stream = response.extensions.get("network_stream")
    connection = None if stream is None else stream.get_extra_info("socket")
    if isinstance(connection, socket.socket):
        # Past TLS, which would say goodbye first; a connection may be gone already.
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Bounded(httpx.SyncByteStream):
    def __init__(
        self, stream: httpx.SyncByteStream, deadline: Deadline, response: httpx.Response
    ) -> None:
        self._stream = stream
        self._deadline = deadline
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        deadline = self._deadline
        deadline.check()
        timer = threading.Timer(deadline.left_s(), cut, (self._response,))
        timer.daemon = True
        timer.start()
        try:
            for piece in self._stream:
                deadline.check()
                yield piece
            deadline.check()  # a body without a stated length ends when it is cut
        except httpx.HTTPError as failure:
            if deadline.left_s() > 0 or isinstance(failure, DeadlineOver):
                raise
            raise deadline.over() from failure
        finally:
            timer.cancel()

    def close(self) -> None:
        self._stream.close()


class _AsyncBounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import anyio  # noqa: PLC0415 - httpcore has loaded it by then

        pieces = aiter(self._stream)
        while True:
            self._deadline.check()
            piece = None
            with anyio.move_on_after(self._deadline.left_s()):
                piece = await anext(pieces, b"")
            if piece is None:
                raise self._deadline.over()
            if not piece:
                return
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
