"""One request and its answer, as a rule reads it and as the reports show it.

Everything that a rule reads off an answer raises `Failed` with this exchange as evidence when the
answer is not what was asked for, so that a rule can simply index.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import httpx
from attrs import evolve, field, frozen

from mistral_conformance.record.events import read_stream
from mistral_conformance.record.reading import read_body
from mistral_conformance.verdict.outcome import Failed

if TYPE_CHECKING:
    from typing import Any

    from mistral_conformance.model.forms import Form
    from mistral_conformance.record.events import Event, Stream

Headers = tuple[tuple[str, str], ...]


@frozen(eq=False)
class Exchange:
    """One request and its answer, or the failure that came instead (`status` 0).

    Bodies are whole and unredacted: only reports redact and cut. `elapsed_s` is in seconds. `cut`
    says that the suite left an event stream that might have gone on.
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
    form: Form | None = field(default=None, repr=False)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """The named field of the answer, which must be a JSON object.

        Raises:
            Failed: the body is no object, or lacks the field, or has it in a wrong form.
            Skipped: the document lets the answer leave the field out.

        """
        body = self.json()
        if not isinstance(body, dict):
            raise Failed(f"the answer is {_kind(body)} where an object is documented", self)
        return body[key]

    def at(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The field at a dotted path such as `pagination.total_items`; the empty one is the whole.

        Raises:
            Failed: a step of the path is no object, or lacks the field.
            Skipped: the document lets the answer leave the field out.

        """
        value: Any = self.json()
        for key in path.split(".") if path else ():
            if not isinstance(value, dict):
                raise Failed(f"the answer has no field {path!r}", self)
            value = value[key]
        return value

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON, watched as `reading` tells; the same object each time.

        Raises:
            Failed: the body is not JSON in UTF-8, or nested too deeply, or wrong as a whole.

        """
        return self._body

    @cached_property
    def _body(self) -> Any:  # noqa: ANN401 - JSON
        return read_body(self.content, self)

    @property
    def stream(self) -> Stream:
        """The body as an event stream; of a stream that was left, the whole events alone.

        Events with a name that the document does not know are left out, as any reader does.
        """
        found = read_stream(self.text)
        names = self.form.names if self.form else None
        events = tuple(
            evolve(each, exchange=self)
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
    def media_type(self) -> str:
        """The answer's media type without parameters, in lower case; empty when absent."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
