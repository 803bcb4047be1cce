"""The terms of a schedule: durations, calendars, cron expressions and time zones."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
SECOND = timedelta(seconds=1)
LONGEST = timedelta(days=366 * 1000)
FIELDS: Mapping[str, tuple[int, int]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "day_of_month": (1, 31),
    "month": (1, 12),
    "year": (1970, 9998),
    "day_of_week": (0, 6),
}
EACH = frozenset({"day_of_month", "month", "day_of_week"})
"""The fields that hold all their numbers when nothing is said; of the others it is the first."""
CRON_FIELDS = ("second", "minute", "hour", "day_of_month", "month", "day_of_week", "year")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
NAMES: Mapping[str, Mapping[str, int]] = {
    "month": {name: number for number, name in enumerate(MONTHS, 1)},
    "day_of_week": {**{name: number for number, name in enumerate(DAYS)}, "7": 0},
}
SHORTHANDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
EVERY = frozenset({"*", "?"})
Numbers = frozenset[int]


class TermError(ValueError):
    """A term of a schedule that has no meaning; `place` is where it stands in the definition."""

    def __init__(self, message: str, *place: str | int) -> None:
        super().__init__(message)
        self.place = place


@frozen
class Calendar:
    """The moments whose every field is among the numbers given for it; no years are all years."""

    second: Numbers
    minute: Numbers
    hour: Numbers
    day_of_month: Numbers
    month: Numbers
    year: Numbers
    day_of_week: Numbers
    """0 is Sunday."""


def parse_duration(text: str, *place: str | int) -> timedelta:
    """Return the span that an ISO 8601 duration names.

    Raises:
        TermError: It is not a duration, or one in months or years, whose length is not fixed.

    """
    found = DURATION.fullmatch(text.upper())
    if found is None or text.upper()[-1] in "PT":
        raise TermError("Input should be a duration in weeks, days and below", *place)
    parts = {name: float(number) for name, number in found.groupdict().items() if number}
    try:
        span = timedelta(**parts)
    except OverflowError:
        span = timedelta.max
    if span > LONGEST:
        raise TermError("Input should be a duration of at most 1000 years", *place)
    return span


def find_zone(name: str | None) -> ZoneInfo:
    """Return the time zone with this name; UTC for none.

    Raises:
        TermError: There is no such zone.

    """
    try:
        return ZoneInfo(name or "UTC")
    except (LookupError, ValueError, OSError):
        raise TermError("Input should be the name of a time zone", "time_zone_name") from None


def read_calendar(value: Mapping[str, Any], *place: str | int) -> Calendar:
    """Return the calendar that ranges describe, with the document's defaults for omitted fields.

    Raises:
        TermError: A number lies outside its field.

    """
    fields = {}
    for name in FIELDS:
        ranges = [
            (one["start"], one.get("end", 0), one.get("step", 0)) for one in value.get(name) or ()
        ]
        found = [spread(name, *one, *place, name) for one in ranges]
        fields[name] = frozenset[int]().union(*found) or usual(name)
    return Calendar(**fields)


def usual(name: str) -> Numbers:
    """Return the numbers of a field about which nothing is said."""
    first, last = FIELDS[name]
    if name == "year":
        return frozenset()
    return frozenset(range(first, last + 1)) if name in EACH else frozenset({first})


def spread(name: str, start: int, end: int, step: int, *place: str | int) -> Numbers:
    """Return the numbers of a range; an end before the start leaves the start alone.

    Raises:
        TermError: A number lies outside the field.

    """
    first, last = FIELDS[name]
    end = max(start, end)
    if not first <= start <= end <= last or step < 0:
        raise TermError(f"Input should be within {first} and {last}", *place)
    return frozenset(range(start, end + 1, step or 1))


def read_cron(text: str, *place: str | int) -> tuple[Calendar, ...]:
    """Return the calendars that a cron expression stands for.

    Five fields from minutes on; a sixth is the year, and of seven the first is the seconds, as
    Temporal has it. When both kinds of days are given, either is enough, as cron has it.

    Raises:
        TermError: It is not such an expression.

    """
    words = SHORTHANDS.get(text.strip().lower(), text).split()
    words = words if len(words) == len(CRON_FIELDS) else ["0", *words]
    words = words if len(words) == len(CRON_FIELDS) else [*words, "*"]
    if len(words) != len(CRON_FIELDS):
        raise TermError("Input should be a cron expression of 5, 6 or 7 fields", *place)
    fields = {
        name: read_field(name, word, *place) for name, word in zip(CRON_FIELDS, words, strict=True)
    }
    both = all(not word.startswith(("*", "?")) for word in (words[3], words[5]))
    if not both:
        return (Calendar(**fields),)
    days = [{**fields, name: usual(name)} for name in ("day_of_month", "day_of_week")]
    return tuple(Calendar(**each) for each in days)


def read_field(name: str, text: str, *place: str | int) -> Numbers:
    """Return the numbers of one field of a cron expression.

    Raises:
        TermError: It is not such a field.

    """
    if name == "year" and text == "*":
        return frozenset()
    return frozenset[int]().union(*(read_part(name, part, *place) for part in text.split(",")))


def read_part(name: str, text: str, *place: str | int) -> Numbers:
    """Return the numbers of one part of a field, such as `*/15`, `MON-FRI` or `7`.

    Raises:
        TermError: It is not such a part.

    """
    first, last = FIELDS[name]
    span, slash, step = text.partition("/")
    low, dash, high = span.partition("-")
    try:
        start = first if span in EVERY else read_number(name, low)
        end = last if span in EVERY or (slash and not dash) else start
        end = read_number(name, high) if dash else end
        count = int(step) if slash else 1
    except ValueError:
        start, end, count = first, last, 0
    end = end + len(DAYS) if name == "day_of_week" and end < start else end
    if not first <= start <= last or start > end or count < 1:
        raise TermError(f"{text!r} is not part of a cron expression's {name}", *place)
    numbers = range(start, end + 1, count)
    if name == "day_of_week":
        return frozenset(number % len(DAYS) for number in numbers)
    return spread(name, start, end, count, *place)


def read_number(name: str, text: str) -> int:
    """Return the number of a field, which may have a name.

    Raises:
        ValueError: It is neither.

    """
    named = NAMES.get(name, {}).get(text.upper())
    if named is None and not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text) if named is None else named
