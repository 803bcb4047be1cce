"""Whether to send a request again, and after how long: decisions only, no waiting.

A request that is neither idempotent nor marked as repeatable goes again only when the server
cannot have acted on it (no connection was made) or says that it did not (429, 503).
"""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import attr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_generated.types import Operation

# The server says that it did not act: any request may go again.
_REFUSED = frozenset({429, 503})

# The server may have acted: only requests that do no harm twice go again. 520 to 524 come from
# proxies that got no answer, or half of one.
_UNCERTAIN = frozenset({408, 409, 500, 502, 504, *range(520, 525)})


def _not_negative(_instance: object, attribute: attr.Attribute[Any], value: float) -> None:
    if value < 0:
        raise ValueError(f"{attribute.name} must not be negative, not {value!r}")


@attr.frozen
class Retries:
    """How often and how patiently to send a request again.

    `count` is the number of sendings after the first. The delay before the n-th of them is drawn
    evenly between 0 and `initial_s` · 2ⁿ⁻¹, at most `longest_s` (full jitter); when the server
    asks for a longer wait (`Retry-After`), that counts, up to `retry_after_cap_s`. Nothing is sent
    again once `budget_s` would be over, counted from the first sending. All in seconds.
    """

    count: int = attr.field(default=3, validator=_not_negative)
    initial_s: float = attr.field(default=0.5, validator=_not_negative)
    longest_s: float = attr.field(default=8.0, validator=_not_negative)
    budget_s: float = attr.field(default=120.0, validator=_not_negative)
    retry_after_cap_s: float = attr.field(default=60.0, validator=_not_negative)

    @classmethod
    def of(cls, value: Retries | int) -> Retries:
        """Return the policy itself, or the default policy with that count.

        Raises:
            TypeError: It is neither a policy nor a count.
            ValueError: The count is negative.

        """
        if isinstance(value, Retries):
            return value
        if type(value) is not int:
            raise TypeError(f"retries must be a whole number or Retries(...), not {value!r}")
        return cls(count=value)

    def delay_s(
        self, attempt: int, elapsed_s: float, asked_s: float | None, jitter: float
    ) -> float | None:
        """Return the wait before sending again, in seconds, or None to give up.

        `attempt` counts the sendings so far, `elapsed_s` is the time since the first, `asked_s`
        the server's `Retry-After`, `jitter` a random number from 0 to 1.
        """
        if attempt > self.count:
            return None
        delay_s = jitter * min(self.longest_s, self.initial_s * 2.0 ** min(attempt - 1, 60))
        if asked_s is not None:
            delay_s = max(delay_s, min(asked_s, self.retry_after_cap_s))
        return delay_s if elapsed_s + delay_s <= self.budget_s else None


def is_worth_repeating(operation: Operation, status: int, headers: Mapping[str, str]) -> bool:
    """Say whether an error answer may go away when the request is sent again, and safely so."""
    if status == 429 and has_no_allowance(headers):
        return False
    return status in _REFUSED or (status in _UNCERTAIN and does_no_harm_twice(operation))


def does_no_harm_twice(operation: Operation) -> bool:
    """Say whether sending the operation twice leaves things as sending it once."""
    return operation.idempotent or operation.repeatable


def has_no_allowance(headers: Mapping[str, str]) -> bool:
    """Say whether a rate limit is 0: the caller has no allowance, waiting changes nothing.

    Source: errors.rate-headers, `x-ratelimit-limit-…` and the older `x-ratelimitbysize-limit-…`.
    """
    return any(
        "ratelimit" in name.lower() and "-limit" in name.lower() and value.strip() == "0"
        for name, value in headers.items()
    )


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """Return how long the server asks to wait, in seconds, or None if it does not say.

    `Retry-After` holds seconds or a date (RFC 9110, 10.2.3); `now_s` is the time in unix seconds.
    `retry-after-ms`, which gateways send and the official SDK heeds, holds milliseconds and is the
    more precise of the two.
    """
    precise = headers.get("retry-after-ms")
    if precise is not None and _is_number(precise):
        return float(precise) / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        asked_s = float(text) if _is_number(text) else _seconds_until(text, now_s)
    except (ValueError, OverflowError):
        return None
    return max(0.0, asked_s) if math.isfinite(asked_s) else None


def _seconds_until(date: str, now_s: float) -> float:
    return parsedate_to_datetime(date).timestamp() - now_s


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdecimal()
