"""Asking again and again until the server is done; `waiting` decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mistral_client.many import check_progress
from mistral_client.waiting import show_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mistral_client.waiting import Wait

T = TypeVar("T")


async def poll_async(
    ask: Callable[[], Awaitable[T]], wait: Wait[T], on_progress: Callable[[T], object] | None
) -> T:
    """Return the reading with which a wait came to its end; each goes to `on_progress`.

    Raises:
        TypeError: `on_progress` cannot be called.
        ProcessingFailed: As `Wait.next_delay_s`.
        TimedOut: As `Wait.next_delay_s`.
        MistralError: As `ask`.

    """
    check_progress(on_progress)
    while True:
        reading = await ask()
        await show_async(on_progress, reading)
        delay_s = wait.next_delay_s(reading)
        if delay_s is None:
            return reading
        await wait.timing.sleep_async(delay_s)
