"""The variations as a server: an HTTP proxy before any server, on a free local port."""

from __future__ import annotations

import random
import re
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from attrs import evolve
from tests.proxies.variations import Answer, Variations

from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Operation

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
HOP_BY_HOP = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}
NO_BODY = {204, 304}


class VaryingProxy:
    """Passes requests on and answers back, varied; `caller_key` is the key of its owner.

    `busy` is the share of requests that it puts off with a 503, which passes nothing on.
    """

    def __init__(
        self, base_url: str, variations: Variations, caller_key: str, busy: float = 0
    ) -> None:
        self._busy = busy
        self.variations = variations
        # A kept connection may be gone when it is used, which is no fault of the server.
        limits = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=base_url, trust_env=False, timeout=30, limits=limits)
        self.random = random.Random("the wire")  # noqa: S311 - test data, no secret
        self._caller = f"Bearer {caller_key}"
        self._routes = [
            (_template(each.path), each) for each in variations.document.operations.values()
        ]

    @property
    def is_busy(self) -> bool:
        """Whether the next request is put off."""
        return self.random.random() < self._busy

    def operation_of(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for; literal paths before those with parameters."""
        found = [
            each
            for pattern, each in self._routes
            if each.method == method and pattern.fullmatch(path)
        ]
        return min(found, key=lambda each: len(each.path_ids), default=None)

    def is_own(self, authorization: str) -> bool:
        """Whether a request has the owner's key, or none."""
        return authorization in {self._caller, ""}


@contextmanager
def varying(
    base_url: str, variations: Variations, caller_key: str, busy: float = 0
) -> Iterator[str]:
    """The base URL of a proxy that runs; it is stopped on every way out."""
    proxy = VaryingProxy(base_url, variations, caller_key, busy)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        proxy.http.close()


def _handler(proxy: VaryingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.proxy = proxy
    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.pass_on)
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer in several writes would wait for the ACK of each
    proxy: VaryingProxy

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def handle(self) -> None:
        """Answer until the client goes, which it may do at any time."""
        with suppress(ConnectionError):
            super().handle()

    def version_string(self) -> str:
        """The server's name, another one each time."""
        return self.proxy.random.choice(("cloudflare", "uvicorn", "nginx/1.27"))

    def pass_on(self) -> None:
        """Answer one request with what the server behind says, varied."""
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.proxy.is_busy:
            self._say(Answer(503, (("Retry-After", "0"),)))
            return
        operation = self.proxy.operation_of(self.command, urlsplit(self.path).path)
        headers = [(k, v) for k, v in self.headers.items() if k.lower() != "connection"]
        try:
            with self.proxy.http.stream(
                self.command, self.path, headers=headers, content=content
            ) as response:
                self._answer(operation, response)
        except (OSError, httpx.HTTPError):
            self.close_connection = (
                True  # what the server, or the client, does not end ends here too
            )

    def _answer(self, operation: Operation | None, response: httpx.Response) -> None:
        answer = Answer(response.status_code, tuple(response.headers.multi_items()))
        if answer.media_type == EVENT_STREAM and operation:
            self._begin(answer, chunked=True)
            self._stream(operation, response)
            return
        own = self.proxy.is_own(self.headers.get("authorization", ""))
        whole = evolve(answer, content=response.read())
        self._say(self.proxy.variations.vary(operation, whole, own=own) if operation else whole)

    def _say(self, answer: Answer) -> None:
        bodiless = answer.status in NO_BODY or self.command == "HEAD"
        chunked = not bodiless and self.proxy.random.random() < 0.5
        self._begin(answer, chunked=chunked)
        if chunked:
            self._write_chunks(answer.content)
            self.wfile.write(b"0\r\n\r\n")
        elif not bodiless:
            self.wfile.write(answer.content)

    def _begin(self, answer: Answer, *, chunked: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP and not (
                answer.status in NO_BODY and name == "content-type"
            ):
                self.send_header(self._respell(name), self._respell_value(name, value))
        self.send_header("X-Envoy-Upstream-Service-Time", str(self.proxy.random.getrandbits(8)))
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status not in NO_BODY:
            self.send_header("Content-Length", str(len(answer.content)))
        if self.proxy.random.random() < 0.1:
            self.send_header("Connection", "close")
        self.end_headers()

    def _respell(self, name: str) -> str:
        spellings = (name.lower(), name.upper(), name.title())
        return self.proxy.random.choice(spellings)

    def _respell_value(self, name: str, value: str) -> str:
        if name.lower() != "content-type" or "json" not in value:
            return value
        return self.proxy.random.choice(
            (value, "application/json;charset=UTF-8", "Application/JSON")
        )

    def _stream(self, operation: Operation, response: httpx.Response) -> None:
        pending = b""
        for chunk in response.iter_bytes():
            *events, pending = (pending + chunk).split(b"\n\n")
            for each in events:
                self._write_chunks(self.proxy.variations.vary_event(operation, each))
        self._write_chunks(pending)
        self.wfile.write(b"0\r\n\r\n")

    def _write_chunks(self, content: bytes) -> None:
        while content:
            size = self.proxy.random.randint(1, 4096)
            piece, content = content[:size], content[size:]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")


def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(path)))
