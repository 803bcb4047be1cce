"""When to wait for a server and when to give up on it.

A server that asks to slow down (429), or to come back later (503 with Retry-After), is asked again
after the time it names, within a budget for the whole run; one that still refuses after several
such waits is not waited for any more. A server that has stopped answering is not asked for ever: a
run against it ends soon, with errors that say so.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from attrs import define, field

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_conformance.record.exchange import Exchange

SILENT_OPERATION = 3
SILENT_SERVER = 10
LONGEST_WAIT_S = 30.0
SHORTEST_WAIT_S = 0.1
DEFAULT_WAIT_S = 1.0
WORTH_TELLING_S = 2.0
MOST_REPEATS = 8


@define
class Patience:
    """`budget_s` is the time, in seconds, that a run may spend waiting at a server's request.

    `tell` is told of each wait that a person would notice, before it begins.
    """

    budget_s: float = 900.0
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], object] = logger.info
    _silences: Counter[str] = field(factory=Counter)
    _in_a_row: int = 0
    _repeats: int = 0

    def exhausted(self, operation: str) -> str:
        """Return why another request is not worth sending, empty when it is."""
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
        if not asks_to_wait(exchange):
            self._repeats = 0
            return False
        self._repeats += 1
        if self._repeats > MOST_REPEATS:
            self.budget_s = 0.0
        asked_s = asked_wait(exchange.headers)
        wait_s = min(asked_s, LONGEST_WAIT_S)
        if wait_s > self.budget_s:
            return False
        self.budget_s -= wait_s
        if wait_s >= WORTH_TELLING_S:
            told = f"the server answers {exchange.status} and asks for {asked_s:g} s"
            self.tell(f"{told}: waiting {wait_s:g} s")
        self.sleep(wait_s)
        return True


def asks_to_wait(exchange: Exchange) -> bool:
    """Say whether the server did nothing but ask to be asked again later."""
    return exchange.status == 429 or (exchange.status == 503 and "retry-after" in exchange.headers)


def asked_wait(headers: httpx.Headers) -> float:
    """Return the seconds that a `Retry-After` header names, as a number or as a date; at least 0.1.

    1 without a header or with one that says nothing usable, such as `nan`.
    """
    text = headers.get("retry-after", "")
    try:
        wait_s = float(text)
    except ValueError:
        wait_s = _until(text, headers.get("date", ""))
    return DEFAULT_WAIT_S if math.isnan(wait_s) else max(wait_s, SHORTEST_WAIT_S)


def _until(text: str, now: str) -> float:
    """Return the seconds from the server's time to a date, by this clock where it tells none.

    Or NaN.
    """
    moment = _read_date(text)
    if moment is None:
        return math.nan
    return (moment - (_read_date(now) or datetime.now(UTC))).total_seconds()


def _read_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names, None where it is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
