"""All moments of a schedule together: the union of its terms, less what is skipped.

Local times that a change of the clocks leaves out do not happen; those that it repeats happen
twice, as in Temporal. Moments are whole seconds.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.clock import INSTANT, NEVER, parse
from mistral_mock.short_cache import cache_short
from mistral_mock.timetable.terms import (
    SECOND,
    Calendar,
    TermError,
    find_zone,
    parse_duration,
    read_calendar,
    read_cron,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECONDS, MINUTES, HOURS = 60, 60, 24
QUARTER = timedelta(minutes=15)
"""Clocks change at quarters of an hour."""
HORIZON = timedelta(days=366 * 40)
"""A moment that does not come within this time never comes: every date with its day of the week
comes back within 40 years."""
LAST_YEAR = 9900
LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
"""Nothing is looked for after this year, near the end of the calendar."""
MOST_SKIPPED = 10_000
"""How many moments or whole stretches in a row may be skipped before there are none."""
REMEMBERED = 64
"""Moments of a timetable of which it is remembered what follows."""
LONGEST = 4_000
"""Characters of a definition whose timetable is remembered for all schedules that have it."""


@frozen
class Interval:
    """Moments at a fixed distance, counted from 1970."""

    every: timedelta
    offset: timedelta

    def following(self, after: datetime) -> datetime | None:
        """Return the first moment after another one; None when it lies beyond the calendar."""
        count = (after - EPOCH - self.offset) // self.every + 1
        try:
            return EPOCH + self.offset + count * self.every
        except OverflowError:
            return None


@frozen
class Timetable:
    """The compiled times of a schedule."""

    calendars: tuple[Calendar, ...]
    intervals: tuple[Interval, ...]
    skip: tuple[Calendar, ...]
    zone: ZoneInfo
    start_at: datetime | None
    end_at: datetime | None
    jitter: timedelta

    def following(self, after: datetime) -> datetime | None:
        """Return the first moment after another one, without jitter; None when none is left."""
        return self._find(after)

    @cached_property
    def _find(self) -> Callable[[datetime], datetime | None]:
        return lru_cache(REMEMBERED)(partial(find_following, self))

    def due(self, moment: datetime, seed: str) -> datetime:
        """Return when the start of a moment really happens: put off by a jitter by the seed.

        It never waits beyond the moment that follows.
        """
        if not self.jitter:
            return moment
        room = min(self.jitter, (self.following(moment) or NEVER) - moment)
        digest = blake2b(f"{seed} {moment.isoformat()}".encode(), digest_size=4).digest()
        return moment + room * (int.from_bytes(digest, "big") / 2**32)

    def moments(self, after: datetime) -> Iterator[datetime]:
        """Yield all moments after another one, in order."""
        found = self.following(after)
        while found is not None:
            yield found
            found = self.following(found)


def find_following(table: Timetable, after: datetime) -> datetime | None:
    """Return the first moment of a timetable after another one; None when none is left."""
    if table.start_at is not None:
        after = max(after + INSTANT, table.start_at) - INSTANT
    for _ in range(MOST_SKIPPED):
        if after.year > LAST_YEAR:
            return None
        coming = [interval.following(after) for interval in table.intervals]
        coming += [find_next(calendar, table.zone, after) for calendar in table.calendars]
        found = [moment for moment in coming if moment is not None]
        if not found or min(found) > min(table.end_at or LATEST, LATEST):
            return None
        local = min(found).astimezone(table.zone)
        skipped = [leap(each, local) for each in table.skip if matches(each, local)]
        if not skipped:
            return min(found)
        after = max(skipped)
    return None


def compile_definition(definition: Mapping[str, Any]) -> Timetable:
    """Return the timetable of a schedule's definition, in the words of the document.

    Raises:
        TermError: A term of it has no meaning.

    """
    return _compile(json.dumps(definition, sort_keys=True))


@cache_short(1024, LONGEST)
def _compile(text: str) -> Timetable:
    value = json.loads(text)
    calendars = [
        read_calendar(each, "calendars", place)
        for place, each in enumerate(value.get("calendars") or ())
    ]
    for place, each in enumerate(value.get("cron_expressions") or ()):
        calendars += read_cron(each, "cron_expressions", place)
    jitter = value.get("jitter")
    return Timetable(
        calendars=tuple(calendars),
        intervals=tuple(
            read_interval(each, place) for place, each in enumerate(value.get("intervals") or ())
        ),
        skip=tuple(
            read_calendar(each, "skip", place) for place, each in enumerate(value.get("skip") or ())
        ),
        zone=find_zone(value.get("time_zone_name")),
        start_at=read_moment(value, "start_at"),
        end_at=read_moment(value, "end_at"),
        jitter=parse_duration(jitter, "jitter") if jitter else timedelta(),
    )


def read_interval(value: Mapping[str, Any], place: int) -> Interval:
    """Return the interval that two durations describe.

    Raises:
        TermError: They are not durations, or the distance is below a second.

    """
    every = parse_duration(value["every"], "intervals", place, "every")
    if every < SECOND:
        raise TermError("Input should be at least one second", "intervals", place, "every")
    offset = parse_duration(value.get("offset") or "PT0S", "intervals", place, "offset")
    return Interval(every, offset)


def read_moment(value: Mapping[str, Any], name: str) -> datetime | None:
    """Return the moment in a field; None when it is empty.

    Raises:
        TermError: The moment lies outside the calendar.

    """
    if value.get(name) is None:
        return None
    try:
        return parse(value[name])
    except ValueError:
        raise TermError("Input should be a moment that the calendar has", name) from None


def matches(calendar: Calendar, local: datetime) -> bool:
    """Say whether a local time has only fields that the calendar has."""
    return (
        local.second in calendar.second
        and local.minute in calendar.minute
        and local.hour in calendar.hour
        and has_date(calendar, local)
    )


def has_date(calendar: Calendar, local: datetime) -> bool:
    """Say whether a local date has only fields that the calendar has."""
    return (
        local.month in calendar.month
        and local.day in calendar.day_of_month
        and local.isoweekday() % 7 in calendar.day_of_week
        and (not calendar.year or local.year in calendar.year)
    )


def leap(calendar: Calendar, local: datetime) -> datetime:
    """Return the last UTC moment of the stretch around a local time that the calendar fills."""
    if len(calendar.second) < SECONDS:
        return local.astimezone(UTC)
    if len(calendar.minute) < MINUTES:
        end = local.astimezone(UTC).replace(second=0) + timedelta(minutes=1)
    elif len(calendar.hour) < HOURS:
        end = end_of_quarter(local.astimezone(UTC))
    else:
        end = (local.replace(hour=0, minute=0, second=0, fold=0) + DAY).astimezone(UTC)
    return max(end - INSTANT, local.astimezone(UTC))


def find_next(calendar: Calendar, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the calendar's first moment after another one; None when there is none in sight.

    Goes from step to step in UTC, so that a change of the clocks is nothing special.
    """
    moment = after.astimezone(UTC).replace(microsecond=0) + SECOND
    end = moment + HORIZON
    while moment < end:
        local = moment.astimezone(zone)
        if not has_date(calendar, local):
            moment = max(moment + SECOND, find_date(calendar, local, end))
        elif local.hour not in calendar.hour:
            moment = skip_hours(calendar, local, moment)
        else:
            found = find_in_quarter(calendar, local)
            if found is not None:
                return moment + found
            moment = end_of_quarter(moment)
    return None


def find_date(calendar: Calendar, local: datetime, end: datetime) -> datetime:
    """Return the first moment of the next date that the calendar has.

    The end when there is none.
    """
    date = local.replace(tzinfo=None, hour=0, minute=0, second=0, fold=0) + DAY
    last = end.replace(tzinfo=None)
    while date < last and not has_date(calendar, date):
        if date.month in calendar.month:
            date += DAY
        else:
            date = (date.replace(day=1) + 32 * DAY).replace(day=1)
    return date.replace(tzinfo=local.tzinfo).astimezone(UTC)


def skip_hours(calendar: Calendar, local: datetime, moment: datetime) -> datetime:
    """Return a moment from which to look on, when the calendar does not have the local hour."""
    later = min((hour for hour in calendar.hour if hour > local.hour), default=None)
    midnight = local.replace(hour=0, minute=0, second=0, fold=0)
    aim = midnight + DAY if later is None else datetime.combine(midnight, time(later), local.tzinfo)
    if aim.utcoffset() == local.utcoffset():
        return max(aim.astimezone(UTC), moment + SECOND)
    return end_of_quarter(moment)


def find_in_quarter(calendar: Calendar, local: datetime) -> timedelta | None:
    """Return how far the calendar's next moment within this quarter of an hour is.

    None for none.
    """
    last = local.minute - local.minute % 15 + 14
    for minute in range(local.minute, last + 1):
        if minute in calendar.minute:
            least = local.second if minute == local.minute else 0
            second = min((each for each in calendar.second if each >= least), default=None)
            if second is not None:
                return timedelta(minutes=minute - local.minute, seconds=second - local.second)
    return None


def end_of_quarter(moment: datetime) -> datetime:
    """Return the beginning of the next quarter of an hour."""
    return EPOCH + ((moment - EPOCH) // QUARTER + 1) * QUARTER
