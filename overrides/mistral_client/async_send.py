"""The executor: it does the steps that `exchange` decides on.

Nothing is decided here. A step that fails with an httpx error is thrown back into the algorithm;
anything else ends the exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import attr
import httpx

from mistral_client.bodies import read_body_async
from mistral_client.exchange import call_steps, download_steps, open_steps
from mistral_client.executors import Executor, is_class, whole
from mistral_client.steps import Ask, Pause, Read, Transfer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from mistral_client.async_streams import AsyncEventStream
    from mistral_client.bodies import Body
    from mistral_client.pages import Walk
    from mistral_client.steps import Step, Steps
    from mistral_generated.files import Destination
    from mistral_generated.senders import AsyncEventStream as Streaming
    from mistral_generated.types import Call, CallOptions, Paging, StreamCall

T = TypeVar("T")
F = TypeVar("F")


@attr.frozen(eq=False, repr=False)
class AsyncSender(Executor[httpx.AsyncClient]):
    """Sends calls, as `mistral_generated.senders.AsyncSend` says."""

    async def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Return the parsed answer.

        Raises:
            MistralError: There is no answer, it is an error, or it cannot be read.

        """
        return await self._drive(call_steps(self.context, call, self._options(call, options)))

    def stream(self, call: StreamCall[T], options: CallOptions) -> Streaming[T]:
        """Return the stream, to be opened by entering it; what it comes to is up to its events."""
        return cast("Streaming[T]", self._stream(call, options, whole))

    def structured_stream(
        self,
        form: object,
        prepare: Callable[..., StreamCall[T]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncEventStream[T, Any]:
        """Return the stream; where the form is a class it comes to an object of the class."""
        if not is_class(form):
            return self._stream(prepare(**arguments, response_format=form), options, whole)
        from mistral_client.structured import Structure  # noqa: PLC0415 - loaded when used

        structure: Structure[StreamCall[T], Any]
        structure = Structure(form, prepare, arguments, self._redact)
        return self._stream(structure.call, options, structure.read)

    def _stream(
        self,
        call: StreamCall[T],
        options: CallOptions,
        finish: Callable[[object], F],
    ) -> AsyncEventStream[T, F]:
        from mistral_client.async_streams import AsyncEventStream  # noqa: PLC0415 - when used
        from mistral_client.opened import resumed  # noqa: PLC0415 - when used

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings: groups and their methods reach other processes so."""
        from mistral_client.async_client import AsyncMistral  # noqa: PLC0415 - when pickled
        from mistral_client.contexts import pickled_sender  # noqa: PLC0415 - when pickled

        return pickled_sender(AsyncMistral, self.context, is_ours=self.connection.is_ours)

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
        if isinstance(step, Ask):
            from mistral_client.keys import ask_async  # noqa: PLC0415 - few clients have one

            await ask_async(step)
            return None
        try:
            if isinstance(step, Read):
                return await read_body_async(step.response, step.limit)
            from mistral_client.downloads import save_async  # noqa: PLC0415 - for downloads only

            return await save_async(step)
        finally:
            await step.response.aclose()
