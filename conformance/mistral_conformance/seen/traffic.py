"""Recorded exchanges as the suite reads its own, in the order in which they were asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx

from mistral_conformance.model import load_model
from mistral_conformance.model.forms import forms_of
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.record.redaction import REDACTED
from mistral_conformance.seen.exchange import Seen
from mistral_conformance.seen.history import History
from mistral_conformance.seen.matching import paths_of
from mistral_conformance.session.budget import READING
from mistral_conformance.session.patience import asks_to_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.model import Model
    from mistral_conformance.model.document import Document
    from mistral_conformance.record.recorded import Recorded

HOSTS = ("mistral.ai", "localhost", "127.0.0.1")
"""Hosts (and those below them) whose exchanges are of this API; others are named by the caller."""
NOWHERE = "http://recorded.invalid"
KEYS = frozenset({"authorization", "x-api-key", "api-key", "cookie", "proxy-authorization"})
MASKS = ("***", "REDACTED", "[redacted]", "XXX", "DUMMY", "<")
"""What recorders put in the place of a key."""


class Traffic:
    """All exchanges of this API, and what they tell of the objects that they are about."""

    def __init__(self, document: Document, recorded: Sequence[Recorded], hosts: Iterable[str]):  # noqa: ANN204 - a constructor
        self.document = document
        self.left_out: list[str] = []
        self._hosts = tuple(hosts)
        self.seen: list[Seen] = []
        self.secrets = {word for each in recorded for word in _secrets(each)}
        for each in recorded:
            found = self._take(each)
            if found is not None:
                self.seen.append(found)

    @property
    def model(self) -> Model:
        """What the document declares."""
        return load_model()

    @cached_property
    def history(self) -> History:
        """The objects, and what happened to each."""
        return History(self.model, self.seen)

    @cached_property
    def by_operation(self) -> dict[str, list[Seen]]:
        """The exchanges by operation; those that only asked to wait are nowhere."""
        found: dict[str, list[Seen]] = {}
        for each in self.seen:
            if not asks_to_wait(each.exchange):
                found.setdefault(each.operation, []).append(each)
        return found

    @cached_property
    def acts(self) -> list[int]:
        """The numbers of the exchanges that may have changed something."""
        return [each.number for each in self.seen if each.exchange.method not in READING]

    def answers(self, operation: str) -> list[Seen]:
        """Return the exchanges of an operation."""
        return self.by_operation.get(operation, [])

    def streams(self, operation: str) -> Iterator[Seen]:
        """Yield the successful event streams of an operation."""
        for each in self.answers(operation):
            if each.exchange.ok and each.exchange.media_type == EVENT_STREAM:
                yield each

    def _take(self, recorded: Recorded) -> Seen | None:
        """Return an exchange, or None with the reason why it is none."""
        why = self._why_not(recorded)
        match = None if why else paths_of(self.document).find(recorded.method, recorded.path)
        if match is None:
            self.left_out.append(f"{recorded}: {why or 'the document has no such operation'}")
            return None
        number = len(self.seen) + 1
        exchange = _exchange(self.document, recorded, match.operation.id, number)
        query = tuple(parse_qsl(recorded.query, keep_blank_values=True))
        return Seen(
            number,
            exchange,
            match.ids,
            exchange.identity,
            query,
            recorded.began_s,
            recorded.ended_s,
            recorded.moment_s,
        )

    def _why_not(self, recorded: Recorded) -> str:
        parts = {
            "method": recorded.method,
            "address": recorded.url,
            "status": recorded.status,
        }
        missing = ", ".join(name for name, value in parts.items() if not value)
        if missing:
            return f"the recording has no {missing}"
        if recorded.host and not _is_below(recorded.host, self._hosts):
            return f"it went to {recorded.host}; name that host if it speaks this API"
        if recorded.answer.problem:
            return recorded.answer.problem
        if recorded.answer.content is None and recorded.status not in {204, 205, 304}:
            return "the recording has no body of the answer"
        return ""


def _is_below(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == each or host.endswith(f".{each}") for each in hosts)


def _exchange(document: Document, recorded: Recorded, operation: str, number: int) -> Exchange:
    headers = httpx.Headers({k: v for k, v in recorded.headers.items() if v.isascii()})
    media_type = str(headers.get("content-type", "")).partition(";")[0].strip().lower()
    return Exchange(
        number=number,
        identity=_caller(recorded),
        operation=operation,
        method=recorded.method,
        url=_whole(recorded.url.partition("#")[0]),
        request_headers=tuple(_shown(recorded)),
        request_content=recorded.request.content or b"",
        status=recorded.status,
        headers=headers,
        content=recorded.answer.content or b"",
        form=forms_of(document).find(operation, recorded.status, media_type),
    )


def _whole(url: str) -> str:
    """Return the URL; of one without a host, at a host that nobody has."""
    return url if "://" in url else f"{NOWHERE}{url}"


def _shown(recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Yield the headers of a request as reports show them: no key."""
    sent = {"content-type": recorded.request.media_type, **recorded.sent_headers}
    for name, value in sent.items():
        if name == "authorization":
            yield name, "Bearer $MISTRAL_API_KEY"
        elif value:
            yield name, REDACTED if name in KEYS else value


def _caller(recorded: Recorded) -> str:
    """Return a name that tells callers apart; all whose keys are hidden are taken for one."""
    if recorded.caller:
        return recorded.caller
    key = recorded.sent_headers.get("authorization", "")
    return "caller" if not key or _is_masked(key) else f"caller-{hash(key) & 0xFFFF:04x}"


def _is_masked(value: str) -> bool:
    return any(each in value for each in MASKS)


def _secrets(recorded: Recorded) -> Iterator[str]:
    for name, value in recorded.sent_headers.items():
        if name in KEYS and not _is_masked(value):
            yield value.rpartition(" ")[2]


def origin_of(url: str) -> str:
    """Scheme and host of a URL, empty where it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
