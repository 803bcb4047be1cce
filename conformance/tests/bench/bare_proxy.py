"""A proxy that passes requests on and keeps nothing: the yardstick for the recorder.

It has the recorder's own server and connections, so that only recording differs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from mistral_mock.recording.upstream import ABOUT_CONNECTION, Sender, parse_upstream
from mistral_mock.server import Server, listen, spell_address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]

SENDER = Sender(parse_upstream(sys.argv[1], live=False))


async def pass_on(scope: Any, receive: Receive, send: Send) -> None:
    """Sends the request to the server named on the command line, and its answer back."""
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    answer = await SENDER.send(scope["method"], target, scope["headers"], content)
    headers = [pair for pair in answer.headers if pair[0].lower() not in ABOUT_CONNECTION]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    async for piece in answer.aiter_stream():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await answer.aclose()
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    with listen("127.0.0.1", 0) as listener:

        def announce() -> None:
            """Prints the address."""
            print(spell_address(listener), flush=True)

        Server(pass_on, announce, SENDER.close).run(sockets=[listener])
