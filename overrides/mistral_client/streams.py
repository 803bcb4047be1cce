"""Event streams: typed events out of an open answer, and what happens when it breaks.

`event_reader.py` decides; `EventStream` and `AsyncEventStream` read the network and close it on
every path. A stream opens when it is entered or first iterated over. The end marker ends it; an
error inside it, a cut and a silence raise a `StreamError` with the events that had arrived.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import attr
import httpx

from mistral_client.bodies import (
    beginning_of,
    beginning_of_async,
    chunks_of,
    chunks_of_async,
)
from mistral_client.deadlines import cut
from mistral_client.drains import drain, drain_async
from mistral_client.problems import request_id

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Generator,
        Iterator,
    )
    from types import TracebackType

    from mistral_client.event_reader import EventReader
    from mistral_generated.models import ChatCompletionResponse
    from mistral_generated.types import Event, StreamCall

T = TypeVar("T")
F = TypeVar("F")


def resumed(call: StreamCall[T], last_id: str | None) -> StreamCall[T]:
    """Return the call that goes on after an event; the call itself without one."""
    if last_id is None or call.resume is None:
        return call
    place, name = call.resume
    if place == "header":
        return attr.evolve(call, headers={**call.headers, name: last_id})
    kept = [pair for pair in call.params if pair[0] != name]
    return attr.evolve(call, params=[*kept, (name, last_id)])


class _Opened:
    """What both kinds of stream tell about their answer once it is open."""

    _response: httpx.Response | None = None
    _closing: bool = False

    def _is_closed(self) -> bool:
        """Say whether the stream was closed, perhaps by another thread or task meanwhile."""
        return self._closing

    @property
    def response(self) -> httpx.Response:
        """The answer behind the stream.

        Raises RuntimeError before the stream is open.
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


class EventStream(_Opened, Generic[T, F]):
    """The events of one call: `with client.chat.stream(...) as events: for event in events`."""

    def __init__(
        self,
        open_response: Callable[[str | None], httpx.Response],
        reader: EventReader[T],
        silence_s: float | None,
        pause: Callable[[float], None],
        finish: Callable[[ChatCompletionResponse], F],
    ) -> None:
        """Read with `reader`; `finish` makes of the whole answer what the stream comes to."""
        self._open_response = open_response
        self._reader = reader
        self._silence_s = silence_s
        self._pause = pause
        self._finish = finish
        self._events = self._read()

    def open(self) -> Self:
        """Open the stream and return it; opening again does nothing.

        Raises what any call raises for an error answer or none.
        """
        self._open()
        return self

    def __enter__(self) -> Self:
        """Open the stream."""
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event[T]]:
        return self._events

    def __next__(self) -> Event[T]:
        return next(self._events)

    def text(self) -> Iterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        from mistral_client.assembly import piece_of  # noqa: PLC0415 - loaded when it is used

        return (piece for event in self if (piece := piece_of(event.data)))

    def final(self) -> F:
        """Read the stream to its end and return the whole answer, of all events it had.

        Content, thinking, tool calls and usage are put together as an answer that does not stream
        has them; where a class was given for its form, this is an object of the class. Raises
        TypeError for a stream that is no completion, StreamError for one that breaks, and one that
        is so long that its first events are gone, StructuredOutputError for no such object.
        """
        from mistral_client.assembly import assemble  # noqa: PLC0415 - loaded when it is used

        for _ in self:
            pass
        return self._finish(assemble(self._reader.all_data(), self._reader.operation))

    def close(self) -> None:
        """Close the stream, from any thread; closing again does nothing.

        Where another thread waits for an event, its iteration ends.
        """
        self._closing = True
        try:
            self._events.close()
        except ValueError:  # another thread reads: it closes the answer when it is woken
            if self._response is not None:
                cut(self._response)
            return
        if self._response is not None:
            self._response.close()

    def _open(self) -> httpx.Response:
        response = self._response
        if response is None:
            response = self._response = self._open_response(self._reader.parser.last_id)
            if not self._reader.begin(response):
                self._reader.refuse(beginning_of(response, self._reader.largest))
        return response

    def _read(self) -> Generator[Event[T], None, None]:
        reader = self._reader
        delay_s: float | None = 0.0
        while delay_s is not None and not self._is_closed():
            delay_s = None
            response = self._open()
            chunks = chunks_of(response)
            try:
                for chunk in chunks:
                    if self._is_closed():
                        return
                    yield from reader.read(chunk)
                    if reader.is_done:
                        drain(response, chunks)
                        return
                if not self._is_closed():
                    reader.finish()
            except httpx.HTTPError as failure:
                if not self._is_closed():
                    delay_s = reader.go_on(failure, self._silence_s)
            finally:
                response.close()
            if delay_s is not None:
                self._pause(delay_s)
                self._response = None


class AsyncEventStream(_Opened, Generic[T, F]):
    """The same for asyncio and trio: `async with ... as events: async for event in events`."""

    def __init__(
        self,
        open_response: Callable[[str | None], Awaitable[httpx.Response]],
        reader: EventReader[T],
        silence_s: float | None,
        pause: Callable[[float], Awaitable[None]],
        finish: Callable[[ChatCompletionResponse], F],
    ) -> None:
        """Read as `EventStream` does."""
        self._open_response = open_response
        self._reader = reader
        self._silence_s = silence_s
        self._pause = pause
        self._finish = finish
        self._events = self._read()

    async def open(self) -> Self:
        """Open the stream and return it; opening again does nothing.

        Raises what any call raises for an error answer or none.
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
        """Read the stream to its end and return the whole answer, as `EventStream.final` does."""
        from mistral_client.assembly import assemble  # noqa: PLC0415 - loaded when it is used

        async for _ in self:
            pass
        return self._finish(assemble(self._reader.all_data(), self._reader.operation))

    async def aclose(self) -> None:
        """Close the stream, from any task; closing again does nothing.

        Where another task waits for an event, its iteration ends.
        """
        self._closing = True
        with suppress(RuntimeError):  # another task reads: it ends when the answer is closed
            await self._events.aclose()
        if self._response is not None:
            await self._response.aclose()

    async def _open(self) -> httpx.Response:
        response = self._response
        if response is None:
            response = self._response = await self._open_response(self._reader.parser.last_id)
            if not self._reader.begin(response):
                body = await beginning_of_async(response, self._reader.largest)
                self._reader.refuse(body)
        return response

    async def _read(self) -> AsyncGenerator[Event[T], None]:
        reader = self._reader
        delay_s: float | None = 0.0
        while delay_s is not None and not self._is_closed():
            delay_s = None
            response = await self._open()
            chunks = chunks_of_async(response)
            try:
                async for chunk in chunks:
                    if self._is_closed():
                        return
                    for event in reader.read(chunk):
                        yield event
                    if reader.is_done:
                        await drain_async(response, chunks)
                        return
                if not self._is_closed():
                    reader.finish()
            except httpx.HTTPError as failure:
                if not self._is_closed():
                    delay_s = reader.go_on(failure, self._silence_s)
            finally:
                await response.aclose()
            if delay_s is not None:
                await self._pause(delay_s)
                self._response = None
