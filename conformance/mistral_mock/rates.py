"""The requests per minute that a key may send, and the headers that tell it (quirks §9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mistral_mock.errors import rate_limited

if TYPE_CHECKING:
    from mistral_mock.clock import Clock
    from mistral_mock.settings import Settings

MINUTE_S = 60.0


class Rates:
    """One window of a minute for each key; it starts with the key's first request."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.limit = settings.rate_limit
        self._shape = settings.rate_limit_shape
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, key: str) -> tuple[tuple[str, str], ...]:
        """Counts a request; the headers that its answer carries.

        Raises:
            APIError: 429, the key has used up its minute.

        """
        if self.limit is None:
            return ()
        now = self._clock.now().timestamp()
        start, used = self._windows.get(key, (now, 0))
        if now - start >= MINUTE_S:
            start, used = now, 0
        self._windows[key] = (start, used + 1)
        headers = limit_headers(self.limit, max(self.limit - used - 1, 0))
        if used < self.limit:
            return headers
        wait = str(math.ceil(start + MINUTE_S - now))
        raise rate_limited(self._shape, (*headers, ("retry-after", wait)))

    def reset(self) -> None:
        """Forgets all requests."""
        self._windows.clear()


def limit_headers(limit: int, remaining: int) -> tuple[tuple[str, str], ...]:
    """The attested headers about requests per minute."""
    return (
        ("x-ratelimit-limit-req-minute", str(limit)),
        ("x-ratelimit-remaining-req-minute", str(remaining)),
    )
