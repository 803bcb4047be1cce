"""One request and its answer. Keys and other secrets are kept out of all that shows it."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from attrs import define, field

from mistral_mock.answers import JSON
from mistral_mock.events import MEDIA_TYPE
from mistral_mock.secrecy import HIDDEN, SECRET_HEADERS, redact, redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.context import Upload

WEIGHT = 8
"""What a byte of JSON takes when it is read, roughly."""
HEADERS = 2048
"""What the headers of both take, roughly; a server takes no more than 64 KiB of them."""


@define(kw_only=True, eq=False)
class Exchange:
    """A request and its answer; an answer that is still on its way has no status."""

    number: int
    """From 1, in the order in which the requests came in."""
    moment: datetime
    """By the mock's clock."""
    operation: str
    """The operation's id; empty when the path is nobody's."""
    method: str
    path: str
    """Percent-encoded, without the query."""
    _query: str = field(repr=False, alias="query")
    _headers: list[tuple[bytes, bytes]] = field(repr=False, alias="headers")
    _body: Any = field(default=None, repr=False)
    files: tuple[Mapping[str, Any], ...] = ()
    """A form's files: `field`, `name`, `media_type`, `size` in bytes."""
    reply: str = ""
    """What answered in place of the engine: the name of a reply, a recording, a fault."""
    undocumented: tuple[str, ...] = ()
    """Fields of the request that are not in the document; see `undocumented.toml`."""
    status: int = 0
    _answer_headers: list[tuple[bytes, bytes]] = field(factory=list, repr=False)
    _answer: list[bytes] = field(factory=list, repr=False)
    began_s: float = 0.0
    """On a clock that nobody sets, to tell which requests came while others were answered."""
    duration_s: float = 0.0
    size: int = 0
    """What both bodies take, in bytes."""
    counted: bool = False
    """It has ended, and the journal has counted its size."""
    kept: bool = True
    """The journal still has it."""

    @property
    def headers(self) -> dict[str, str]:
        """The request's, by name in lower case."""
        return show_headers(self._headers)

    @property
    def credentials(self) -> str:
        """What the request proved itself with, whole: for comparing, never for showing."""
        sent = ((name.lower(), value) for name, value in self._headers)
        return next(
            (value.decode("latin-1") for name, value in sent if name == b"authorization"), ""
        )

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of one that comes twice the last."""
        return dict(self.query_pairs)

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The query parameters, each as often as it was sent."""
        found = parse_qsl(redact_text(f"?{self._query}")[1:], keep_blank_values=True)
        return [(name, redact({name: value})[name]) for name, value in found]

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON body, or a form's text fields; None when there was none."""
        return redact(self._body)

    @property
    def model(self) -> str | None:
        """The model that the body names."""
        found = self._body.get("model") if isinstance(self._body, dict) else None
        return found if isinstance(found, str) else None

    @property
    def answer_headers(self) -> dict[str, str]:
        """The answer's, by name in lower case."""
        return show_headers(self._answer_headers)

    @property
    def content(self) -> bytes:
        """The bytes of the answer, as far as they are kept."""
        return b"".join(self._answer)

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def answer(self) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, the JSON of its events as a list, or None."""
        media_type = self.answer_headers.get("content-type", "").partition(";")[0]
        if media_type == MEDIA_TYPE:
            return [redact(one) for one in read_events(self.text)]
        try:
            return redact(json.loads(self.content)) if media_type == JSON else None
        except ValueError:  # it broke off
            return None

    def take(self, body: object, files: Mapping[str, Upload], size: int) -> None:
        """Take up what was sent; of files the names and sizes alone."""
        self._body = body
        self.files = tuple(
            {
                "field": name,
                "name": one.name,
                "media_type": one.mime_type,
                "size": len(one.content),
            }
            for name, one in files.items()
        )
        sent = size - sum(one["size"] for one in self.files)
        self.size += max(sent, 0) * WEIGHT

    def answer_with(
        self, status: int, headers: list[tuple[bytes, bytes]], content: list[bytes]
    ) -> None:
        """Take up how the answer begins; the list of its parts may still grow."""
        self.status, self._answer_headers, self._answer = status, headers, content

    def weigh(self) -> int:
        """Return what it takes, in bytes, now that it has ended."""
        self.size += sum(map(len, self._answer)) + len(self.path) + len(self._query) + HEADERS
        return self.size

    def as_json(self) -> dict[str, Any]:
        """Return all of it for people and programs."""
        return {
            "number": self.number,
            "moment": self.moment.isoformat(),
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
            "files": [dict(one) for one in self.files],
            "undocumented": list(self.undocumented),
            "reply": self.reply or None,
            "status": self.status or None,
            "answer_headers": self.answer_headers,
            "answer": self.answer,
            "duration_s": round(self.duration_s, 6),
        }

    def differs(self, wanted: Mapping[str, Any]) -> str | None:
        """Return why the exchange is not what is wanted; None when it is."""
        for name, value in wanted.items():
            reason: str | None = DIFFERENCES[name](self, value)
            if reason is not None:
                return reason
        return None


def show_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case, secrets hidden."""
    texts = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
    return {name: HIDDEN if name in SECRET_HEADERS else value for name, value in texts}


def read_events(text: str) -> list[Any]:
    """Return the JSON of all events; anything else, such as the end of a stream, as text."""
    found: list[Any] = []
    for event in text.split("\n\n"):
        data = "\n".join(line[5:].lstrip() for line in event.split("\n") if line[:5] == "data:")
        if data:
            try:
                found.append(json.loads(data))
            except ValueError:
                found.append(data)
    return found


def find_difference(wanted: Any, found: Any, place: str) -> str | None:  # noqa: ANN401 - JSON
    """Return where what was found lacks what is wanted: objects may hold more, lists may not."""
    if callable(wanted):
        return None if wanted(found) else f"{place} does not satisfy the function, it is {found!r}"
    if isinstance(wanted, re.Pattern):
        fits = isinstance(found, str) and wanted.search(found)
        return None if fits else f"{place} does not match {wanted.pattern!r}, it is {found!r}"
    if isinstance(wanted, dict) and isinstance(found, dict):
        return compare_objects(wanted, found, place)
    if isinstance(wanted, list) and isinstance(found, list):
        return compare_lists(wanted, found, place)
    return None if wanted == found else f"{place} is {found!r}, not {wanted!r}"


def compare_objects(wanted: Mapping[str, Any], found: Mapping[str, Any], place: str) -> str | None:
    """Return what an object lacks; it may hold more."""
    for name, one in wanted.items():
        if name not in found:
            return f"{place}.{name} is not there; there are {', '.join(map(str, found))}"
        reason = find_difference(one, found[name], f"{place}.{name}")
        if reason is not None:
            return reason
    return None


def compare_lists(wanted: list[Any], found: list[Any], place: str) -> str | None:
    """Return how a list differs: it has as many items."""
    if len(wanted) != len(found):
        return f"{place} has {len(found)} items, not {len(wanted)}"
    pairs = enumerate(zip(wanted, found, strict=True))
    reasons = (find_difference(one, other, f"{place}[{n}]") for n, (one, other) in pairs)
    return next((reason for reason in reasons if reason is not None), None)


def check_pattern(name: str, found: str, wanted: str) -> str | None:
    """Return why a text is not among those that a pattern with stars means."""
    return None if fnmatchcase(found, wanted) else f"{name} is {found!r}, not {wanted!r}"


DIFFERENCES: dict[str, Any] = {
    "operation": lambda one, wanted: check_pattern("operation", one.operation, wanted),
    "method": lambda one, wanted: find_difference(wanted.upper(), one.method, "method"),
    "path": lambda one, wanted: check_pattern("path", one.path, wanted),
    "model": lambda one, wanted: check_pattern("model", str(one.model), wanted),
    "status": lambda one, wanted: find_difference(wanted, one.status, "status"),
    "reply": lambda one, wanted: find_difference(wanted, one.reply, "reply"),
    "query": lambda one, wanted: find_difference(wanted, one.query, "query"),
    "headers": lambda one, wanted: find_difference(
        {name.lower(): value for name, value in wanted.items()}, one.headers, "headers"
    ),
    "body": lambda one, wanted: find_difference(wanted, one.body, "body"),
    "contains": lambda one, wanted: (
        None
        if wanted in json.dumps(one.body, ensure_ascii=False)
        else f"the body does not contain {wanted!r}"
    ),
    "where": lambda one, wanted: None if wanted(one) else "the function returned false",
}
"""What can be asked of an exchange, and why it is not so."""
