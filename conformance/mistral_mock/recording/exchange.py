"""A recorded exchange as a value: what was asked, what was answered, and when its parts came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from mistral_mock.events import MEDIA_TYPE

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["none", "json", "text", "form", "binary", "events"]


@frozen(kw_only=True)
class FormPart:
    """A field of a form: a text, or a file with its name and media type."""

    name: str
    text: str | None = None
    filename: str | None = None
    media_type: str | None = None
    content: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class Event:
    """One event of a stream, and when it came, in seconds after its request.

    `raw` is the text of a block that is not a plain event, such as a comment or half of an event;
    the other fields are empty then.
    """

    at_s: float
    name: str | None = None
    id: str | None = None
    data: Any = None
    """JSON, or text where `is_json` is false."""
    is_json: bool = False
    raw: str | None = None


@frozen
class Body:
    """What a message carries, taken apart as far as its media type says how."""

    kind: Kind = "none"
    value: Any = None
    """JSON, text, bytes, or a tuple of FormPart or Event."""


@frozen(kw_only=True)
class Question:
    """A request without its key; `path` is percent-encoded, `query` as it was sent."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = Body()


@frozen(kw_only=True)
class Response:
    """What was answered. A connection that ended before its time is cut; with no status at once."""

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = Body()
    first_s: float = 0.0
    """From the request to the head of the answer, in seconds."""
    duration_s: float = 0.0
    """From the request to the end of the answer, in seconds."""
    cut: bool = False

    @property
    def media_type(self) -> str:
        """The media type without its parameters."""
        return find_media_type(self.headers)


@frozen(kw_only=True)
class Recording:
    """An exchange with a server, with all that tells it from others."""

    name: str
    """Where it stands below its folder, or its place in an archive."""
    scope: str
    """The test, or whatever else was recorded together."""
    turn: int
    """Its place among the requests of the scope, from 1."""
    moment: str
    """When it was recorded: RFC 3339."""
    document: str = ""
    """The version of the document that it was recorded under; empty when nothing tells."""
    upstream: str = ""
    """The server's address."""
    operation: str = ""
    """The operation's id; empty when the document knows none for the path."""
    question: Question
    response: Response
    file: Path | None = None


def find_media_type(headers: tuple[tuple[str, str], ...]) -> str:
    """Return the media type that headers name, in lower case, without parameters.

    Empty for none.
    """
    return find_header(headers, "content-type").partition(";")[0].strip().lower()


def find_header(headers: tuple[tuple[str, str], ...], wanted: str) -> str:
    """Return the value of a header, by its name in lower case; empty when it is not there."""
    return next((value for name, value in headers if name.lower() == wanted), "")


def is_event_stream(media_type: str) -> bool:
    """Say whether the media type is that of event streams."""
    return media_type == MEDIA_TYPE
