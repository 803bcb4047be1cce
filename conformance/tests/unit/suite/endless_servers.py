"""Servers that never come to an end, each in its own way: they try the patience of the suite."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

from tests.unit.suite.fake_server import Answer, library

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from tests.unit.suite.fake_server import Request

    Behaviour = Callable[[Request], Answer | None]

GIGABYTE = 1024**3
BLOCK = 1024**2
PAUSE_S = 0.05
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _concerned(request: Request) -> bool:
    return request.path.startswith("/v1/libraries")


def _with(raw: Callable[[BaseHTTPRequestHandler], None]) -> Behaviour:
    return lambda request: Answer(raw=raw) if _concerned(request) else None


def _hang(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)


def _drip_head(handler: BaseHTTPRequestHandler) -> None:
    _write(handler, HEAD, (b"X-More: 1\r\n" for _ in iter(int, 1)))


def _drip_body(handler: BaseHTTPRequestHandler) -> None:
    _write(handler, HEAD + b"Connection: close\r\n\r\n", (b" " for _ in iter(int, 1)))


def _send_a_gigabyte(handler: BaseHTTPRequestHandler) -> None:
    head = HEAD + f"Content-Length: {GIGABYTE}\r\n\r\n".encode()
    _write(handler, head, (b" " * BLOCK for _ in range(GIGABYTE // BLOCK)), pause_s=0)


def _write(
    handler: BaseHTTPRequestHandler, head: bytes, rest: object, pause_s: float = PAUSE_S
) -> None:
    """Write until the reader goes away."""
    try:
        handler.wfile.write(head)
        for each in rest:  # type: ignore[attr-defined]
            handler.wfile.write(each)
            handler.wfile.flush()
            time.sleep(pause_s)
    except OSError:
        return


def endless_pages(request: Request) -> Answer | None:
    """Each page is full, has what no other has, and names a next one."""
    if request.path != "/v1/libraries" or request.method != "GET":
        return None
    items = [{**library(), "id": str(uuid.uuid4())} for _ in range(20)]
    paging = {"total_items": 10**6, "total_pages": 10**4, "has_more": True}
    block = {"current_page": 0, "page_size": 100, **paging}
    body = {"data": items, "pagination": block, "next_page_token": uuid.uuid4().hex}
    return Answer(200, content=json.dumps(body).encode())


def always_busy(request: Request) -> Answer | None:
    """Asks to come back at once, for ever."""
    busy = {"Retry-After": "0"}
    return Answer(429, {"detail": "later"}, headers=busy) if _concerned(request) else None


ENDLESS: dict[str, Behaviour] = {
    "hangs": _with(_hang),
    "drips the head": _with(_drip_head),
    "drips the body": _with(_drip_body),
    "sends a gigabyte": _with(_send_a_gigabyte),
    "has pages without end": endless_pages,
    "is always busy": always_busy,
}
