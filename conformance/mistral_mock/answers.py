"""What a handler returns: a whole answer, or a stream of events. Plain values, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

JSON = "application/json"
PLAIN = "text/plain; charset=utf-8"
LONGEST_NAME = 255
"""How many characters of a file name a header carries."""
ENCODER = msgspec.json.Encoder()


@frozen
class Answer:
    """A whole answer; a body goes with its media type."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class EventStream:
    """A 200 answer that is sent event by event; each item is one event's complete bytes.

    A None means that there is nothing to send yet: the state is brought up to the present, and
    the iterable is asked again a little later.
    """

    events: Iterable[bytes | None]
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Later:
    """An answer that comes later.

    `look` gives it as soon as it is there; until then it gives None, and is asked again a little
    later, when the state has been brought up to the present.
    """

    look: Callable[[], Answer | None]


@frozen
class Passing:
    """An answer that another server gives, or once gave: its pieces are sent as they come.

    The pieces raise a `DroppedError` where the other connection broke.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: AsyncGenerator[bytes, None]


def json_answer(
    value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """Return the value as JSON."""
    return Answer(status, encode(value), JSON, headers)


def no_content() -> Answer:
    """Return 204 without a body."""
    return Answer(204)


def binary(
    content: bytes, media_type: str = "application/octet-stream", filename: str | None = None
) -> Answer:
    """Return the bytes as a download; the file name, when given, goes into Content-Disposition."""
    headers = () if filename is None else (("content-disposition", _disposition(filename)),)
    return Answer(200, content, media_type, headers)


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8, whatever its size: nothing else runs meanwhile, but not for long."""
    return ENCODER.encode(value)


def encode_each(values: Iterable[object]) -> list[msgspec.Raw]:
    """Return JSON of each value, for a long list that need not be there as a whole before."""
    return [msgspec.Raw(encode(value)) for value in values]


def _disposition(filename: str) -> str:
    """Return the header; of a very long name it has the end, so that clients can still read it."""
    return f"attachment; filename*=UTF-8''{quote(filename[-LONGEST_NAME:], safe='')}"
