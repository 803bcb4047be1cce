"""Keeping within a rate: how long each request has to wait. Decisions only, no waiting.

A `RateLimit` is one schedule. Threads, tasks and clients that are given the same one share it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from mistral_client.allowances import read_allowances
from mistral_generated.types import Hinted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_client.allowances import Allowance

# Windows that are worth waiting for, in seconds: nobody waits until the month is over.
_LONGEST_S: Final = 60.0

# What a request counts for before its answer says more: characters that make a token.
_CHARACTERS: Final = 4


class RateLimit(Hinted):
    """A rate that requests keep to, by themselves and by what the server says it still allows.

    `requests_per_s` spaces requests evenly. `tokens_per_minute` lets as many tokens go at once and
    then as many in each minute: a request counts by its size until the answer says what it took.
    Both may be left out: then only an allowance that the server says is used up is waited for.

    Give the same object to several clients to have them share it. `allowances` are those that the
    server told last.

    Raises:
        TypeError: A rate is no number.
        ValueError: A rate is not above 0.

    """

    def __init__(
        self, *, requests_per_s: float | None = None, tokens_per_minute: float | None = None
    ) -> None:
        self.requests_per_s = _checked("requests_per_s", requests_per_s)
        self.tokens_per_minute = _checked("tokens_per_minute", tokens_per_minute)
        self.allowances: tuple[Allowance, ...] = ()
        self._lock = threading.Lock()
        self._next_s = 0.0
        self._closed_until_s = 0.0
        self._tokens = self.tokens_per_minute or 0.0
        self._counted_s: float | None = None

    def __repr__(self) -> str:
        rates = f"requests_per_s={self.requests_per_s}, tokens_per_minute={self.tokens_per_minute}"
        return f"RateLimit({rates})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the rates; another process counts for itself."""
        return _restored, (self.requests_per_s, self.tokens_per_minute)

    def take(self, now_s: float, size: int) -> tuple[float, int]:
        """Return how long a request has to wait, in seconds, and for how many tokens it counts.

        `size` is that of its body, in bytes; `now_s` a time of a clock that only goes on.
        """
        tokens = size // _CHARACTERS
        with self._lock:
            start_s = max(now_s, self._closed_until_s)
            if self.requests_per_s is not None:
                start_s = max(start_s, self._next_s)
                self._next_s = start_s + 1.0 / self.requests_per_s
            if self.tokens_per_minute is not None:
                self._refill(now_s)
                self._tokens -= tokens
                start_s = max(start_s, now_s - self._tokens * 60.0 / self.tokens_per_minute)
        return start_s - now_s, tokens

    def note(self, headers: Mapping[str, str], now_s: float) -> int | None:
        """Keep what the server says of its limits; return how many tokens it counted, if it says.

        Where an allowance is used up, the next requests wait until its window begins anew.
        """
        found = read_allowances(headers)
        if not found:
            return None
        ends = [
            one.window_s if one.reset_s is None else one.reset_s
            for one in found
            if one.remaining == 0 and one.limit != 0
        ]
        with self._lock:
            self.allowances = found
            waits = [wait_s for wait_s in ends if wait_s <= _LONGEST_S]
            if waits:
                self._closed_until_s = max(self._closed_until_s, now_s + max(waits))
        return next((one.cost for one in found if one.subject == "tokens"), None)

    def correct(self, counted: int, used: int) -> None:
        """Count a request for what it took instead of what it was thought to take, in tokens."""
        if self.tokens_per_minute is not None:
            with self._lock:
                self._tokens = min(self._tokens + counted - used, self.tokens_per_minute)

    def settle(self, value: object, counted: int) -> None:
        """Count a request for the tokens that an answer says it took, if it says so."""
        used = getattr(getattr(value, "usage", None), "total_tokens", None)
        if type(used) is int:
            self.correct(counted, used)

    def _refill(self, now_s: float) -> None:
        """Add the tokens of the time that went by; the lock is held."""
        most = self.tokens_per_minute or 0.0
        if self._counted_s is not None:
            gone_s = max(0.0, now_s - self._counted_s)
            self._tokens = min(most, self._tokens + gone_s * most / 60.0)
        self._counted_s = now_s


def check_rate_limit(value: object) -> RateLimit | None:
    """Return a limit or None.

    Raises:
        TypeError: It is neither.

    """
    if value is None or isinstance(value, RateLimit):
        return value
    raise TypeError(f"rate_limit must be a RateLimit(...) or None, not {value!r}")


def _checked(name: str, rate: object) -> float | None:
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise TypeError(f"{name} must be a number or None, not {rate!r}")
    if not 0 < rate < float("inf"):
        raise ValueError(f"{name} must be above 0, or None for no limit, not {rate!r}")
    return float(rate)


def _restored(requests_per_s: float | None, tokens_per_minute: float | None) -> RateLimit:
    return RateLimit(requests_per_s=requests_per_s, tokens_per_minute=tokens_per_minute)
