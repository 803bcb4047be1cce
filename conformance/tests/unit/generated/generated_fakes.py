"""Stand-ins for whoever sends calls and for what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from mistral_generated.files import Destination
    from mistral_generated.senders import (
        AsyncEventStream,
        AsyncStructuredStream,
        EventStream,
        StructuredStream,
    )
    from mistral_generated.types import Call, CallOptions, Paging, StreamCall


@attrs.frozen
class Answer:
    """An answer as parsing sees it."""

    content: bytes = b""
    status_code: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)


def json_answer(value: object, status_code: int = 200) -> Answer:
    """An answer with a JSON body."""
    return Answer(json.dumps(value).encode(), status_code)


@attrs.frozen
class Sent:
    """What a facade handed to its sender."""

    way: str
    call: Any
    options: CallOptions
    more: tuple[Any, ...] = ()


def _note(sent: Sent) -> Any:
    """The note, in place of what a real sender would give."""
    return sent


class RecordingSend:
    """Notes what it is asked to send and gives the note back."""

    def __call__(self, call: Call[Any], options: CallOptions) -> Any:
        return Sent("call", call, options)

    def stream(self, call: StreamCall[Any], options: CallOptions) -> EventStream[Any]:
        stream: EventStream[Any] = _note(Sent("stream", call, options))
        return stream

    def structured_stream(
        self,
        form: Any,
        prepare: Callable[..., StreamCall[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> StructuredStream[Any, Any]:
        call = prepare(**arguments, response_format=form)
        stream: StructuredStream[Any, Any] = _note(Sent("stream", call, options))
        return stream

    def iterate(
        self,
        paging: Paging[Any],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Iterator[Any]:
        yield Sent("iterate", prepare(**arguments), options, (paging, dict(arguments)))

    def download(self, call: Call[bytes], destination: Destination, options: CallOptions) -> int:
        size: int = _note(Sent("download", call, options, (destination,)))
        return size

    def structured(
        self,
        kind: type[Any],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Any:
        call = prepare(**arguments, response_format=kind)
        return Sent("structured", call, options, (kind, dict(arguments)))


class AsyncRecordingSend:
    """The same for asyncio."""

    async def __call__(self, call: Call[Any], options: CallOptions) -> Any:
        return Sent("call", call, options)

    def stream(self, call: StreamCall[Any], options: CallOptions) -> AsyncEventStream[Any]:
        stream: AsyncEventStream[Any] = _note(Sent("stream", call, options))
        return stream

    def structured_stream(
        self,
        form: Any,
        prepare: Callable[..., StreamCall[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncStructuredStream[Any, Any]:
        call = prepare(**arguments, response_format=form)
        stream: AsyncStructuredStream[Any, Any] = _note(Sent("stream", call, options))
        return stream

    async def iterate(
        self,
        paging: Paging[Any],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncIterator[Any]:
        yield Sent("iterate", prepare(**arguments), options, (paging, dict(arguments)))

    async def download(
        self, call: Call[bytes], destination: Destination, options: CallOptions
    ) -> int:
        size: int = _note(Sent("download", call, options, (destination,)))
        return size

    async def structured(
        self,
        kind: type[Any],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Any:
        call = prepare(**arguments, response_format=kind)
        return Sent("structured", call, options, (kind, dict(arguments)))
