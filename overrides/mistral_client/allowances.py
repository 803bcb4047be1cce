"""What a server says of its rate limits in the headers of an answer.

Each allowance is of something counted, in a window of time. Two families of names are in use,
`x-ratelimit-remaining-req-minute` and the older `x-ratelimitbysize-remaining-minute`; source:
recorded live, 2025 and 2026, errors.rate-headers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attr

if TYPE_CHECKING:
    from collections.abc import Mapping

_WINDOW: Final = r"(?P<window>(?:\d+-)?(?:second|minute|hour|day|month))"
_NEW: Final = re.compile(rf"x-ratelimit-(?P<what>limit|remaining|reset)-(?P<subject>.+?)-{_WINDOW}")
_COST: Final = re.compile(r"x-ratelimit-(?P<subject>.+)-query-cost")
_OLD: Final = re.compile(
    rf"(?:x-)?ratelimitbysize-(?P<what>limit|remaining|reset|query-cost)(?:-{_WINDOW})?"
)
_SECONDS: Final = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_MONTH_S: Final = 30 * 86_400.0
_NAMES: Final = {"req": "requests"}


@attr.frozen(kw_only=True)
class Allowance:
    """How much of something a server allows in a window of time; None is what it does not say.

    `subject` is what is counted: `requests`, `tokens`, `audio-seconds`, `ocr-pages` and so on.
    `window` is as the server calls it, such as `minute` or `10-second`; empty where it tells only a
    cost. `cost` is what the request
    itself took, `reset_s` in how many seconds the window begins anew.
    """

    subject: str
    window: str
    limit: int | None = None
    remaining: int | None = None
    cost: int | None = None
    reset_s: int | None = None

    @property
    def window_s(self) -> float:
        """The length of the window, in seconds."""
        count, _, unit = self.window.rpartition("-")
        return int(count or 1) * _SECONDS.get(unit, _MONTH_S)


def read_allowances(headers: Mapping[str, str]) -> tuple[Allowance, ...]:
    """Return what the headers of an answer say, in their order; what is no number is skipped."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    costs: dict[str, int] = {}
    for key, text in headers.items():
        name, value = key.lower(), text.strip()
        if "ratelimit" not in name or not value.isdecimal():
            continue
        if cost := _COST.fullmatch(name):
            costs[_subject(cost)] = int(value)
        elif match := _NEW.fullmatch(name) or _OLD.fullmatch(name):
            what = match["what"]
            if what == "query-cost":
                costs["tokens"] = int(value)
                continue
            place = (_subject(match), match["window"] or "minute")
            found.setdefault(place, {})["reset_s" if what == "reset" else what] = int(value)
    stated = {subject for subject, _ in found}
    found.update({(subject, ""): {} for subject in costs if subject not in stated})
    return tuple(
        Allowance(subject=subject, window=window, cost=costs.get(subject), **values)
        for (subject, window), values in found.items()
    )


def _subject(match: re.Match[str]) -> str:
    """Return what is counted; the older names count tokens and do not say so."""
    named = match.groupdict().get("subject", "tokens")
    return _NAMES.get(named, named)
