"""One request and its answer, as a rule reads it and as the reports show it.

Everything that a rule reads off an answer raises `Failed` with this exchange as evidence when the
answer is not what was asked for, so that a rule can simply index.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
from attrs import evolve, field, frozen

from mistral_conformance.events import read_stream
from mistral_conformance.outcome import Failed

if TYPE_CHECKING:
    from typing import Any

    from mistral_conformance.events import Event, Stream

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

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """The named field of the answer, which must be a JSON object that has it."""
        body = self.json()
        if not isinstance(body, dict):
            raise Failed(f"the answer is {_kind(body)} where an object is documented", self)
        if key not in body:
            raise Failed(f"the answer has no field {key!r}", self)
        return body[key]

    def at(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The field at a dotted path such as `pagination.total_items`, which must exist.

        The empty path is that of the whole body.
        """
        value: Any = self.json()
        for key in path.split(".") if path else ():
            if not isinstance(value, dict) or key not in value:
                raise Failed(f"the answer has no field {path!r}", self)
            value = value[key]
        return value

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON.

        Raises:
            Failed: the body is not JSON in UTF-8, or nested too deeply to be read.

        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise Failed(f"the answer is not JSON: {error}", self) from error
        except RecursionError as error:
            raise Failed("the answer is not JSON: it is nested too deeply", self) from error

    @property
    def stream(self) -> Stream:
        """The body as an event stream; of a stream that was left, the whole events alone."""
        found = read_stream(self.text)
        return evolve(found, unfinished="") if self.cut else found

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
