"""Real connections: threads, tasks, event loops, forks, proxies, and the end of streams."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_client import (
    AsyncMistral,
    ConnectionFailed,
    Mistral,
    StreamError,
    StreamTimedOut,
    TimedOut,
)
from mistral_client.leases import POOLS
from mistral_client.pools import AsyncPools, Pools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.client.harness import Both

JSON = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"data":[]}'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"id":"c","choices":[]}\n\n'
DONE = b"data: [DONE]\n\n"


def http_chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class TcpServer:
    """Reads one request after the other from each connection and lets `answer` write to it.

    `answer` returns False to close the connection. `connections` counts those that were made.
    """

    def __init__(self, answer: Callable[[socket.socket], bool]) -> None:
        self.answer = answer
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stopped = threading.Event()
        self.open: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            buffer = b""
            while not self.stopped.is_set():
                try:
                    piece = connection.recv(65536)
                    buffer += piece
                    while b"\r\n\r\n" in buffer:
                        head, _, buffer = buffer.partition(b"\r\n\r\n")
                        length = [
                            int(line.split(b":")[1])
                            for line in head.lower().split(b"\r\n")
                            if line.startswith(b"content-length")
                        ]
                        while length and len(buffer) < length[0]:
                            buffer += connection.recv(65536)
                        buffer = buffer[length[0] :] if length else buffer
                        if not self.answer(connection):
                            return
                except OSError:
                    return
                if not piece:
                    return

    def stop(self) -> None:
        self.stopped.set()
        self.listener.close()
        for connection in self.open:
            connection.close()


@contextmanager
def serving(answer: Callable[[socket.socket], bool]) -> Iterator[TcpServer]:
    server = TcpServer(answer)
    try:
        yield server
    finally:
        server.stop()


def always(*pieces: bytes) -> Callable[[socket.socket], bool]:
    def answer(connection: socket.socket) -> bool:
        for piece in pieces:
            connection.sendall(piece)
        return True

    return answer


def chat(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[])


def test_calls_in_turn_share_one_connection() -> None:
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        for _ in range(5):
            client.models.list()
        assert server.connections == 1


def test_views_share_the_connection() -> None:
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        client.models.list()
        client.with_options(timeout=9).models.list()
        assert server.connections == 1


def test_stream_that_was_read_to_its_end_leaves_its_connection() -> None:
    pieces = (STREAM, http_chunk(EVENT), http_chunk(DONE), http_chunk(b""))
    with serving(always(*pieces)) as server, Mistral("k", base_url=server.base_url) as client:
        for _ in range(3):
            with chat(client) as events:
                assert len(list(events)) == 1
        assert server.connections == 1


def test_server_that_goes_on_after_done_delays_nobody_for_long() -> None:
    pieces = (STREAM, http_chunk(EVENT), http_chunk(DONE))
    with serving(always(*pieces)) as server, Mistral("k", base_url=server.base_url) as client:
        started = time.monotonic()
        with chat(client) as events:
            assert len(list(events)) == 1
        assert time.monotonic() - started < 5


def test_the_same_for_tasks() -> None:
    async def main(base_url: str) -> int:
        async with AsyncMistral("k", base_url=base_url) as client, chat(client) as events:
            return len([event async for event in events])

    with serving(always(STREAM, http_chunk(EVENT), http_chunk(DONE))) as server:
        assert asyncio.run(asyncio.wait_for(main(server.base_url), 5)) == 1


def test_silent_stream_times_out_by_its_own_option() -> None:
    pieces = (STREAM, http_chunk(EVENT))
    with (
        serving(always(*pieces)) as server,
        Mistral("k", base_url=server.base_url, stream_timeout=0.2, timeout=60) as client,
        pytest.raises(StreamTimedOut) as caught,
        chat(client) as events,
    ):
        list(events)
    assert len(caught.value.events) == 1


def test_silent_server_times_out() -> None:
    with (
        serving(always()) as server,
        Mistral("k", base_url=server.base_url, timeout=0.2, retries=0) as client,
        pytest.raises(TimedOut, match=r"within 0\.2 s"),
    ):
        client.models.list()


def test_connection_that_drops_in_a_stream_is_a_stream_error() -> None:
    def answer(connection: socket.socket) -> bool:
        connection.sendall(STREAM + http_chunk(EVENT))
        return False

    with (
        serving(answer) as server,
        Mistral("k", base_url=server.base_url) as client,
        pytest.raises(StreamError, match="cut off") as caught,
        chat(client) as events,
    ):
        list(events)
    assert len(caught.value.events) == 1


def test_nobody_listening_is_a_failed_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    client = Mistral("k", base_url=f"http://127.0.0.1:{port}", retries=0)
    with pytest.raises(ConnectionFailed, match="cannot connect") as caught:
        client.models.list()
    assert not caught.value.sent


def test_threads_share_a_client() -> None:
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        errors: list[BaseException] = []

        def work() -> None:
            try:
                for _ in range(10):
                    client.models.list()
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert server.connections <= 20


def test_tasks_share_a_client() -> None:
    async def main(base_url: str) -> int:
        async with AsyncMistral("k", base_url=base_url) as client:
            return len(await asyncio.gather(*(client.models.list() for _ in range(100))))

    with serving(always(JSON)) as server:
        assert asyncio.run(main(server.base_url)) == 100
        assert server.connections <= 100


def test_more_tasks_than_connections_are_all_answered() -> None:
    async def main(base_url: str) -> int:
        async with AsyncMistral("k", base_url=base_url) as client:
            calls = (client.models.list() for _ in range(POOLS + 150))
            return len(await asyncio.gather(*calls))

    with serving(always(JSON)) as server:
        assert asyncio.run(main(server.base_url)) == POOLS + 150


def test_async_client_works_in_one_event_loop_after_the_other() -> None:
    async def one_call(client: AsyncMistral) -> None:
        await client.models.list()
        await client._sender.connection.http._transport.aclose()  # this loop's connections alone

    with serving(always(JSON)) as server:
        client = AsyncMistral("k", base_url=server.base_url)
        for _ in range(3):
            asyncio.run(one_call(client))
        assert server.connections == 3


def test_client_works_after_a_fork() -> None:
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        client.models.list()
        child = os.fork()
        if child == 0:
            try:
                client.models.list()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        client.models.list()
        assert server.connections == 2


def test_failed_call_takes_its_connection_with_it() -> None:
    pools = Pools("http://127.0.0.1:1")
    with httpx.Client(transport=pools) as http, pytest.raises(httpx.ConnectError):
        http.get("http://127.0.0.1:1/")
    generation = pools._current()
    assert len(generation.free) == len(generation.pools) == 0


def test_interrupt_takes_its_connection_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_self: object) -> None:
        raise KeyboardInterrupt

    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        with monkeypatch.context() as patch:
            patch.setattr("httpcore._sync.http11.HTTP11Connection._response_closed", interrupt)
            with pytest.raises(KeyboardInterrupt):
                client.models.list()
        client.models.list(timeout=5)
        assert server.connections == 2


def test_waiting_for_a_connection_ends(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mistral_client.leases.POOLS", 0)
    kind = AsyncMistral if both.is_async else Mistral
    client = kind("k", base_url="http://127.0.0.1:1", retries=0, timeout=0.01)
    with pytest.raises(TimedOut, match=r"no free connection .* within 0\.01 s"):
        both.use(client, lambda client: client.models.list())


def test_what_takes_the_place_of_the_transports_of_httpx_is_asked(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_sync(_transport: object, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": []})

    async def answer_async(_transport: object, request: httpx.Request) -> httpx.Response:
        return answer_sync(_transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer_sync)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer_async)
    kind = AsyncMistral if both.is_async else Mistral
    client: Any = kind("k", base_url="http://nowhere.test", retries=0, timeout=5)
    for _ in range(POOLS + 1):
        assert both.use(client, lambda client: client.models.list()).data == []


def test_more_threads_than_connections_are_all_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mistral_client.leases.POOLS", 2)
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        with ThreadPoolExecutor(12) as threads:
            answers = [threads.submit(client.models.list, timeout=30) for _ in range(60)]
            assert len([each.result() for each in answers]) == 60
        assert server.connections == 2


def test_async_pools_need_no_event_loop_to_be_made() -> None:
    assert isinstance(AsyncPools("https://h"), httpx.AsyncBaseTransport)
