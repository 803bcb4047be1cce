"""What a key may use, and the headers that tell what is left (errors.rate-headers).

Only the requests of a minute are limited, and only when the mock is told to. All other limits are
announced, as the live server does on the answers of inference, and never refuse anything.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.errors import rate_limited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.clock import Clock
    from mistral_mock.settings import Settings

    Headers = tuple[tuple[str, str], ...]

REQUESTS = "req"
TOKENS, SECONDS, PAGES, CHARACTERS = "tokens", "audio-seconds", "ocr-pages", "input-characters"
PERIODS_S = {"10-second": 10.0, "minute": 60.0, "month": 30 * 24 * 3600.0}
MINUTE = "minute"


@frozen
class Limit:
    """How much of a unit a key has in a period."""

    unit: str
    period: str
    amount: int


ANNOUNCED = (
    Limit(REQUESTS, MINUTE, 60_000),
    Limit(REQUESTS, "10-second", 10_000),
    Limit(TOKENS, MINUTE, 2_000_000),
    Limit(TOKENS, "month", 10_000_000_000),
    Limit(SECONDS, MINUTE, 3_600),
    Limit(SECONDS, "month", 1_000_000),
    Limit(PAGES, MINUTE, 60_000),
    Limit(PAGES, "month", 10_000_000),
    Limit(CHARACTERS, MINUTE, 10_000_000),
    Limit(CHARACTERS, "month", 10_000_000_000),
)
"""The units and periods of the live server (recorded in 2025 and 2026); the amounts are our choice,
large enough that no caller has a reason to wait."""


LIMITS = {
    unit: tuple(limit for limit in ANNOUNCED if limit.unit == unit)
    for unit in (REQUESTS, TOKENS, SECONDS, PAGES, CHARACTERS)
}


class Rates:
    """What each key has used in the present periods; one starts with the key's first use."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.limit = settings.rate_limit
        self._shape = settings.rate_limit_shape
        self._clock = clock
        self._windows: dict[tuple[str, str, str], tuple[float, int]] = {}

    def count(self, key: str) -> Headers:
        """Count a request; the headers that its answer carries whatever it is.

        Raises:
            APIError: 429, the key has used up its minute.

        """
        self._use(key, REQUESTS, 1)
        if self.limit is None:
            return ()
        limit = Limit(REQUESTS, MINUTE, self.limit)
        headers = self._tell(key, limit)
        start, used = self._windows[key, REQUESTS, MINUTE]
        if used <= self.limit:
            return headers
        wait = str(math.ceil(start + PERIODS_S[MINUTE] - self._clock.now().timestamp()))
        raise rate_limited(self._shape, (*headers, ("retry-after", wait)))

    def spend(self, key: str, unit: str, cost: int) -> Headers:
        """Count what a request has used of a unit; the headers of its answer."""
        self._use(key, unit, cost)
        told = [*self._announced_requests(), *LIMITS[unit]]
        headers = [header for limit in told for header in self._tell(key, limit)]
        return (*headers, (f"x-ratelimit-{unit}-query-cost", str(cost)))

    def reset(self) -> None:
        """Forgets all that was used."""
        self._windows.clear()

    def _announced_requests(self) -> Iterable[Limit]:
        if self.limit is not None:
            return [Limit(REQUESTS, MINUTE, self.limit)]
        return LIMITS[REQUESTS]

    def _use(self, key: str, unit: str, amount: int) -> None:
        now = self._clock.now().timestamp()
        for limit in LIMITS[unit]:
            start, used = self._look(key, limit, now)
            self._windows[key, unit, limit.period] = (start, used + amount)

    def _look(self, key: str, limit: Limit, now: float) -> tuple[float, int]:
        """Return when the present period began, and what was used in it."""
        start, used = self._windows.get((key, limit.unit, limit.period), (now, 0))
        return (start, used) if now - start < PERIODS_S[limit.period] else (now, 0)

    def _tell(self, key: str, limit: Limit) -> Headers:
        """Return the headers about one limit."""
        now = self._clock.now().timestamp()
        left = max(limit.amount - self._look(key, limit, now)[1], 0)
        named = f"{limit.unit}-{limit.period}"
        return (
            (f"x-ratelimit-limit-{named}", str(limit.amount)),
            (f"x-ratelimit-remaining-{named}", str(left)),
        )
