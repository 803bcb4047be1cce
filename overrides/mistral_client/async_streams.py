"""Event streams: typed events out of an open answer, and what happens when it breaks.

`event_reader.py` decides; a stream reads the network and closes it on every path. It opens when it
is entered or first iterated over. The end marker ends it; an error inside it, a cut and a silence
raise a `StreamError` with the events that had arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

import httpx

from mistral_client.bodies import (
    after_async,
    beginning_of_async,
    chunks_of_async,
    probe_async,
)
from mistral_client.drains import drain_async
from mistral_client.opened import AsyncOpened, end_async
from mistral_client.sse import begins_events

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
    from types import TracebackType

    from mistral_client.event_reader import EventReader
    from mistral_generated.types import Event

T = TypeVar("T")
F = TypeVar("F")


class AsyncEventStream(AsyncOpened, Generic[T, F]):
    """The events of one call, inside `async with client.chat.stream(...) as events`."""

    def __init__(
        self,
        open_response: Callable[[str | None], Awaitable[httpx.Response]],
        reader: EventReader[T],
        silence_s: float | None,
        pause: Callable[[float], Awaitable[None]],
        finish: Callable[[object], F],
    ) -> None:
        """Read with `reader`; `finish` makes of the whole answer what the stream comes to."""
        self._open_response = open_response
        self._reader = reader
        self._silence_s = silence_s
        self._pause = pause
        self._finish = finish
        self._events = self._read()
        self._chunks: AsyncIterator[bytes]

    async def open(self) -> Self:
        """Open the stream and return it; opening again does nothing.

        Raises:
            APIStatusError: As for any call: the answer is an error.
            ConnectionFailed: As for any call: there is no answer.
            TimedOut: As for any call: there is no answer in time.

        """
        await self._open()
        return self

    async def __aenter__(self) -> Self:
        """Open the stream."""
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[Event[T]]:
        return self._events

    async def __anext__(self) -> Event[T]:
        return await anext(self._events)

    async def text(self) -> AsyncIterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        from mistral_client.assembly import piece_of  # noqa: PLC0415 - loaded when it is used

        async for event in self:
            if piece := piece_of(event.data):
                yield piece

    async def final(self) -> F:
        """Read the stream to its end and return the whole answer, of all events it had.

        Content, thinking, tool calls, entries and usage are put together as an answer that does not
        stream has them; where a class was given for its form, this is an object of the class.

        Raises:
            TypeError: The stream is neither a completion nor a reply in a conversation.
            StreamError: It breaks, or is so long that its first events are gone.
            StructuredOutputError: The answer is no object of the class.

        """
        from mistral_client.assembly import assemble  # noqa: PLC0415 - loaded when it is used

        async for _ in self:
            pass
        return self._finish(assemble(self._reader.all_data(), self._reader.operation))

    async def aclose(self) -> None:
        """Close the stream, from anywhere; closing again does nothing.

        Where another thread or task waits for an event, its iteration ends.
        """
        self._closing = True
        await end_async(self._events, self._response)

    async def _open(self) -> httpx.Response:
        response = self._response
        if response is None:
            response = self._response = await self._open_response(self._reader.parser.last_id)
            chunks = chunks_of_async(response)
            if not self._reader.begin(response):  # a server may call it something else
                taken = await probe_async(chunks)
                chunks = after_async(taken, chunks)
                if not begins_events(taken):
                    body = await beginning_of_async(response, chunks, self._reader.largest)
                    self._reader.refuse(body)
            self._chunks = chunks
        return response

    async def _read(self) -> AsyncGenerator[Event[T]]:
        reader = self._reader
        delay_s: float | None = 0.0
        while delay_s is not None and not self._is_closed():
            delay_s = None
            response = await self._open()
            chunks = self._chunks
            try:
                async for chunk in chunks:
                    if self._closing:
                        return
                    for event in reader.read(chunk):
                        yield event
                    if reader.is_done:
                        await drain_async(response, chunks)
                        return
                if not self._is_closed():
                    for last in reader.finish():
                        yield last
            except httpx.HTTPError as failure:
                delay_s = self._delay_s(failure)
            finally:
                await response.aclose()
            if delay_s is not None:
                await self._pause(delay_s)
                self._response = None

    def _delay_s(self, failure: httpx.HTTPError) -> float | None:
        """Return how long to wait before it goes on, in seconds; None for a stream that was closed.

        Raises:
            StreamError: The stream does not go on.

        """
        return None if self._is_closed() else self._reader.go_on(failure, self._silence_s)
