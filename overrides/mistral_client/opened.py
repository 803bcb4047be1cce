"""Answers that are being read as event streams: what both kinds of stream tell and do of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

import attr

from mistral_client.deadlines import cut
from mistral_client.problems import request_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    import httpx

    from mistral_client.allowances import Allowance
    from mistral_generated.types import StreamCall

T = TypeVar("T")


def resumed(call: StreamCall[T], last_id: str | None) -> StreamCall[T]:
    """Return the call that goes on after an event; the call itself without one."""
    if last_id is None or call.resume is None:
        return call
    place, name = call.resume
    if place == "header":
        return attr.evolve(call, headers={**call.headers, name: last_id})
    kept = [pair for pair in call.params if pair[0] != name]
    return attr.evolve(call, params=[*kept, (name, last_id)])


class Opened:
    """What both kinds of stream tell about their answer once it is open."""

    _response: httpx.Response | None = None
    _closing: bool = False

    def _is_closed(self) -> bool:
        """Say whether the stream was closed, perhaps by another thread or task meanwhile."""
        return self._closing

    @property
    def response(self) -> httpx.Response:
        """The answer behind the stream.

        Raises:
            RuntimeError: The stream is not open yet.

        """
        if self._response is None:
            raise RuntimeError("the stream is not open yet: enter it with `with`")
        return self._response

    @property
    def status_code(self) -> int:
        """The HTTP status of the answer."""
        return self.response.status_code

    @property
    def request_id(self) -> str | None:
        """The server's name for the request, if it gave one."""
        return request_id(self.response.headers)

    @property
    def rate_limits(self) -> tuple[Allowance, ...]:
        """What the server said of its rate limits, in the headers."""
        from mistral_client.allowances import read_allowances  # noqa: PLC0415 - when it is used

        return read_allowances(self.response.headers)

    if not TYPE_CHECKING:  # type checkers know every attribute

        def __getattr__(self, name: str) -> NoReturn:
            """Say what stands for the names that other clients have."""
            from mistral_client.other_names import (  # noqa: PLC0415 - for errors only
                ON_STREAMS,
                no_attribute,
            )

            raise no_attribute(self, name, ON_STREAMS)


class AsyncOpened(Opened):
    """The same for asyncio and trio; such a stream can be awaited, which opens it."""

    async def open(self) -> Self:
        """Open the stream and return it."""
        raise NotImplementedError

    def __await__(self) -> Generator[Any, Any, Self]:
        """Open the stream and return it, for `events = await client.chat.stream(...)`."""
        return self.open().__await__()


def end(events: Generator[Any, None, None], response: httpx.Response | None) -> None:
    """End an iteration over events, from any thread, and close the answer behind it."""
    try:
        events.close()
    except ValueError:  # another thread reads: it closes the answer when it is woken
        if response is not None:
            cut(response)
        return
    if response is not None:
        response.close()


async def end_async(events: AsyncGenerator[Any, None], response: httpx.Response | None) -> None:
    """End the same, from any task."""
    with suppress(RuntimeError):  # another task reads: it ends when the answer is closed
        await events.aclose()
    if response is not None:
        await response.aclose()
