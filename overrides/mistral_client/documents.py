"""The documents of a library, with what the API has no operation for: waiting for processing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_client.options import check_timeout
from mistral_client.waiting import Wait
from mistral_generated.api.beta_libraries_documents import AsyncDocuments as _AsyncDocuments
from mistral_generated.api.beta_libraries_documents import Documents as _Documents

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mistral_client.options import Timing
    from mistral_client.send import AsyncSender, Sender
    from mistral_generated.models import Document, ProcessingStatus


def _begin(
    document_id: str,
    timing: Timing,
    times_s: tuple[float, float, float],
    on_progress: object,
) -> Wait:
    """Return a wait that starts now.

    Raises TypeError or ValueError for times that are no numbers above 0, or nothing to call.
    """
    if on_progress is not None and not callable(on_progress):
        raise TypeError(f"on_progress must be a function, not {type(on_progress).__name__}")
    timeout, poll_interval, max_interval = times_s
    for name, value in (
        ("timeout", timeout),
        ("poll_interval", poll_interval),
        ("max_interval", max_interval),
    ):
        if check_timeout(name, value) is None:
            raise TypeError(f"{name} must be a number of seconds, not None")
    return Wait(document_id, timeout, poll_interval, max_interval, timing.monotonic())


class Documents(_Documents):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    def wait(
        self,
        library_id: str,
        document_id: str,
        *,
        timeout: float = 600.0,
        poll_interval: float = 0.5,
        max_interval: float = 5.0,
        on_progress: Callable[[ProcessingStatus], None] | None = None,
    ) -> Document:
        """Wait until a document is processed, and return it as it is then.

        Asks for the status after `poll_interval` seconds, then ever less often, at most every
        `max_interval` seconds, for `timeout` seconds in all. `on_progress` is called with every
        status, the last one included.

        Raises ProcessingFailed when processing ends in an error, TimedOut when it takes too long,
        and what `status` and `get` raise.
        """
        timing = self._sender.context.timing
        times_s = (timeout, poll_interval, max_interval)
        wait = _begin(document_id, timing, times_s, on_progress)
        while True:
            status = self.status(library_id, document_id)
            if on_progress is not None:
                on_progress(status)
            delay_s = wait.next_delay_s(status, timing.monotonic())
            if delay_s is None:
                return self.get(library_id, document_id)
            timing.sleep(delay_s)


class AsyncDocuments(_AsyncDocuments):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    async def wait(
        self,
        library_id: str,
        document_id: str,
        *,
        timeout: float = 600.0,  # noqa: ASYNC109 - seconds of processing, not of this coroutine
        poll_interval: float = 0.5,
        max_interval: float = 5.0,
        on_progress: Callable[[ProcessingStatus], Awaitable[None] | None] | None = None,
    ) -> Document:
        """Wait until a document is processed, and return it as it is then.

        As in `Documents.wait`; `on_progress` may be a coroutine function.
        """
        timing = self._sender.context.timing
        times_s = (timeout, poll_interval, max_interval)
        wait = _begin(document_id, timing, times_s, on_progress)
        while True:
            status = await self.status(library_id, document_id)
            shown = None if on_progress is None else on_progress(status)
            if shown is not None:
                await shown
            delay_s = wait.next_delay_s(status, timing.monotonic())
            if delay_s is None:
                return await self.get(library_id, document_id)
            await timing.sleep_async(delay_s)
