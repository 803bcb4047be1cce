"""Small servers that are wrong in one way each: they test the tester."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "canary-key-5f3a9c71"
LIBRARY_ID = "0197b4c2-0000-7000-8000-000000000001"


@frozen
class Request:
    """What the server got."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    content: bytes


@frozen
class Answer:
    """What the server says. `raw` is called with the handler for answers that are not HTTP."""

    status: int = 200
    body: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(factory=dict)
    raw: Callable[[BaseHTTPRequestHandler], None] | None = None


@define
class FakeServer:
    """A running fake: answers with the first behaviour that has an answer, else 404."""

    behaviours: list[Callable[[Request], Answer | None]]
    base_url: str = ""
    requests: list[Request] = field(factory=list)
    stop: threading.Event = field(factory=threading.Event)

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        found = (each(request) for each in self.behaviours)
        return next((each for each in found if each), Answer(404, {"detail": "Not Found"}))

    def sent(self, method: str, path: str = "") -> list[Request]:
        return [each for each in self.requests if each.method == method and path in each.path]


def library(name: str = "x") -> dict[str, Any]:
    """A library that has all documented fields."""
    now = "2026-08-13T10:00:00Z"
    empty = dict.fromkeys(
        (
            "chunk_size",
            "description",
            "emoji",
            "explicit_user_members_count",
            "explicit_workspace_members_count",
            "generated_description",
            "generated_name",
            "org_sharing_role",
            "owner_id",
        )
    )
    return {
        "id": LIBRARY_ID,
        "name": name,
        "created_at": now,
        "updated_at": now,
        "owner_type": "Workspace",
        "total_size": 0,
        "nb_documents": 0,
        **empty,
    }


def keyed(request: Request) -> Answer | None:
    """Refuses every key but the right one."""
    if request.headers.get("authorization") == f"Bearer {KEY}":
        return None
    return Answer(401, {"detail": "Unauthorized"})


def models(request: Request) -> Answer | None:
    """Lists no models."""
    if (request.method, request.path) == ("GET", "/v1/models"):
        return Answer(200, {"object": "list", "data": []})
    return None


def libraries(request: Request) -> Answer | None:
    """Creates, lists and deletes libraries without keeping any."""
    if request.path == "/v1/libraries":
        if request.method == "POST":
            return Answer(201, library(json.loads(request.content)["name"]))
        return Answer(200, {"data": []})
    if request.path == f"/v1/libraries/{LIBRARY_ID}":
        return Answer(200, library())
    return None


@contextmanager
def serving(*behaviours: Callable[[Request], Answer | None]) -> Iterator[FakeServer]:
    """A fake on a free local port, stopped at the end."""
    fake = FakeServer(list(behaviours))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

        def handle_any(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = self.rfile.read(size)
            answer = fake.answer(Request(self.command, parts.path, parts.query, headers, content))
            if answer.raw:
                answer.raw(self)
                self.close_connection = True
                return
            self.say(answer)

        def say(self, answer: Answer) -> None:
            content = answer.content
            if content is None:
                content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    return Handler
