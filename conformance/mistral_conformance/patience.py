"""When to wait for a server and when to give up on it.

A server that asks to slow down (429) is asked again after the time it names, within a budget for
the whole run; one that still refuses after several such waits is not waited for any more. A server
that has stopped answering is not asked for ever: a run against it ends soon, with errors that say
so.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.exchange import Exchange

SILENT_OPERATION = 3
SILENT_SERVER = 10
LONGEST_WAIT_S = 30.0
MOST_REPEATS = 8


@define
class Patience:
    """`budget_s` is the time, in seconds, that a run may spend waiting at a server's request."""

    budget_s: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    _silences: Counter[str] = field(factory=Counter)
    _in_a_row: int = 0
    _repeats: int = 0

    def exhausted(self, operation: str) -> str:
        """Why another request is not worth sending, empty when it is."""
        if self._in_a_row >= SILENT_SERVER:
            return f"not sent: the server has left {self._in_a_row} requests in a row unanswered"
        if self._silences[operation] >= SILENT_OPERATION:
            return f"not sent: {operation} has left {SILENT_OPERATION} requests in a row unanswered"
        return ""

    def see(self, exchange: Exchange) -> None:
        """Note whether the server answered."""
        if exchange.failure:
            self._in_a_row += 1
            self._silences[exchange.operation] += bool(exchange.operation)
        else:
            self._in_a_row = 0
            self._silences[exchange.operation] = 0

    def waits_for(self, exchange: Exchange) -> bool:
        """Wait if the server asks for it and the budget allows; whether to ask again."""
        if exchange.status != 429:
            self._repeats = 0
            return False
        self._repeats += 1
        if self._repeats > MOST_REPEATS:
            self.budget_s = 0.0
        wait_s = min(_asked_wait(exchange), LONGEST_WAIT_S)
        if wait_s > self.budget_s:
            return False
        self.budget_s -= wait_s
        self.sleep(wait_s)
        return True


def _asked_wait(exchange: Exchange) -> float:
    """The seconds that a `Retry-After` header names, 1 without a usable one."""
    try:
        return max(float(exchange.headers.get("retry-after", "1")), 0.1)
    except ValueError:
        return 1.0
