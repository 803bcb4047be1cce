"""What a run may spend on a server: requests, time, and whether it may change anything."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, field

from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Spent(BaseException):
    """Ends a run, as an interrupt does: what it may spend is spent. No rule can catch it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@define
class Budget:
    """The bounds of a run; 0 is no bound. `most_s` is in seconds since the first request.

    With `read_only` nothing is created, changed or sent to a model: rules that would are skipped.
    Cleaning up is not bounded.
    """

    most_requests: int = 0
    most_s: float = 0.0
    read_only: bool = False
    now: Callable[[], float] = time.monotonic
    sent: int = 0
    _began: float | None = None
    _closed: bool = field(default=False)

    def spend(self, methods: list[str]) -> None:
        """Take the cost of requests off before they are sent.

        Raises:
            Skipped: one of them would change something, and the run must not.
            Spent: the run has no more to spend.

        """
        if self.read_only and not READING.issuperset(methods):
            raise Skipped("would create, change or ask a model for something: --read-only")
        if self._began is None:
            self._began = self.now()
        if self._closed:
            return
        if self.most_requests and self.sent + len(methods) > self.most_requests:
            raise Spent(f"after {self.sent} requests: --max-requests")
        if self.most_s and self.now() - self._began > self.most_s:
            raise Spent(f"after {self.most_s:g} s: --max-time")
        self.sent += len(methods)

    def close(self) -> None:
        """Judging is over: from now on whatever has to be cleaned up may be."""
        self._closed = True
