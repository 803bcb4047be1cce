# generated from async_streams.py by scripts/generate.py; do not edit
"""Event streams: typed events out of an open answer, and what happens when it breaks.

`event_reader.py` decides; a stream reads the network and closes it on every path. It opens when it
is entered or first iterated over. The end marker ends it; an error inside it, a cut and a silence
raise a `StreamError` with the events that had arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

import httpx

from mistral_client.bodies import (
    after,
    beginning_of,
    chunks_of,
    probe,
)
from mistral_client.drains import drain
from mistral_client.opened import Opened, end
from mistral_client.sse import begins_events

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import TracebackType

    from mistral_client.event_reader import EventReader
    from mistral_generated.types import Event

T = TypeVar("T")
F = TypeVar("F")


class EventStream(Opened, Generic[T, F]):
    """The events of one call, inside `with client.chat.stream(...) as events`."""

    def __init__(
        self,
        open_response: Callable[[str | None], httpx.Response],
        reader: EventReader[T],
        silence_s: float | None,
        pause: Callable[[float], None],
        finish: Callable[[object], F],
    ) -> None:
        """Read with `reader`; `finish` makes of the whole answer what the stream comes to."""
        self._open_response = open_response
        self._reader = reader
        self._silence_s = silence_s
        self._pause = pause
        self._finish = finish
        self._events = self._read()
        self._chunks: Iterator[bytes]

    def open(self) -> Self:
        """Open the stream and return it; opening again does nothing.

        Raises:
            APIStatusError: As for any call: the answer is an error.
            ConnectionFailed: As for any call: there is no answer.
            TimedOut: As for any call: there is no answer in time.

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

        for event in self:
            if piece := piece_of(event.data):
                yield piece

    def final(self) -> F:
        """Read the stream to its end and return the whole answer, of all events it had.

        Content, thinking, tool calls, entries and usage are put together as an answer that does not
        stream has them; where a class was given for its form, this is an object of the class.

        Raises:
            TypeError: The stream is neither a completion nor a reply in a conversation.
            StreamError: It breaks, or is so long that its first events are gone.
            StructuredOutputError: The answer is no object of the class.

        """
        from mistral_client.assembly import assemble  # noqa: PLC0415 - loaded when it is used

        for _ in self:
            pass
        return self._finish(assemble(self._reader.all_data(), self._reader.operation))

    def close(self) -> None:
        """Close the stream, from anywhere; closing again does nothing.

        Where another thread or task waits for an event, its iteration ends.
        """
        self._closing = True
        end(self._events, self._response)

    def _open(self) -> httpx.Response:
        response = self._response
        if response is None:
            response = self._response = self._open_response(self._reader.parser.last_id)
            chunks = chunks_of(response)
            if not self._reader.begin(response):  # a server may call it something else
                taken = probe(chunks)
                chunks = after(taken, chunks)
                if not begins_events(taken):
                    body = beginning_of(response, chunks, self._reader.largest)
                    self._reader.refuse(body)
            self._chunks = chunks
        return response

    def _read(self) -> Generator[Event[T]]:
        reader = self._reader
        delay_s: float | None = 0.0
        while delay_s is not None and not self._is_closed():
            delay_s = None
            response = self._open()
            chunks = self._chunks
            try:
                for chunk in chunks:
                    if self._closing:
                        return
                    yield from reader.read(chunk)
                    if reader.is_done:
                        drain(response, chunks)
                        return
                if not self._is_closed():
                    yield from reader.finish()
            except httpx.HTTPError as failure:
                delay_s = self._delay_s(failure)
            finally:
                response.close()
            if delay_s is not None:
                self._pause(delay_s)
                self._response = None

    def _delay_s(self, failure: httpx.HTTPError) -> float | None:
        """Return how long to wait before it goes on, in seconds; None for a stream that was closed.

        Raises:
            StreamError: The stream does not go on.

        """
        return None if self._is_closed() else self._reader.go_on(failure, self._silence_s)
