# generated from async_polling.py by scripts/generate.py; do not edit
"""Asking again and again until the server is done; `waiting` decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mistral_client.many import check_progress
from mistral_client.waiting import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.waiting import Wait

T = TypeVar("T")


def poll(ask: Callable[[], T], wait: Wait[T], on_progress: Callable[[T], object] | None) -> T:
    """Return the reading with which a wait came to its end; each goes to `on_progress`.

    Raises:
        TypeError: `on_progress` cannot be called.
        ProcessingFailed: As `Wait.next_delay_s`.
        TimedOut: As `Wait.next_delay_s`.
        MistralError: As `ask`.

    """
    check_progress(on_progress)
    while True:
        reading = ask()
        show(on_progress, reading)
        delay_s = wait.next_delay_s(reading)
        if delay_s is None:
            return reading
        wait.timing.sleep(delay_s)
