"""Compares exchanges with the document, the strict client and a mock that answers them again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import mistral_openapi
from mistral_conformance.record.recorded import Body
from mistral_mock.errors import APIError
from mistral_mock.operations import load_operations
from mistral_mock.router import Router
from mistral_mock.schemas import Schema
from recordings.answers import Read, declared, read_answer, unread
from recordings.fields import lacking
from recordings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

    from mistral_conformance.record.recorded import Recorded

HOSTS = ("mistral.ai", "localhost", "127.0.0.1")
"""Hosts (and those below them) whose exchanges are of this API; others are named by the caller."""
NAMED = 5
"""How many findings of one kind are named for one exchange."""
STATEFUL = {
    HTTPStatus.UNAUTHORIZED: "the key of the mock may not",
    HTTPStatus.FORBIDDEN: "the key of the mock may not",
    HTTPStatus.NOT_FOUND: "a fresh mock does not have what the request names",
    HTTPStatus.NOT_IMPLEMENTED: "the mock does not have this operation",
}
"""Answers of the mock that say nothing about the form of a request."""
Json = dict[str, Any]


class Comparison:
    """Compares one exchange after the other with the document, the client and one mock."""

    def __init__(self, mock: httpx.Client, hosts: Iterable[str] = HOSTS) -> None:
        self._mock = mock
        self._hosts = tuple(hosts)
        self._router = Router(load_operations())
        self._operations = {each.id: each for each in mistral_openapi.operations()}

    def findings(self, exchange: Recorded) -> Iterator[Finding]:
        """Yield every difference, and everything that was not compared."""
        for differs, text in self._judge(exchange):
            yield Finding(str(exchange), text, differs=differs)

    def _judge(self, exchange: Recorded) -> Iterator[tuple[bool, str]]:
        missing = _missing_parts(exchange)
        if missing:
            yield False, f"the recording has no {missing}"
            return
        if exchange.host and not exchange.host.endswith(self._hosts):
            yield False, f"it went to {exchange.host}; name that host if it speaks this API"
            return
        try:
            operation = self._find(exchange)
        except APIError:
            yield False, "the document has no such operation"
            return
        accepted = exchange.status < HTTPStatus.BAD_REQUEST
        if accepted:
            yield from _judge_request(operation, exchange.request)
        read = yield from _judge_answer(operation, exchange, accepted=accepted)
        if accepted:
            yield from self._replay(operation, exchange, read)

    def _find(self, exchange: Recorded) -> mistral_openapi.Operation:
        """Return the operation.

        Raises:
            APIError: There is none.

        """
        path = exchange.path.rstrip("/")
        return self._operations[self._router.find(exchange.method, path, "")[0].id]

    def _replay(
        self, operation: mistral_openapi.Operation, exchange: Recorded, read: Read | None
    ) -> Iterator[tuple[bool, str]]:
        """Yield what is different when a mock gets the request."""
        if exchange.request.problem:
            yield False, f"the mock did not get the request: {exchange.request.problem}"
            return
        if "multipart" in exchange.request.media_type and not exchange.request.content:
            yield False, "the mock did not get the request: its form is not in the recording"
            return
        answer = self._send(exchange)
        if answer.status_code in STATEFUL:
            yield False, f"{STATEFUL[HTTPStatus(answer.status_code)]} ({answer.status_code})"
        elif answer.status_code >= HTTPStatus.BAD_REQUEST:
            yield True, f"the mock refuses the request with {answer.status_code}"
        elif read is not None:
            again = read_answer(operation, answer.status_code, _body_of(answer))
            if isinstance(again, Read):
                for name in lacking(read.values, again.values, read.schema)[:NAMED]:
                    yield True, f"the answer of the mock has no {name}"
            else:
                yield True, f"the answer of the mock cannot be compared: {again}"

    def _send(self, exchange: Recorded) -> httpx.Response:
        kind = exchange.request.media_type
        return self._mock.request(
            exchange.method,
            exchange.path,
            params=exchange.query or None,
            content=exchange.request.content,
            headers={"content-type": kind} if kind else None,
        )


def _missing_parts(exchange: Recorded) -> str:
    """Return what a comparison cannot do without and the recording does not have."""
    parts = {"method": exchange.method, "address": exchange.url, "status": exchange.status}
    return ", ".join(name for name, value in parts.items() if not value)


def _judge_request(operation: mistral_openapi.Operation, body: Body) -> Iterator[tuple[bool, str]]:
    """Yield what the document says against a request that was accepted."""
    content = operation.object.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if body.problem:
        yield False, f"the request, since {body.problem}"
    elif not body.content:
        if schema and operation.object["requestBody"].get("required"):
            yield False, "the request, which has no body in the recording"
    elif not body.is_json or not schema:
        yield False, f"the request with the document: it is {body.media_type or 'no JSON'}"
    else:
        yield from _problems(schema, body, "the document refuses the request")


def _judge_answer(
    operation: mistral_openapi.Operation, exchange: Recorded, *, accepted: bool
) -> Any:  # noqa: ANN401 - a generator whose result is the read answer
    """Yield what the document and the client say against an answer.

    The answer, when it can be read.
    """
    try:
        declared(operation, exchange.status)
        read = read_answer(operation, exchange.status, exchange.answer)
    except KeyError as error:
        yield True, f"the document has no answer {error.args[0]}"
        return None
    except ValueError:
        yield True, "the answer is not the JSON that it says it is"
        return None
    if isinstance(read, str):
        yield False, f"the answer: {read}"
        return None
    yield from _each(read)
    if accepted:
        faults = dict.fromkeys(unread(operation, exchange.answer, read))
        yield from ((True, f"the client {fault}") for fault in list(faults)[:NAMED])
    return read


def _each(read: Read) -> Iterator[tuple[bool, str]]:
    """Yield what the document says against each value, said once for events that are alike."""
    schema, said = Schema(read.schema), dict[str, None]()
    for value in read.values:
        said.update(dict.fromkeys(_sentences(schema, value)))
    yield from ((True, f"the document refuses the answer: {text}") for text in list(said)[:NAMED])


def _problems(raw: Json, body: Body, says: str) -> Iterator[tuple[bool, str]]:
    try:
        value = body.json()
    except ValueError:
        yield True, f"{says}: it is no JSON"
        return
    yield from ((True, f"{says}: {text}") for text in list(_sentences(Schema(raw), value))[:NAMED])


def _sentences(schema: Schema, value: object) -> Iterator[str]:
    """Yield the problems of a value by place; what the value is stays unsaid, it may be secret."""
    for problem in schema.problems(value, ()):
        yield f"{'.'.join(str(part) for part in problem.loc) or 'all of it'}: {problem.msg}"


def _body_of(answer: httpx.Response) -> Body:
    return Body(answer.content, answer.headers.get("content-type", ""))
