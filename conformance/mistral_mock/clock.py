"""The mock's time: the system's, or one that only moves when it is told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache

START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SPARE = timedelta(days=366)
"""What stays between the clock and the end of the calendar."""
EVER = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


class Clock:
    """A clock that stands still until it is advanced (mode `manual`)."""

    mode = "manual"

    def __init__(self) -> None:
        self._offset = timedelta()
        self._last = EVER
        self._lock = threading.Lock()
        self._held: datetime | None = None
        self.moves = 0
        """How often somebody has moved it."""

    def now(self) -> datetime:
        """Return the present moment, in UTC; never before the last stamp."""
        return max(self._held or self._read(), self._last)

    def ahead(self) -> datetime:
        """Return the moment at which the clock would be if nobody held it."""
        return max(self._read(), self._last)

    def hold(self, moment: datetime) -> None:
        """Stands still at a moment of the past until `release`."""
        self._held = moment

    def release(self) -> None:
        """Goes on from where it would be if nobody had held it."""
        self._held = None

    def stamp(self) -> datetime:
        """Return the present moment, later than all stamps before: no two changes coincide."""
        return self.stamp_at(self._held or self._read())

    def stamp_at(self, moment: datetime) -> datetime:
        """Return the same for a moment that somebody has read before; any thread may ask."""
        with self._lock:
            self._last = max(moment, self._last + INSTANT)
            return self._last

    def advance(self, seconds: float) -> None:
        """Move the clock forward.

        Raises:
            ValueError: The seconds are negative, or the clock would leave the calendar.

        """
        if seconds < 0:
            raise ValueError("a clock does not go back")
        try:
            later = self.ahead() + timedelta(seconds=seconds)
            _ = later + SPARE
        except (OverflowError, ValueError):
            raise ValueError("the clock would leave the calendar") from None
        self.resume(later)

    def resume(self, moment: datetime) -> None:
        """Goes on from a moment, when that is later than the present one."""
        distance = moment - self._read()
        if distance > timedelta():
            self._offset += distance
            self.moves += 1

    def reset(self) -> None:
        """Back to the start."""
        self._offset = timedelta()
        self._last = EVER
        self.moves += 1

    def _read(self) -> datetime:
        return START + self._offset


class RealClock(Clock):
    """The system's clock; advancing it puts it ahead."""

    mode = "real"

    def _read(self) -> datetime:
        return datetime.now(UTC) + self._offset


class Standing(Clock):
    """A clock as a transaction sees it: it stands still at a moment of another one.

    Its stamps are later than all stamps of that clock, so that they stay unique.
    """

    def __init__(self, clock: Clock, moment: datetime) -> None:
        super().__init__()
        self.mode = clock.mode
        self._clock = clock
        self._moves = clock.moves
        self._moment = moment

    def stamp(self) -> datetime:
        """Return the moment, later than every stamp before, here and on the clock itself."""
        self._last = self._clock.stamp_at(max(self._read(), self._last))
        return self._last

    def is_valid(self) -> bool:
        """Nobody has moved the clock meanwhile."""
        return self._moves == self._clock.moves

    def commit(self) -> None:
        """Move the clock on, when this one was."""
        if self._offset:
            self._clock.resume(self._read())

    def _read(self) -> datetime:
        return self._moment + self._offset


def make_clock(mode: str) -> Clock:
    """Return the clock of a mode, `real` or `manual`."""
    return RealClock() if mode == "real" else Clock()


@lru_cache(maxsize=4096)  # lists write the same times again and again
def spell(moment: datetime) -> str:
    """RFC 3339 with microseconds and Z, as the API writes times (conversations.times-in-order)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def spell_optional(moment: datetime | None) -> str | None:
    """Return the same, with None for None."""
    return None if moment is None else spell(moment)


def parse(text: str) -> datetime:
    """Return the moment that RFC 3339 text names, in UTC.

    Raises:
        ValueError: The text names no moment that Python can hold, such as one of the year 0.

    """
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} leaves the calendar") from None
