"""Times as RFC 3339 writes them."""

from __future__ import annotations

from datetime import datetime


def read_moment(text: str) -> datetime:
    """Return the moment that a text names; RFC 3339 lets its letters be small (section 5.6).

    Raises:
        ValueError: the text is no time.

    """
    return datetime.fromisoformat(text.upper())
