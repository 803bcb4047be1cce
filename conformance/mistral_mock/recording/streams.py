"""Event streams as they came: blocks with their times, and back to bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_mock import json_text
from mistral_mock.events import event, json_event
from mistral_mock.recording.exchange import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BLOCK = re.compile(rb"\r\n\r\n|\n\n|\r\r")
"""What ends an event."""
LINE = re.compile(r"\r\n|\n|\r")


def read_events(chunks: Sequence[tuple[float, bytes]]) -> tuple[Event, ...]:
    """Return the events of a stream; each has come when its last byte had.

    `chunks` are pieces of the stream with their times, in seconds after the request.
    """
    found: list[Event] = []
    waiting = b""
    for at_s, content in chunks:
        waiting += content
        *whole, waiting = split(waiting)
        found += [read_block(one, at_s) for one in whole]
    if waiting:
        found.append(Event(at_s=chunks[-1][0], raw=waiting.decode("utf-8", "replace")))
    return tuple(found)


def split(content: bytes) -> list[bytes]:
    """Blocks with their ends, and what is left behind the last end."""
    found, start = [], 0
    for match in BLOCK.finditer(content):
        found.append(content[start : match.end()])
        start = match.end()
    return [*found, content[start:]]


def read_block(content: bytes, at_s: float) -> Event:
    """Return one event, taken apart when nothing of it would be lost."""
    text = content.decode("utf-8", "replace")
    fields: dict[str, list[str]] = {"event": [], "id": [], "data": []}
    for line in LINE.split(text.rstrip("\r\n")):
        name, colon, value = line.partition(":")
        if not colon or name not in fields:
            return Event(at_s=at_s, raw=text)
        fields[name].append(value.removeprefix(" "))
    if not fields["data"] or len(fields["event"]) > 1 or len(fields["id"]) > 1:
        return Event(at_s=at_s, raw=text)
    name, id_ = (next(iter(fields[one]), None) for one in ("event", "id"))
    data = "\n".join(fields["data"])
    try:
        value = json_text.read(data.encode())
    except ValueError:
        return Event(at_s=at_s, name=name, id=id_, data=data)
    return Event(at_s=at_s, name=name, id=id_, data=value, is_json=True)


def spell_event(one: Event) -> bytes:
    """Return the bytes of an event."""
    if one.raw is not None:
        return one.raw.encode()
    if one.is_json:
        return json_event(one.data, name=one.name, id_=one.id)
    return event(str(one.data), name=one.name, id_=one.id)


def spell_events(events: Iterable[Event]) -> bytes:
    """Return the bytes of a whole stream."""
    return b"".join(map(spell_event, events))
