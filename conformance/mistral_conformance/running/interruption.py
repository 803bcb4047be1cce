"""Ctrl-C, polite kills and closed terminals, which always end a run.

Python drops an exception that a signal raises inside a callback of its garbage collector, and
hypothesis has such a callback: one interrupt in ten was lost. So the signal is also remembered,
and the runner asks after every case.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_asked = threading.Event()


@contextmanager
def watch_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, at once or at the next `check`.

    A SIGHUP that is ignored already, as under `nohup`, stays ignored. Signals belong to the main
    thread; in any other this does nothing.
    """
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    detached = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heard = [number for number in SIGNALS if not (detached and number == signal.SIGHUP)]
    before = {number: signal.signal(number, _interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _asked.clear()  # whoever judges next was not interrupted


def check() -> None:
    """Raise the interrupt that was asked for, once.

    Raises:
        KeyboardInterrupt: A signal came, and the exception that it raised was lost.

    """
    if _asked.is_set():
        _asked.clear()
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    _asked.set()
    raise KeyboardInterrupt
