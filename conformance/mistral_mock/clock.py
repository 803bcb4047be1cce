"""The mock's time: the system's, or one that only moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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

    def now(self) -> datetime:
        """The present moment, in UTC; never before the last stamp."""
        return max(self._read(), self._last)

    def stamp(self) -> datetime:
        """The present moment, later than every stamp before: no two changes happen at once."""
        self._last = max(self._read(), self._last + INSTANT)
        return self._last

    def advance(self, seconds: float) -> None:
        """Moves the clock forward.

        Raises:
            ValueError: The seconds are negative, or the clock would leave the calendar.

        """
        if seconds < 0:
            raise ValueError("a clock does not go back")
        try:
            later = self.now() + timedelta(seconds=seconds)
            _ = later + SPARE
        except (OverflowError, ValueError):
            raise ValueError("the clock would leave the calendar") from None
        self.resume(later)

    def resume(self, moment: datetime) -> None:
        """Goes on from a moment, when that is later than the present one."""
        self._offset += max(moment - self._read(), timedelta())

    def reset(self) -> None:
        """Back to the start."""
        self._offset = timedelta()
        self._last = EVER

    def _read(self) -> datetime:
        return START + self._offset


class RealClock(Clock):
    """The system's clock; advancing it puts it ahead."""

    mode = "real"

    def _read(self) -> datetime:
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
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} leaves the calendar") from None
