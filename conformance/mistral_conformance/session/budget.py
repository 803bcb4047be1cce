"""What a run may spend on a server: requests, time, and whether it may change anything."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, field

from mistral_conformance.session.prices import highest_cost_of, untold_costs
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mistral_conformance.record.exchange import Exchange

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Spent(BaseException):
    """Ends a run, as an interrupt does: what it may spend is spent. No rule can catch it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@define
class Budget:
    """The bounds of a run; 0 is no bound. `most_s` is in seconds since the first request.

    `most_cost` is in US dollars: what answers say that they used, at known prices, and at the
    highest one where a price is not known. What no answer tells the cost of is not asked for then.
    With `read_only` nothing is created, changed or sent to a model: rules that would are skipped.
    Cleaning up is not bounded.
    """

    most_requests: int = 0
    most_s: float = 0.0
    read_only: bool = False
    now: Callable[[], float] = time.monotonic
    most_cost: float = 0.0
    sent: int = 0
    cost: float = 0.0
    _began: float | None = None
    _closed: bool = field(default=False)

    def spend(self, methods: list[str], operations: Sequence[str] = ()) -> None:
        """Take the cost of requests off before they are sent.

        Raises:
            Skipped: one of them would change something, and the run must not; or nobody can tell
                what it would cost, and that is bounded.
            Spent: the run has no more to spend.

        """
        if self.most_cost and not self._closed and untold_costs().intersection(operations):
            raise Skipped("no answer tells what this would cost: --max-cost")
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
        if self.most_cost and self.cost >= self.most_cost:
            raise Spent(f"after some ${self.cost:.4f}: --max-cost")
        self.sent += len(methods)

    def charge(self, exchange: Exchange) -> None:
        """Take off what an answer says that it used."""
        if self.most_cost:
            self.cost += highest_cost_of(exchange)

    def close(self) -> None:
        """Judging is over: from now on whatever has to be cleaned up may be."""
        self._closed = True
