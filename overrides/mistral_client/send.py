"""The two executors: they do the steps that `exchange` decides on, with and without `await`.

Nothing is decided here. A step that fails with an httpx error is thrown back into the algorithm;
anything else ends the exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import attr
import httpx

from mistral_client.bodies import chunks_of, chunks_of_async, read_body, read_body_async
from mistral_client.exchange import (
    Pause,
    Read,
    Save,
    Transfer,
    call_steps,
    download_steps,
    open_steps,
)
from mistral_client.options import read_options
from mistral_generated.base import warn_once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from mistral_client.bodies import Body
    from mistral_client.event_reader import EventReader
    from mistral_client.exchange import Context, Step, Steps
    from mistral_client.options import Options
    from mistral_client.pages import Walk
    from mistral_client.quirks.quirk import AnyCall
    from mistral_client.streams import AsyncEventStream, EventStream
    from mistral_generated.files import Destination
    from mistral_generated.models import ChatCompletionResponse
    from mistral_generated.types import (
        Call,
        CallOptions,
        Paging,
        StreamCall,
    )

T = TypeVar("T")
F = TypeVar("F")
Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)

# How much of a download an asynchronous client collects before it writes it, in bytes.
_BATCH = 512 * 1024


@attr.define
class Connection(Generic[Http]):
    """The httpx client that the views of one client share, and whether it is ours to close."""

    http: Http
    is_ours: bool
    is_closed: bool = False

    def check(self) -> None:
        """Raise RuntimeError if the client was closed."""
        if self.is_closed:
            raise RuntimeError("the client is closed; make a new one")


@attr.frozen
class _Executor(Generic[Http]):
    """What both executors have: the connection, and the context of their view."""

    connection: Connection[Http]
    context: Context

    def _options(self, call: AnyCall, options: CallOptions) -> Options:
        """Return the options of a call, checked; warns of what is deprecated."""
        operation = call.operation
        if operation.deprecated or call.deprecated:
            _warn(call)
        if not options:
            return self.context.options
        now = self.context.timing.monotonic
        checked = read_options(self.context.settings, operation.id, options, now)
        if checked.resumes and getattr(call, "resume", None) is None:
            raise TypeError(f"{operation.id}() cannot go on after a cut: leave out resumes")
        return checked

    def _download_options(self, call: AnyCall, options: CallOptions) -> Options:
        """Return the options of a download: only its own limit counts, for it fills no memory."""
        checked = self._options(call, options)
        if "max_answer_bytes" in options:
            return checked
        return attr.evolve(checked, max_answer_bytes=None)

    def _reader(self, call: StreamCall[T], options: Options) -> EventReader[T]:
        settings = self.context.settings
        check: Callable[[object], None] | None = None
        if settings.strict:
            from mistral_client.strict import check  # noqa: PLC0415 - only strict clients need it
        from mistral_client.event_reader import EventReader  # noqa: PLC0415 - loaded when used

        return EventReader(
            call,
            redactor=lambda: self.context.redactor(options),
            check=check,
            resumes=options.resumes,
            reopenings=_reopenings(call, options),
            max_event_bytes=options.max_answer_bytes,
        )

    def _redact(self, text: str) -> str:
        """Return a text without the secrets of the client."""
        return self.context.redactor(self.context.options).text(text)

    def _limit_silence(self, response: httpx.Response, options: Options) -> httpx.Response:
        """Let `stream_timeout` bound the reading of the body instead of `timeout`.

        httpcore reads the limit when the body is first read, from this very dict.
        """
        timeouts = cast("dict[str, float | None]", response.request.extensions["timeout"])
        timeouts["read"] = options.timeouts.silence
        return response


def _whole(answer: ChatCompletionResponse) -> ChatCompletionResponse:
    """Return what a stream comes to where no class was asked for: the answer itself."""
    return answer


def _reopenings(call: AnyCall, options: Options) -> int:
    """Return how often a stream may begin anew that broke before its first event."""
    operation = call.operation
    if not (operation.idempotent or operation.repeatable):
        return 0
    return options.retries if isinstance(options.retries, int) else options.retries.count


def _warn(call: AnyCall) -> None:
    """Warn of a deprecated operation and of deprecated arguments that were given."""
    operation = call.operation
    if operation.deprecated:
        warn_once(operation.id, operation.deprecated)
    for name, message in call.deprecated:
        warn_once(f"{operation.id}({name}=...)", message)


@attr.frozen
class Sender(_Executor[httpx.Client]):
    """Sends calls and waits for them (`mistral_generated.senders.Send`)."""

    def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Return the parsed answer; raises a MistralError."""
        return self._drive(call_steps(self.context, call, self._options(call, options)))

    def stream(
        self, call: StreamCall[T], options: CallOptions
    ) -> EventStream[T, ChatCompletionResponse]:
        """Return the stream, to be opened by entering it."""
        return self._stream(call, options, _whole)

    def structured_stream(
        self,
        form: object,
        prepare: Callable[..., StreamCall[T]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> EventStream[T, Any]:
        """Return the stream; where the form is a class it comes to an object of the class."""
        if not isinstance(form, type):
            return self.stream(prepare(**arguments, response_format=form), options)
        from mistral_client.structured import Structure  # noqa: PLC0415 - loaded when used

        structure: Structure[StreamCall[T], Any]
        structure = Structure(form, prepare, arguments, self._redact)
        return self._stream(structure.call, options, structure.read)

    def _stream(
        self,
        call: StreamCall[T],
        options: CallOptions,
        finish: Callable[[ChatCompletionResponse], F],
    ) -> EventStream[T, F]:
        from mistral_client.streams import EventStream, resumed  # noqa: PLC0415 - loaded when used

        checked = self._options(call, options)

        def open_response(last_id: str | None) -> httpx.Response:
            steps = open_steps(self.context, resumed(call, last_id), checked)
            return self._limit_silence(self._drive(steps), checked)

        reader, silence_s = self._reader(call, checked), checked.timeouts.silence
        pause = self.context.timing.sleep
        return EventStream(open_response, reader, silence_s, pause, finish)

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Iterator[T]:
        """Return an iterator over the items of all pages, fetched as they are needed."""
        from mistral_client.pages import Walk  # noqa: PLC0415 - loaded when used

        return self._walk(Walk(paging, prepare, arguments), options)

    def _walk(self, walk: Walk[T], options: CallOptions) -> Iterator[T]:
        while walk.call is not None:
            yield from walk.take(self(walk.call, options))

    def download(self, call: Call[bytes], destination: Destination, options: CallOptions) -> int:
        """Write the body to a path or stream; return its size in bytes."""
        from mistral_client.downloads import open_sink  # noqa: PLC0415 - loaded when used

        self.connection.check()
        checked = self._download_options(call, options)
        return self._drive(download_steps(self.context, call, checked, open_sink(destination)))

    def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Return the answer as an object of a class."""
        from mistral_client.structured import Structure  # noqa: PLC0415 - loaded when used

        structure = Structure(kind, prepare, arguments, self._redact)
        return structure.read(self(structure.call, options))

    def _drive(self, steps: Steps[T]) -> T:
        """Do the steps and return what they come to."""
        self.connection.check()
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._do(step)
                except httpx.HTTPError as failure:
                    step = steps.throw(failure)
                else:
                    step = steps.send(outcome)
        except StopIteration as done:
            return cast("T", done.value)
        finally:
            steps.close()

    def _do(self, step: Step) -> httpx.Response | Body | bool | None:
        if isinstance(step, Transfer):
            return self.connection.http.send(step.request, stream=True)
        if isinstance(step, Pause):
            self.context.timing.sleep(step.delay_s)
            return None
        try:
            if isinstance(step, Read):
                return read_body(step.response, step.limit)
            return _save(step)
        finally:
            step.response.close()


def _save(step: Save) -> bool:
    """Write the body; return whether it was within the limit."""
    for piece in chunks_of(step.response):
        if step.limit is not None and step.sink.size + len(piece) > step.limit:
            return False
        step.sink.write((piece,))
    return True


@attr.frozen
class AsyncSender(_Executor[httpx.AsyncClient]):
    """Sends calls and awaits them (`mistral_generated.senders.AsyncSend`)."""

    async def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Return the parsed answer; raises a MistralError."""
        return await self._drive(call_steps(self.context, call, self._options(call, options)))

    def stream(
        self, call: StreamCall[T], options: CallOptions
    ) -> AsyncEventStream[T, ChatCompletionResponse]:
        """Return the stream, to be opened by entering it."""
        return self._stream(call, options, _whole)

    def structured_stream(
        self,
        form: object,
        prepare: Callable[..., StreamCall[T]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncEventStream[T, Any]:
        """Return the stream; where the form is a class it comes to an object of the class."""
        if not isinstance(form, type):
            return self.stream(prepare(**arguments, response_format=form), options)
        from mistral_client.structured import Structure  # noqa: PLC0415 - loaded when used

        structure: Structure[StreamCall[T], Any]
        structure = Structure(form, prepare, arguments, self._redact)
        return self._stream(structure.call, options, structure.read)

    def _stream(
        self,
        call: StreamCall[T],
        options: CallOptions,
        finish: Callable[[ChatCompletionResponse], F],
    ) -> AsyncEventStream[T, F]:
        from mistral_client.streams import (  # noqa: PLC0415 - loaded when used
            AsyncEventStream,
            resumed,
        )

        checked = self._options(call, options)

        async def open_response(last_id: str | None) -> httpx.Response:
            steps = open_steps(self.context, resumed(call, last_id), checked)
            return self._limit_silence(await self._drive(steps), checked)

        reader, silence_s = self._reader(call, checked), checked.timeouts.silence
        pause = self.context.timing.sleep_async
        return AsyncEventStream(open_response, reader, silence_s, pause, finish)

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncIterator[T]:
        """Return an iterator over the items of all pages, fetched as they are needed."""
        from mistral_client.pages import Walk  # noqa: PLC0415 - loaded when used

        return self._walk(Walk(paging, prepare, arguments), options)

    async def _walk(self, walk: Walk[T], options: CallOptions) -> AsyncIterator[T]:
        while walk.call is not None:
            for item in walk.take(await self(walk.call, options)):
                yield item

    async def download(
        self, call: Call[bytes], destination: Destination, options: CallOptions
    ) -> int:
        """Write the body to a path or stream; return its size in bytes."""
        from mistral_client.downloads import open_sink  # noqa: PLC0415 - loaded when used

        self.connection.check()
        checked = self._download_options(call, options)
        sink = open_sink(destination)
        return await self._drive(download_steps(self.context, call, checked, sink))

    async def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Return the answer as an object of a class."""
        from mistral_client.structured import Structure  # noqa: PLC0415 - loaded when used

        structure = Structure(kind, prepare, arguments, self._redact)
        return structure.read(await self(structure.call, options))

    async def _drive(self, steps: Steps[T]) -> T:
        """Do the steps and return what they come to."""
        self.connection.check()
        try:
            step = next(steps)
            while True:
                try:
                    outcome = await self._do(step)
                except httpx.HTTPError as failure:
                    step = steps.throw(failure)
                else:
                    step = steps.send(outcome)
        except StopIteration as done:
            return cast("T", done.value)
        finally:
            steps.close()

    async def _do(self, step: Step) -> httpx.Response | Body | bool | None:
        if isinstance(step, Transfer):
            return await self.connection.http.send(step.request, stream=True)
        if isinstance(step, Pause):
            await self.context.timing.sleep_async(step.delay_s)
            return None
        try:
            if isinstance(step, Read):
                return await read_body_async(step.response, step.limit)
            return await _save_async(step)
        finally:
            await step.response.aclose()


async def _save_async(step: Save) -> bool:
    """Write the body in batches, in a thread; return whether it was within the limit."""
    from anyio import to_thread  # noqa: PLC0415 - only asynchronous downloads need it

    pieces: list[bytes] = []
    size = 0
    async for piece in chunks_of_async(step.response):
        pieces.append(piece)
        size += len(piece)
        if step.limit is not None and step.sink.size + size > step.limit:
            return False
        if size >= _BATCH:
            await to_thread.run_sync(step.sink.write, pieces)
            pieces, size = [], 0
    await to_thread.run_sync(step.sink.write, pieces)
    return True
