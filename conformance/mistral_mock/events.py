"""Server-sent events: how one event is written.

Inference streams send data alone; the other streams of the API name each event.
"""

from __future__ import annotations

from mistral_mock.answers import encode

MEDIA_TYPE = "text/event-stream"


def event(data: str, *, name: str | None = None, id_: str | None = None) -> bytes:
    """Return the bytes of one event, the empty line at its end included.

    Each line of the data gets a field of its own; a carriage return ends a line too.

    Raises:
        ValueError: The name or the id holds a line end, which would end its field.

    """
    fields = [*field("event", name), *field("id", id_)]
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields += [f"data: {line}" for line in lines]
    return ("\n".join(fields) + "\n\n").encode()


def field(kind: str, value: str | None) -> list[str]:
    """Return the line of a field; none when it has no value."""
    if value is None:
        return []
    if {"\n", "\r", "\0"} & set(value):
        raise ValueError(f"the {kind} of an event is one line")
    return [f"{kind}: {value}"]


def json_event(value: object, *, name: str | None = None, id_: str | None = None) -> bytes:
    """Return the bytes of one event whose data is JSON, on one line."""
    return event(encode(value).decode(), name=name, id_=id_)
