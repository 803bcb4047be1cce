"""Times as the API writes them: RFC 3339 text and unix seconds."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mistral_conformance.record.moments import read_moment
from mistral_conformance.verdict.outcome import Failed

if TYPE_CHECKING:
    from datetime import datetime


def read_time(text: str) -> datetime:
    """Return the moment that an RFC 3339 text names.

    Raises:
        Failed: the text is no such time, or names no offset.

    """
    try:
        moment = read_moment(text)
    except (AttributeError, TypeError, ValueError) as error:
        raise Failed(f"{text!r} is no time as RFC 3339 writes it") from error
    if moment.tzinfo is None:
        raise Failed(f"{text!r} names no offset from UTC")
    return moment


def later(text: str, *, hours: float) -> str:
    """Return the RFC 3339 text of a moment some hours after another one."""
    try:
        moved = (read_time(text) + timedelta(hours=hours)).astimezone(UTC)
    except OverflowError as error:
        raise Failed(f"{text!r} is no time that can be counted with") from error
    return moved.isoformat().replace("+00:00", "Z")
