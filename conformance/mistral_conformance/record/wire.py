"""Sends one request and reads its answer whole, within bounds of size and time.

A server under test may hang, never end its body, or close the connection: each becomes an exchange
with a `failure`, never an exception and never an endless wait. An event stream that need not end is
heard for as long as the message says and then left, which is no failure.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from attrs import Factory, define, evolve, field, frozen

from mistral_conformance.record.connection import Connection, Pace
from mistral_conformance.record.events import EVENT_STREAM, read_stream
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.record.opening import HEAD, Opener

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from mistral_conformance.record.events import Bound
    from mistral_conformance.record.exchange import Headers

UNSET: Any = object()
BOUNDARY = "conformance-0c5a7f3d9b1e"  # a random one would differ from run to run
KEPT_OF_FAILED = 64 * 1024
"""So many bytes are kept of an answer that is too long or does not end."""
MADE_BY_HTTPX = frozenset({"accept-encoding", "connection"})


class Caller(Protocol):
    """Who sends: a name, a key (empty for nobody's), the environment variable that holds it."""

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class
    @property
    def key(self) -> str: ...  # noqa: D102 - see the class
    @property
    def variable(self) -> str: ...  # noqa: D102 - see the class


@frozen
class Limits:
    """Bounds of one exchange: seconds without a byte, seconds in all, bytes of body."""

    silence_s: float = 10.0
    total_s: float = Factory(lambda self: 6 * self.silence_s, takes_self=True)
    body: int = 16 * 1024 * 1024


@frozen
class Message:
    """What to send: a method, a path below the base URL (or a whole URL), and a body.

    `json` is encoded; `content` goes as it is; `files` and `data` make a multipart form. `bound`
    is where an event stream in answer is left.
    """

    method: str
    url: str
    query: Any = None
    json: Any = UNSET
    content: bytes | None = None
    files: Any = None
    data: Any = None
    headers: dict[str, str] = field(factory=dict)
    bound: Bound | None = None


@define
class _Answer:
    """What has arrived so far."""

    status: int = 0
    headers: httpx.Headers = field(factory=httpx.Headers)
    content: bytearray = field(factory=bytearray)
    failure: str = ""
    cut: bool = False


class Wire:
    """The connection to one server, shared by all identities."""

    def __init__(
        self,
        base_url: str,
        limits: Limits | None = None,
        connection: Connection | None = None,
        hear: Callable[[Exchange], object] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.limits = limits or Limits()
        self.connection = connection or Connection()
        self._total_s = self.limits.total_s
        """Halved by each answer that does not end: a server with many such holds no run up."""
        self._opener = Opener(lambda: self.connection.open(self.base_url, self.limits.silence_s))
        self._pace = Pace(self.connection.rate)
        self._sent = 0
        self.hear = hear or _ignore
        """Is told of every exchange, from whatever thread it is made; may be replaced."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opener.close()

    def send(self, message: Message, caller: Caller, operation: str = "") -> Exchange:
        """Return the exchange of one message; the caller's key, when it has one, goes as bearer."""
        request = self._request(message, caller)
        self._pace.wait()
        started = time.monotonic()
        answer = self._read(request, message.bound)
        self._opener.client.cookies.clear()
        elapsed_s = round(time.monotonic() - started, 4)
        exchange = self._exchange(request, answer, caller, operation, elapsed_s)
        self.hear(exchange)
        return exchange

    def withhold(self, message: Message, caller: Caller, operation: str, reason: str) -> Exchange:
        """Return the exchange of a message that is not sent, with the reason as its failure."""
        request = self._request(message, caller)
        exchange = self._exchange(request, _Answer(failure=reason), caller, operation, 0.0)
        return evolve(exchange, withheld=True)

    def _exchange(
        self,
        request: httpx.Request,
        answer: _Answer,
        caller: Caller,
        operation: str,
        elapsed_s: float,
    ) -> Exchange:
        self._sent += 1
        return Exchange(
            number=self._sent,
            identity=caller.name,
            operation=operation,
            method=request.method,
            url=str(request.url),
            request_headers=_shown(request, caller, self.connection),
            request_content=request.content,
            status=answer.status,
            headers=answer.headers,
            content=bytes(answer.content),
            elapsed_s=elapsed_s,
            failure=answer.failure,
            cut=answer.cut,
        )

    def _request(self, message: Message, caller: Caller) -> httpx.Request:
        url = message.url if "://" in message.url else self.base_url + message.url
        headers = self.connection.headers_for(url, self.base_url)
        if caller.key:
            headers["Authorization"] = f"Bearer {caller.key}"
        body = {} if message.json is UNSET else {"json": message.json}
        if message.files:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        request = self._opener.client.build_request(
            message.method,
            url,
            params=message.query,
            content=message.content,
            files=message.files,
            data=message.data,
            headers={**headers, **message.headers},
            **body,
        )
        request.read()
        return request

    def _read(self, request: httpx.Request, bound: Bound | None) -> _Answer:
        answer = _Answer()
        deadline = time.monotonic() + self._total_s
        try:
            response = self._opener.open(request, self._total_s)
            try:
                answer.status, answer.headers = response.status_code, response.headers
                if bound and response.is_success and _is_event_stream(response):
                    self._hear(response, answer, bound)
                else:
                    self._read_body(response, answer, deadline)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            dripped = str(error).startswith(HEAD)
            answer.failure = (
                str(error) if dripped else f"no answer within {self.limits.silence_s:g} s"
            )
            if dripped:
                self._halve()
        except httpx.HTTPError as error:
            answer.failure = f"{type(error).__name__}: {error}"
        if answer.failure:
            answer.status = 0
            del answer.content[KEPT_OF_FAILED:]
        return answer

    def _read_body(self, response: httpx.Response, answer: _Answer, deadline: float) -> None:
        for chunk in response.iter_bytes():
            answer.content += chunk
            if len(answer.content) > self.limits.body:
                answer.failure = f"the answer is longer than {self.limits.body} bytes"
                return
            if time.monotonic() > deadline:
                answer.failure = f"the answer did not end within {self._total_s:g} s"
                self._halve()
                return

    def _halve(self) -> None:
        """Wait less for the next answer that does not end."""
        self._total_s = max(self._total_s / 2, self.limits.silence_s)

    def _hear(self, response: httpx.Response, answer: _Answer, bound: Bound) -> None:
        """Read events until the bound or the stream's own end; sets `cut` when it was the bound."""
        # The transport reads this mapping when the body begins: from then on silence is no failure.
        response.request.extensions["timeout"]["read"] = bound.most_s
        deadline = time.monotonic() + bound.most_s
        answer.cut = True
        with suppress(httpx.ReadTimeout):
            for chunk in response.iter_bytes():
                answer.content += chunk
                heard = len(read_stream(answer.content.decode("utf-8", errors="replace")).events)
                if heard >= bound.most_events or time.monotonic() > deadline:
                    return
                if len(answer.content) > self.limits.body:
                    answer.failure = f"no end of event within {self.limits.body} bytes"
                    return
            answer.cut = False


def _ignore(_exchange: Exchange) -> None:
    """Nobody hears."""


def _is_event_stream(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).lower().startswith(EVENT_STREAM)


def _shown(request: httpx.Request, caller: Caller, connection: Connection) -> Headers:
    """Return the request's headers as sent, keys replaced by the variables that hold them."""
    given = {each.name.lower(): each for each in connection.headers}
    shown = []
    for name, value in request.headers.items():
        if name in MADE_BY_HTTPX:
            continue
        secret = name == "authorization" and caller.key and caller.variable
        own = given.get(name)
        if secret:
            shown.append((name, f"Bearer ${caller.variable}"))
        else:
            shown.append((name, own.shown if own and value == own.value else value))
    return tuple(shown)
