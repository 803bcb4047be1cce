"""Moments that requests name: read from text, and compared with bounds that may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock import clock
from mistral_mock.errors import Problem, invalid

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.context import Context


def read(text: str, *place: str | int) -> datetime:
    """Return the moment that RFC 3339 text at a place of the request names, in UTC.

    Raises:
        APIError: 422, no calendar has it.

    """
    try:
        return clock.parse(text)
    except ValueError as error:
        message = f"Input should be a valid datetime, {error}"
        raise invalid(Problem(place, message, "datetime_parsing", text)) from error


def read_query(ctx: Context, name: str) -> datetime | None:
    """Return the moment in a parameter of the query; None when it is not sent.

    Raises:
        APIError: 422, no calendar has it.

    """
    text = ctx.query[name]
    return None if text is None else read(text, "query", name)


def is_between(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    """Say whether the moment is later than the one bound and earlier than the other.

    None means no bound.
    """
    return (after is None or after < moment) and (before is None or moment < before)


def is_within(moment: datetime, first: datetime | None, last: datetime | None) -> bool:
    """Say whether the same, with the bounds themselves among what passes."""
    return (first is None or first <= moment) and (last is None or moment <= last)
