"""One recorded exchange, whatever form it was recorded in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPES = ("application/json", "+json")


class RecordingError(ValueError):
    """A file is no recording; the message says what it is and what is read."""


@attrs.frozen
class Body:
    """A body as it was on the wire, decompressed.

    `content` is None where the recording has none; `problem` says why a body that was there cannot
    be read.
    """

    content: bytes | None = None
    media_type: str = ""
    problem: str | None = None

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON, or says nothing and looks like it."""
        kind = self.media_type.partition(";")[0].strip().lower()
        if kind:
            return kind.endswith(JSON_TYPES)
        return (self.content or b"").lstrip()[:1] in (b"{", b"[")

    @property
    def is_events(self) -> bool:
        """Whether it is an event stream."""
        return self.media_type.lower().startswith(EVENT_STREAM)

    def json(self) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the JSON value of the content. Raises ValueError when it is none."""
        return json.loads(self.content or b"")


@attrs.frozen
class Recorded:
    """A request and its answer. `where` is the file and the place in it, for messages.

    `caller` tells one caller from another where the recording does; it is no key. `began_s` and
    `ended_s` are in seconds on one clock, None where the recording tells no times.
    """

    where: str
    method: str
    url: str
    request: Body
    status: int
    answer: Body
    headers: Mapping[str, str] = attrs.field(factory=dict)
    """The headers of the answer, with their names in lower case."""
    sent_headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """The headers of the request, as far as they were recorded, with their names in lower case."""
    caller: str = attrs.field(default="", repr=False)
    began_s: float | None = None
    ended_s: float | None = None
    moment_s: float | None = None
    """When it was asked, in seconds since 1970, as the recorder tells."""

    @property
    def path(self) -> str:
        """The path below the host, without a fragment; proxies may have put a prefix before it."""
        path = urlsplit(self.url).path
        versions = [path.find(version) for version in ("/v1/", "/v2/") if version in path]
        return path[min(versions) :] if versions else path

    @property
    def query(self) -> str:
        """The query, without its question mark."""
        return urlsplit(self.url).query

    @property
    def host(self) -> str:
        """The name of the host, empty where the recording has only a path."""
        return urlsplit(self.url).hostname or ""

    def __str__(self) -> str:
        return f"{self.where} {self.method} {self.path}"
