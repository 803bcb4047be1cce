"""Interrupts that end a run with all that it started: Ctrl-C, polite kills, closed terminals.

The first signal raises an exception, which unwinds the run; later ones change nothing, so that
nothing interrupts the clean-up (`timeout` and terminals often send a signal twice).
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptedRunError(BaseException):
    """A signal asked the run to end. No example's failure: `except Exception` lets it pass."""

    def __init__(self, number: int) -> None:
        """Say which signal it was."""
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.exit_code = 128 + number
        """The exit code that shells expect of a program that a signal ended."""


class _State:
    """The signal that came, and whether its exception has to wait."""

    number: int | None = None
    held: bool = False


@contextmanager
def watch_signals() -> Iterator[None]:
    """Raise InterruptedRunError inside on the first of the signals.

    A hang-up counts too, unless it is ignored (`nohup`). Signals belong to the main thread; in
    any other this does nothing.
    """
    _State.number = None
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    before = {number: signal.signal(number, _interrupt) for number in (*SIGNALS, *hang_up)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _State.number = None  # what comes afterwards was not interrupted


@contextmanager
def held() -> Iterator[None]:
    """Signals wait until the end of this: what starts inside is known before it is interrupted."""
    _State.held = True
    try:
        yield
    finally:
        _State.held = False
    check()


def check() -> None:
    """Raise InterruptedRunError when a signal has come, also when Python lost its exception."""
    if _State.number is not None:
        raise InterruptedRunError(_State.number)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if _State.number is None:
        _State.number = number
        if not _State.held:
            check()
