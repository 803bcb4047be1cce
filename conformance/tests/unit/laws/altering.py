"""A server that alters the answers of another one, as a defect would."""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Alter = Callable[["Answer"], None]
    Refuse = Callable[[], dict[str, str] | None]

TLS = ssl.create_default_context()  # costs more than most tests here, so they share one
HOP = frozenset({"connection", "content-length", "transfer-encoding", "date", "server"})


@define
class Answer:
    """One request and its answer, which an alteration may change in place."""

    method: str
    path: str
    query: dict[str, list[str]]
    sent: bytes
    request_headers: dict[str, str]
    status: int
    headers: dict[str, str]
    content: bytes
    own_url: str
    again: Callable[[str, str], httpx.Response] = field(repr=False)

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @body.setter
    def body(self, value: object) -> None:
        self.content = json.dumps(value).encode()

    @property
    def sent_body(self) -> Any:
        return json.loads(self.sent)

    def is_(self, method: str, ending: str = "") -> bool:
        return self.method == method and self.path.endswith(ending) and self.status < 300


@contextmanager
def altering(base_url: str, alter: Alter, refuse: Refuse = lambda: None) -> Iterator[str]:
    """A server on a free local port that passes requests on; its base URL.

    `refuse` gives the headers of a 503 where a request is not to be passed on.
    """
    # However slow the machine is, the mock answers.
    with httpx.Client(base_url=base_url, trust_env=False, timeout=None, verify=TLS) as http:  # noqa: S113
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(http, alter, refuse))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(http: httpx.Client, alter: Alter, refuse: Refuse) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silence."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            busy = refuse()
            if busy is not None:
                self._answer(503, busy, b"")
                return
            headers = {k: v for k, v in self.headers.items() if k.lower() not in {*HOP, "host"}}

            def again(method: str, path: str) -> httpx.Response:
                return http.request(method, path, headers=headers, content=sent)

            response = again(self.command, self.path)
            url = urlsplit(self.path)
            kept = {
                k: v for k, v in response.headers.items() if k not in {*HOP, "content-encoding"}
            }
            answer = Answer(
                self.command, url.path, parse_qs(url.query), sent, headers,
                response.status_code, kept, response.content,
                f"http://{self.headers['host']}", again,
            )  # fmt: skip
            alter(answer)
            self._answer(answer.status, answer.headers, answer.content)

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if status != 204 else b"")

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - http.server's names

    return Handler
