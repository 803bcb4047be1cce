"""Whoever sends calls for the generated facades, and the streams that come of it: protocols alone.

Nothing here is needed while a program runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from typing import Self

    from mistral_generated.models.chat_completion_response import ChatCompletionResponse
    from mistral_generated.models.completion_chunk import CompletionChunk
    from mistral_generated.models.conversation_event_data import ConversationEventData
    from mistral_generated.models.conversation_response import ConversationResponse

    from .files import Destination
    from .types import Call, CallOptions, Event, Paging, StreamCall

T = TypeVar("T")
F_co = TypeVar("F_co", covariant=True)


class Events(Protocol[T]):
    """An open stream: a context manager that iterates over its events."""

    def __enter__(self) -> Self:
        """Open the stream."""
        ...

    def __exit__(self, kind: Any, error: Any, traceback: Any, /) -> bool | None:
        """Close the stream."""
        ...

    def __iter__(self) -> Iterator[Event[T]]:
        """Iterate over the events."""
        ...

    def __next__(self) -> Event[T]:
        """Return the next event."""
        ...

    def text(self) -> Iterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        ...

    def close(self) -> None:
        """Close the stream, from any thread; closing again does nothing."""
        ...


class EventStream(Events[T], Protocol[T]):
    """A stream; where it is a completion or a reply in a conversation, it comes to the whole."""

    @overload
    def final(self: EventStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    def final(self: EventStream[ConversationEventData]) -> ConversationResponse: ...
    def final(self) -> Any:
        """Read what an answer comes in to its end and return the whole answer."""
        ...


class StructuredStream(Events[T], Protocol[T, F_co]):
    """A stream of a completion that comes to an object of a class."""

    def final(self) -> F_co:
        """Read the completion to its end and return the object that it is.

        Raises:
            StructuredOutputError: It is none.

        """
        ...


class AsyncEvents(Protocol[T]):
    """The same for asyncio and trio; awaiting it opens it, too."""

    def __await__(self) -> Generator[Any, Any, Self]:
        """Open the stream and return it."""
        ...

    async def __aenter__(self) -> Self:
        """Open the stream."""
        ...

    async def __aexit__(self, kind: Any, error: Any, traceback: Any, /) -> bool | None:
        """Close the stream."""
        ...

    def __aiter__(self) -> AsyncIterator[Event[T]]:
        """Iterate over the events."""
        ...

    async def __anext__(self) -> Event[T]:
        """Return the next event."""
        ...

    def text(self) -> AsyncIterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        ...

    async def aclose(self) -> None:
        """Close the stream, from any task; closing again does nothing."""
        ...


class AsyncEventStream(AsyncEvents[T], Protocol[T]):
    """The same for asyncio and trio."""

    @overload
    async def final(self: AsyncEventStream[CompletionChunk]) -> ChatCompletionResponse: ...
    @overload
    async def final(self: AsyncEventStream[ConversationEventData]) -> ConversationResponse: ...
    async def final(self) -> Any:
        """Read what an answer comes in to its end and return the whole answer."""
        ...


class AsyncStructuredStream(AsyncEvents[T], Protocol[T, F_co]):
    """The same for asyncio and trio."""

    async def final(self) -> F_co:
        """Read the completion to its end and return the object that it is."""
        ...


class Send(Protocol):
    """Whoever sends calls for the generated facades."""

    def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Send the call and return its parsed answer."""
        ...

    def stream(self, call: StreamCall[T], options: CallOptions) -> EventStream[T]:
        """Return the stream of events that the call asks for."""
        ...

    def structured_stream(
        self,
        form: Any,
        prepare: Callable[..., StreamCall[T]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> StructuredStream[T, Any]:
        """Return the stream of a completion; `form` is its `response_format`, or a class.

        With a class the stream comes to an object of it.
        """
        ...

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Iterator[T]:
        """Return an iterator over the items of all pages; `arguments` go to every `prepare`."""
        ...

    def download(self, call: Call[bytes], destination: Destination, options: CallOptions) -> int:
        """Write the answer's body to `destination` piece by piece; return its size in bytes."""
        ...

    def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Ask for an answer in the form of a class, and return it as an object of that class."""
        ...


class AsyncSend(Protocol):
    """The same for asyncio and trio."""

    async def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Send the call and return its parsed answer."""
        ...

    def stream(self, call: StreamCall[T], options: CallOptions) -> AsyncEventStream[T]:
        """Return the stream of events that the call asks for."""
        ...

    def structured_stream(
        self,
        form: Any,
        prepare: Callable[..., StreamCall[T]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncStructuredStream[T, Any]:
        """Return the stream of a completion; `form` is its `response_format`, or a class.

        With a class the stream comes to an object of it.
        """
        ...

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncIterator[T]:
        """Return an iterator over the items of all pages; `arguments` go to every `prepare`."""
        ...

    async def download(
        self, call: Call[bytes], destination: Destination, options: CallOptions
    ) -> int:
        """Write the answer's body to `destination` piece by piece; return its size in bytes."""
        ...

    async def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Ask for an answer in the form of a class, and return it as an object of that class."""
        ...
