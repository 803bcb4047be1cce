"""One request and its answer, as a rule reads it and as the reports show it.

Everything that a rule reads off an answer raises `Misread` with this exchange as evidence when the
answer is not what was asked for, so that a rule can simply index.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING

import httpx
from attrs import evolve, field, frozen

from mistral_conformance.record.events import EVENT_STREAM, read_stream
from mistral_conformance.record.kinds import kind_of
from mistral_conformance.record.reading import Items, Reader, read_body

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from mistral_conformance.record.events import Event, Stream
    from mistral_conformance.record.reading import Form

Headers = tuple[tuple[str, str], ...]
HUNG_UP = re.compile(r"Server disconnected without|Connection reset by peer")
"""What the failure of a request says that the server hung up on."""


class Signal(Exception):  # noqa: N818 - a skip is a signal too, not an error
    """Ends whoever judges an answer; carries the reason and the exchanges that show it."""

    def __init__(self, reason: str, *evidence: Exchange) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Misread(Signal):
    """An answer is not what was asked for: no JSON, no such field, a value of a wrong form."""


class LeftOut(Signal):
    """An answer leaves out what the document lets it leave out: there is nothing to judge."""


@frozen(eq=False)
class Exchange:
    """One request and its answer, or the failure that came instead (`status` 0).

    Bodies are whole and unredacted: only reports redact and cut. `elapsed_s` is in seconds. `cut`
    says that the suite left an event stream that might have gone on, `withheld` that the request
    was never sent.
    """

    number: int
    identity: str
    operation: str
    method: str
    url: str
    request_headers: Headers = field(repr=False)
    request_content: bytes = field(repr=False)
    status: int
    headers: httpx.Headers = field(factory=httpx.Headers, repr=False)
    content: bytes = field(default=b"", repr=False)
    elapsed_s: float = 0.0
    failure: str = ""
    cut: bool = False
    withheld: bool = False
    form: Form | None = field(default=None, repr=False)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """Return the named field of the answer, which must be a JSON object.

        Raises:
            Misread: the body is no object, or lacks the field, or has it in a wrong form.
            LeftOut: the document lets the answer leave the field out.

        """
        return self._fields()[key]

    def get(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """Return the named field of the answer, None where it may be absent, and is.

        Raises:
            Misread: the body is no object, or has the field in a wrong form.

        """
        return self._fields().get(key)

    def _fields(self) -> dict[str, Any]:
        body = self.json()
        if not isinstance(body, dict):
            self.misread(f"the answer is {kind_of(body)}, an object is due")
        return body

    def at(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the field at a path such as `pagination.total_items`; the empty one is the whole.

        Raises:
            Misread: a step of the path is no object, or lacks the field.
            LeftOut: the document lets the answer leave the field out.

        """
        value: Any = self.json()
        for key in path.split(".") if path else ():
            if not isinstance(value, dict):
                self.misread(f"the answer has no field {path!r}")
            value = value[key]
        return value

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON, watched as `reading` tells; the same object each time.

        Raises:
            Misread: the body is not JSON in UTF-8, or nested too deeply, or wrong as a whole.

        """
        return self._body

    @cached_property
    def _body(self) -> Any:  # noqa: ANN401 - JSON
        return read_body(self.content, self)

    def misread(self, reason: str) -> NoReturn:
        """End whoever reads the answer: it is not what was asked for.

        Raises:
            Misread: always.

        """
        raise Misread(reason, self)

    def leave_out(self, reason: str) -> NoReturn:
        """End whoever reads what the answer may leave out.

        Raises:
            LeftOut: always.

        """
        raise LeftOut(reason, self)

    @property
    def stream(self) -> Stream:
        """The body as an event stream; of a stream that was left, the whole events alone.

        Events with a name that the document does not know are left out, as any reader does.
        """
        found = read_stream(self.text)
        names = self.form.names if self.form else None
        events = tuple(
            evolve(each, source=self)
            for each in found.events
            if names is None or each.name is None or each.name in names
        )
        return evolve(found, events=events, unfinished="" if self.cut else found.unfinished)

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of the stream."""
        return self.stream.events

    @property
    def text(self) -> str:
        """The body as UTF-8 text; what is not UTF-8 shows as replacement characters."""
        return self.content.decode("utf-8", errors="replace")

    @property
    def plain_text(self) -> str:
        """The text without the escapes that JSON may be written with; as it is where it is none."""
        try:
            return json.dumps(json.loads(self.content), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.text

    @property
    def media_type(self) -> str:
        """The answer's media type without parameters, in lower case; empty when absent."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def streams(self) -> bool:
        """Whether the body is an event stream, by its media type or, under another, by its start.

        That the media type is wrong is judged once; what the stream tells is judged all the same.
        """
        return self.media_type == EVENT_STREAM or self.content.startswith((b"data:", b"event:"))

    @property
    def outcome(self) -> str:
        """What the server did, behind its name: `answered 422`, or what it did instead."""
        if not self.failure:
            return f"answered {self.status}"
        if HUNG_UP.search(self.failure):
            return "closed the connection without an answer"
        return f"gave no usable answer ({self.failure})"

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


@frozen
class Picked:
    """The source of items that were picked from answers: which answers, they no longer tell."""

    form: Form | None = None

    def misread(self, reason: str) -> NoReturn:
        """End whoever reads more items than were picked.

        Raises:
            Misread: always.

        """
        raise Misread(reason)

    leave_out = misread


def picked(items: Iterable[Any]) -> list[Any]:
    """Return items that were picked from answers.

    Whoever reads one too many ends with `Misread`.
    """
    return Items(list(items), Reader(Picked()), ())
