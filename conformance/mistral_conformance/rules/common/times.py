"""Times as the API writes them: RFC 3339 text and unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def read_time(text: str) -> datetime:
    """The moment that an RFC 3339 text names.

    Raises:
        ValueError: the text is no such time, or names no offset.

    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no offset from UTC")
    return moment


def later(text: str, *, hours: float) -> str:
    """The RFC 3339 text of a moment some hours after another one."""
    moved = read_time(text) + timedelta(hours=hours)
    return moved.astimezone(UTC).isoformat().replace("+00:00", "Z")
