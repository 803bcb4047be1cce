"""One recorded exchange, with what the laws ask of it."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange


@frozen(eq=False, slots=False)
class Seen:
    """One exchange: with its number in the traffic, its caller, what was asked, and when."""

    number: int
    exchange: Exchange = field(repr=False)
    ids: dict[str, str]
    caller: str
    query: tuple[tuple[str, str], ...] = ()
    began_s: float | None = None
    ended_s: float | None = None
    moment_s: float | None = None

    @property
    def now(self) -> float | None:
        """The server's time of the answer, or the recorder's where the answer has no Date."""
        try:
            return parsedate_to_datetime(self.exchange.headers.get("date", "")).timestamp()
        except ValueError:
            return self.moment_s

    @property
    def operation(self) -> str:
        """The id of the operation."""
        return self.exchange.operation

    @cached_property
    def sent(self) -> Json:
        """The JSON object, or the fields of a form, that was sent; empty where none was."""
        return _object(self.exchange.request_content)

    @cached_property
    def told(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON that was answered, None where none was."""
        return _parse(self.exchange.content)

    def overlaps(self, other: Seen) -> bool:
        """Say whether one was asked before the other was answered, as far as their times tell."""
        if None in (self.began_s, self.ended_s, other.began_s, other.ended_s):
            return False
        times = (self.began_s, self.ended_s, other.began_s, other.ended_s)
        one, end, two, other_end = (each or 0.0 for each in times)
        return one < other_end and two < end


def _parse(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _object(content: bytes) -> Json:
    found = _parse(content)
    return found if isinstance(found, dict) else {}
