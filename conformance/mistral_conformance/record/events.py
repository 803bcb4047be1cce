"""Event streams as the suite reads them: strictly, so that a rule can name what is malformed.

The reader follows the line rules of the HTML standard's event streams (section 9.2.6). It does not
forgive: what a lenient client would skip is reported in `stray`.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import define, field, frozen

from mistral_conformance.record.reading import Loose, Source, read_body

EVENT_STREAM = "text/event-stream"
DONE = "[DONE]"
NAMELESS = ("", "message")
"""Names that the standard gives to events without one."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELDS = frozenset({"data", "event", "id", "retry"})


@frozen
class Bound:
    """How much of a stream to hear before leaving: events, and seconds after its headers."""

    most_events: int = 5
    most_s: float = 0.1


PATIENT = Bound(most_events=50, most_s=2.0)
"""What a rule that listens hears when it does not say otherwise."""


@frozen
class Event:
    """One event: its data, lines joined by newlines; the name and id it came with, or None."""

    data: str
    name: str | None = None
    id: str | None = None
    source: Source = field(factory=Loose, eq=False, repr=False)
    """The exchange that brought it."""

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the data as JSON, watched as `reading` tells.

        Raises:
            Misread: they are none, or wrong as a whole.

        """
        return read_body(self.data, self.source, self.name)


@frozen
class Stream:
    """What came of a stream.

    `stray` lists the lines that are no field of the standard. `unfinished` is what came after the
    last blank line, which a client by the standard throws away.
    """

    events: tuple[Event, ...]
    stray: tuple[str, ...]
    unfinished: str

    @property
    def data(self) -> tuple[str, ...]:
        """The data of each event."""
        return tuple(each.data for each in self.events)

    def chunks(self) -> list[dict[str, Any]]:
        """Return the JSON objects of all events but the terminator.

        Raises:
            Misread: the data of one are none.

        """
        return [_read_object(each) for each in self.events if each.data != DONE]


@define
class _Pending:
    """The fields of an event that has not ended yet; `message` is the name of one without."""

    data: list[str] = field(factory=list)
    name: str | None = None
    id: str | None = None

    def add(self, name: str, value: str) -> None:
        """Add one field."""
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.name = None if value in NAMELESS else value
        elif name == "id":
            self.id = value


def read_stream(text: str) -> Stream:
    """Split the text of an event stream into its events; one without data is none."""
    events: list[Event] = []
    stray: list[str] = []
    pending = _Pending()
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    unfinished = lines.pop()
    for line in lines:
        if not line:
            if pending.data:
                events.append(Event("\n".join(pending.data), pending.name, pending.id))
            pending = _Pending()
            continue
        name, _, value = line.partition(":")
        pending.add(name, value.removeprefix(" "))
        if name and name not in _FIELDS:
            stray.append(line)
    return Stream(tuple(events), tuple(stray), "\n".join([*pending.data, unfinished]).strip())


def _read_object(event: Event) -> dict[str, Any]:
    found = event.json()
    if not isinstance(found, dict):
        event.source.misread(f"an event's data is no JSON object: {event.data[:80]}")
    return found
