"""The mock's time: the system's, or one that only moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
EVER = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


class Clock:
    """A clock that stands still until it is advanced (mode `manual`)."""

    mode = "manual"

    def __init__(self) -> None:
        self._offset = timedelta()
        self._last = EVER

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return START + self._offset

    def stamp(self) -> datetime:
        """The present moment, later than every stamp before: no two changes happen at once."""
        self._last = max(self.now(), self._last + INSTANT)
        return self._last

    def latest(self) -> datetime:
        """The present moment or the last stamp, whichever is later."""
        return max(self.now(), self._last)

    def advance(self, seconds: float) -> None:
        """Moves the clock forward.

        Raises:
            ValueError: The seconds are negative, or the clock would leave the calendar.

        """
        if seconds < 0:
            raise ValueError("a clock does not go back")
        try:
            offset = self._offset + timedelta(seconds=seconds)
            _ = self.now() + offset + timedelta(days=366)
        except OverflowError:
            raise ValueError("the clock would leave the calendar") from None
        self._offset = offset

    def resume(self, moment: datetime) -> None:
        """Goes on from a moment of an earlier run, when that is later than the present one."""
        self._offset += max(moment - self.now(), timedelta())

    def reset(self) -> None:
        """Back to the start."""
        self._offset = timedelta()
        self._last = EVER


class RealClock(Clock):
    """The system's clock; advancing it puts it ahead."""

    mode = "real"

    def now(self) -> datetime:
        """The system's time and what was advanced, in UTC."""
        return datetime.now(UTC) + self._offset


def make_clock(mode: str) -> Clock:
    """The clock of a mode, `real` or `manual`."""
    return RealClock() if mode == "real" else Clock()


def spell(moment: datetime) -> str:
    """RFC 3339 with microseconds and Z, as the API writes times (rule D7)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def spell_optional(moment: datetime | None) -> str | None:
    """The same, with None for None."""
    return None if moment is None else spell(moment)


def parse(text: str) -> datetime:
    """The moment that RFC 3339 text names, in UTC.

    Raises:
        ValueError: The text names no moment that Python can hold, such as one of the year 0.

    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} leaves the calendar") from None
