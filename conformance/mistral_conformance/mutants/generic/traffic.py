"""Between a server and its callers: an ASGI application that alters requests and answers.

What passes is read whole: the request, and the answer of the operations that are altered. All else
goes through untouched, so endless streams keep flowing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from attrs import evolve, field, frozen

from mistral_mock.errors import APIError
from mistral_mock.operations import load_operations
from mistral_mock.router import Router
from mistral_mock.signing import PREFIX as SIGNED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Onward = Callable[["Request"], Awaitable["Answer"]]
    Handle = Callable[["Request", Onward], Awaitable["Answer"]]

    Headers = tuple[tuple[bytes, bytes], ...]

LENGTH = b"content-length"
CLOCK = "/_mock/clock"

UNAUTHORIZED = 401
REFUSED = 400
MOVED = 300
FAILED = 500


@frozen
class Request:
    """One request. `operation` is empty for what is none, `ids` are those of the path."""

    operation: str
    method: str
    path: str
    query: str
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    ids: Mapping[str, str]

    @property
    def key(self) -> str:
        """Who asks: the text of the Authorization header."""
        return next((v.decode("latin-1") for k, v in self.headers if k == b"authorization"), "")

    @property
    def json(self) -> dict[str, Any]:
        """The body where it is a JSON object, else an empty one."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query parameters."""
        return parse_qsl(self.query, keep_blank_values=True)

    def with_json(self, value: object) -> Request:
        """Return the request with another JSON body."""
        if value == self.json:
            return self
        return self.with_body(json.dumps(value).encode())

    def with_body(self, body: bytes) -> Request:
        """Return the request with another body of the same form."""
        if body == self.body:
            return self
        headers = tuple(each for each in self.headers if each[0] != LENGTH)
        return evolve(self, body=body, headers=(*headers, (LENGTH, str(len(body)).encode())))

    def with_query(self, pairs: list[tuple[str, str]]) -> Request:
        """Return the request with other query parameters."""
        if pairs == self.pairs:
            return self
        return evolve(self, query=urlencode(pairs))

    def by(self, key: str) -> Request:
        """Return the request as somebody else sends it."""
        others = tuple(each for each in self.headers if each[0] != b"authorization")
        return evolve(self, headers=(*others, (b"authorization", key.encode("latin-1"))))

    def renamed(self, name: str, value: str) -> Request:
        """Return the request with another id in its path."""
        path = self.path.replace(f"/{self.ids[name]}", f"/{value}")
        return evolve(self, path=path, ids={**self.ids, name: value})


@frozen
class Answer:
    """One answer, whole."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def taken(self) -> bool:
        """Whether the request was done."""
        return self.status < MOVED

    @property
    def refused(self) -> bool:
        """Whether the request was refused."""
        return REFUSED <= self.status < FAILED

    @property
    def media_type(self) -> str:
        """Without its parameters; empty without a body."""
        found = next((v for k, v in self.headers if k == b"content-type"), b"")
        return found.decode("latin-1").partition(";")[0].strip()

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON, None where it is none."""
        if self.media_type != "application/json":
            return None
        return json.loads(self.body)

    def with_json(self, value: object) -> Answer:
        """Return the answer with another JSON body."""
        if value == self.json:
            return self
        return self.with_body(json.dumps(value).encode())

    def with_body(self, body: bytes) -> Answer:
        """Return the answer with another body of the same form."""
        if body == self.body:
            return self
        headers = tuple(each for each in self.headers if each[0] != LENGTH)
        return evolve(self, body=body, headers=(*headers, (LENGTH, str(len(body)).encode())))


def refusal(status: int) -> Answer:
    """Return a refusal of no special form."""
    body = json.dumps({"detail": "altered"}).encode()
    headers = ((b"content-type", b"application/json"), (LENGTH, str(len(body)).encode()))
    return Answer(status, headers, body)


class Altered:
    """An application whose requests to some operations are handled by somebody else.

    `operations` are ids, or `signed` for URLs that need no key; control routes are heard always, as
    requests of no operation whose answer stays as it is.
    """

    def __init__(self, app: ASGIApp, handle: Handle, operations: frozenset[str]) -> None:
        self._app = app
        self._handle = handle
        self._operations = operations
        self._router = Router(load_operations())
        self.struck = False
        """Whether anything has been altered yet."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        operation, ids = self._find(scope) if scope["type"] == "http" else ("", {})
        if operation not in self._operations:
            await self._app(scope, receive, send)
            return
        raw = scope.get("raw_path") or scope["path"].encode()
        request = Request(
            operation,
            scope["method"],
            raw.decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            tuple(scope["headers"]),
            await _read(receive),
            ids,
        )

        passed: list[tuple[Request, Answer]] = []

        async def onward(altered: Request) -> Answer:
            passed.append((altered, await self._pass_on(scope, altered, receive)))
            return passed[-1][1]

        answer = await self._handle(request, onward)
        self.struck = self.struck or _has_altered(request, answer, passed)
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    def _find(self, scope: Scope) -> tuple[str, Mapping[str, str]]:
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        if path.startswith(SIGNED):
            return "signed", {}
        if path == CLOCK:
            return "clock", {}
        try:
            operation, ids = self._router.find(scope["method"], path, "")
        except APIError:
            return "", {}
        return operation.id, ids

    async def _pass_on(self, scope: Scope, request: Request, receive: Receive) -> Answer:
        """Return the application's own answer to a request, whole."""
        inner = {
            **scope,
            "method": request.method,
            "path": request.path,
            "raw_path": request.path.encode("latin-1"),
            "query_string": request.query.encode("latin-1"),
            "headers": list(request.headers),
        }
        messages: list[Message] = [{"type": "http.request", "body": request.body}]
        sent: list[Message] = []

        async def give() -> Message:
            return messages.pop() if messages else await receive()

        async def take(message: Message) -> None:
            sent.append(message)

        await self._app(inner, give, take)
        start = next(each for each in sent if each["type"] == "http.response.start")
        pieces = (e.get("body", b"") for e in sent if e["type"] == "http.response.body")
        return Answer(start["status"], tuple(start["headers"]), b"".join(pieces))


def _has_altered(request: Request, answer: Answer, passed: list[tuple[Request, Answer]]) -> bool:
    """Say whether something else was asked, answered or done than without the defect."""
    others = (asked.method != "GET" and told.taken for asked, told in passed[1:])
    return passed[:1] != [(request, answer)] or any(others)


async def _read(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)
