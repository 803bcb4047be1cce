"""Takes the secrets out of an exchange before anything of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_mock.recording.exchange import Body, Event, FormPart, Question, Response
from mistral_mock.secrecy import HIDDEN, SECRET_FIELD, SECRET_HEADERS, redact, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT_HEADERS = frozenset({"accept", "content-type", "idempotency-key", "last-event-id"})
"""Headers of requests that say something about what is asked."""
PASSING_HEADERS = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "te", "trailer", "upgrade"),
        *("transfer-encoding", "content-encoding", "content-length", "date", "server", "via"),
        *("alt-svc", "report-to", "nel", "cf-ray", "strict-transport-security"),
    }
)
"""Headers of answers that belong to a connection or to a moment."""
SHORTEST_KEY = 6
"""A shorter key would be found in every text."""


@frozen
class Cleaner:
    """Takes the secrets of one exchange out of it."""

    keys: tuple[str, ...]
    """The caller's keys, which are taken out wherever they stand."""

    def clean_question(self, asked: Question) -> Question:
        """Return the request without secrets."""
        return evolve(
            asked,
            path=redact_text(asked.path, self.keys),
            query=redact_text(f"?{asked.query}", self.keys)[1:],
            headers=tuple(
                (name, redact_text(value, self.keys))
                for name, value in asked.headers
                if name in KEPT_HEADERS
            ),
            body=self.clean_body(asked.body),
        )

    def clean_response(self, given: Response) -> Response:
        """Return the answer without secrets, and without what belongs to its connection.

        Only an answer that was cut keeps how long it ought to have been.
        """
        dropped = PASSING_HEADERS - ({"content-length"} if given.cut else set())
        headers = (
            (name, redact_text(value, self.keys))
            for name, value in given.headers
            if name not in dropped and name not in SECRET_HEADERS and not SECRET_FIELD.search(name)
        )
        return evolve(given, headers=tuple(headers), body=self.clean_body(given.body))

    def clean_body(self, body: Body) -> Body:
        """Return a body without secrets."""
        if body.kind == "json":
            return Body("json", redact(body.value, self.keys))
        if body.kind == "text":
            return Body("text", self.clean_lines(body.value))
        if body.kind == "form":
            return Body("form", tuple(map(self.clean_part, body.value)))
        if body.kind == "events":
            return Body("events", tuple(map(self.clean_event, body.value)))
        return Body("binary", self.clean_bytes(body.value)) if body.kind == "binary" else body

    def clean_part(self, part: FormPart) -> FormPart:
        """Return a field of a form without secrets."""
        if part.text is None:
            return evolve(part, content=self.clean_bytes(part.content))
        hidden = SECRET_FIELD.search(part.name)
        return evolve(part, text=HIDDEN if hidden else redact_text(part.text, self.keys))

    def clean_event(self, event: Event) -> Event:
        """Return an event without secrets."""
        if event.raw is not None:
            return evolve(event, raw=redact_text(event.raw, self.keys))
        return evolve(event, data=redact(event.data, self.keys))

    def clean_lines(self, text: str) -> str:
        """Return a text without secrets; each of its lines may be JSON."""
        return "".join(map(self.clean_line, text.splitlines(keepends=True)))

    def clean_line(self, line: str) -> str:
        """Return a line without secrets."""
        bare = line.rstrip("\r\n")
        return redact_text(bare, self.keys) + line[len(bare) :]

    def clean_bytes(self, content: bytes) -> bytes:
        """Return bytes without the caller's keys; lines of text without any secret."""
        try:
            return self.clean_lines(content.decode()).encode()
        except UnicodeDecodeError:
            for key in self.keys:
                content = content.replace(key.encode(), HIDDEN.encode())
            return content


def make_cleaner(headers: Iterable[tuple[str, str]]) -> Cleaner:
    """Return what cleans the exchange whose request has these headers."""
    keys: set[str] = set()
    for name, value in headers:
        if name.lower() in SECRET_HEADERS:
            keys |= {value, value.partition(" ")[2].strip()}
            keys |= {one.partition("=")[2].strip() for one in value.split(";")}
    return Cleaner(
        tuple(sorted((one for one in keys if len(one) >= SHORTEST_KEY), key=len, reverse=True))
    )
