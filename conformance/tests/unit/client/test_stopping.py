"""Streams that are stopped by another thread or task, over real connections."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import AsyncMistral, Mistral, MistralError, StreamTimedOut, TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = b'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
PATIENCE_S = 20.0


class Waiting(ThreadingHTTPServer):
    """Answers with one event, and then, until it is released or hung up on, with comments."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.released = threading.Event()
        self.hung_up = threading.Event()
        self.is_silent = True


class _Handler(BaseHTTPRequestHandler):
    server: Waiting  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer("text/event-stream", EVENT)

    def do_GET(self) -> None:
        self._answer("application/json", b" ")

    def _answer(self, kind: str, beginning: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(beginning)
        self.wfile.flush()
        try:
            while not self.server.released.wait(0.01):
                if not self.server.is_silent:
                    self.wfile.write(b": here\n\n" if beginning == EVENT else b" ")
                elif not self._is_connected():
                    break
        except OSError:
            pass
        self.server.hung_up.set()

    def _is_connected(self) -> bool:
        self.connection.settimeout(0.001)
        try:
            return bool(self.connection.recv(1))
        except TimeoutError:
            return True
        finally:
            self.connection.settimeout(None)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Waiting]:
    with Waiting() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.released.set()
        found.shutdown()
        thread.join()


def _url(server: Waiting) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_stream_is_stopped_by_another_thread(server: Waiting) -> None:
    with Mistral("key", base_url=_url(server)) as client:
        events = client.chat.stream(model="m", messages=[])
        found: list[Any] = []
        first = threading.Event()

        def read() -> None:
            for event in events:
                found.append(event.data)
                first.set()
            found.append("end")

        reader = threading.Thread(target=read)
        reader.start()
        assert first.wait(PATIENCE_S)
        events.close()
        reader.join(PATIENCE_S)
        assert not reader.is_alive()
        assert found[1:] == ["end"]
        assert server.hung_up.wait(PATIENCE_S)
        events.close()


def test_stream_is_stopped_by_another_task(server: Waiting) -> None:
    async def main() -> list[Any]:
        found: list[Any] = []
        first = asyncio.Event()
        async with AsyncMistral("key", base_url=_url(server)) as client:
            events = client.chat.stream(model="m", messages=[])

            async def read() -> None:
                async for event in events:
                    found.append(event.data)
                    first.set()
                found.append("end")

            reader = asyncio.create_task(read())
            await asyncio.wait_for(first.wait(), PATIENCE_S)
            await asyncio.sleep(0)
            await events.aclose()
            await asyncio.wait_for(reader, PATIENCE_S)
            await events.aclose()
        return found

    assert asyncio.run(main())[1:] == ["end"]
    assert server.hung_up.wait(PATIENCE_S)


def test_stream_is_stopped_while_its_reader_does_something_else(server: Waiting) -> None:
    with Mistral("key", base_url=_url(server)) as client:
        events = client.chat.stream(model="m", messages=[])
        next(events)
        closer = threading.Thread(target=events.close)
        closer.start()
        closer.join(PATIENCE_S)
        assert list(events) == []
        assert server.hung_up.wait(PATIENCE_S)


@pytest.mark.parametrize("is_silent", [True, False])
@pytest.mark.parametrize("is_async", [True, False])
def test_stream_ends_at_its_deadline(server: Waiting, is_silent: bool, is_async: bool) -> None:
    server.is_silent = is_silent
    events: list[Any] = []

    def read() -> None:
        with (
            Mistral("key", base_url=_url(server)) as client,
            client.chat.stream(model="m", messages=[], deadline=0.3) as stream,
        ):
            events.extend(stream)

    async def read_async() -> None:
        async with (
            AsyncMistral("key", base_url=_url(server)) as client,
            client.chat.stream(model="m", messages=[], deadline=0.3) as stream,
        ):
            events.extend([event async for event in stream])

    with pytest.raises(StreamTimedOut, match=r"within its deadline of 0\.3 s") as caught:
        asyncio.run(read_async()) if is_async else read()
    assert len(caught.value.events) == 1
    assert server.hung_up.wait(PATIENCE_S)


@pytest.mark.parametrize("is_silent", [True, False])
@pytest.mark.parametrize("is_async", [True, False])
def test_call_ends_at_its_deadline(server: Waiting, is_silent: bool, is_async: bool) -> None:
    server.is_silent = is_silent

    async def read_async() -> None:
        async with AsyncMistral("key", base_url=_url(server)) as client:
            await client.models.list(deadline=0.3)

    def read() -> None:
        with Mistral("key", base_url=_url(server)) as client:
            client.models.list(deadline=0.3)

    with pytest.raises(TimedOut, match=r"within its deadline of 0\.3 s") as caught:
        asyncio.run(read_async()) if is_async else read()
    assert isinstance(caught.value, MistralError)
    assert server.hung_up.wait(PATIENCE_S)
