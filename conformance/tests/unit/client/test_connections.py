"""Real connections: threads, tasks, event loops, forks, proxies, and the end of streams."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_client import (
    AsyncMistral,
    ConfigurationError,
    ConnectionFailed,
    Mistral,
    StreamError,
    StreamTimedOut,
    TimedOut,
)
from mistral_client.pools import POOLS, SHARED_POOLS, AsyncPools, Generation, Pools, proxy_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def test_cancelled_call_frees_its_connection() -> None:
    async def main(base_url: str) -> int:
        async with AsyncMistral("k", base_url=base_url) as client:
            task = asyncio.create_task(client.models.list())
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            generation = client._sender.connection.http._transport._current()  # type: ignore[attr-defined]
            return len(generation.pools) - len(generation.free)

    with serving(always()) as server:
        assert asyncio.run(main(server.base_url)) == 0


def test_failed_call_frees_its_connection() -> None:
    pools = Pools("http://127.0.0.1:1")
    with httpx.Client(transport=pools) as http, pytest.raises(httpx.ConnectError):
        http.get("http://127.0.0.1:1/")
    generation = pools._current()
    assert len(generation.free) == len(generation.pools) == 1


def test_pools_grow_to_their_limit_and_then_share() -> None:
    made: list[int] = []

    def make(size: int) -> Any:
        made.append(size)
        return object()

    generation: Generation[Any] = Generation(make)
    leases = [generation.take() for _ in range(POOLS + 2 * SHARED_POOLS)]
    assert made == [1] * POOLS + [4] * SHARED_POOLS
    for lease in leases:
        lease.give_back()
        lease.give_back()
    assert len(generation.free) == POOLS


def test_plain_http_makes_no_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> ssl.SSLContext:
        raise AssertionError

    monkeypatch.setattr(httpx, "create_ssl_context", refuse)
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        client.models.list()


def test_pools_share_one_tls_context_made_late(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", make)
    pools = Pools("https://127.0.0.1:1")
    assert made == []
    generation = pools._current()
    for _ in range(3):
        generation.take()
    assert len(made) == 1


@pytest.mark.parametrize(
    ("environment", "base_url", "proxy"),
    [
        ({}, "https://api.mistral.ai", None),
        ({"https_proxy": "http://p:1"}, "https://api.mistral.ai", "http://p:1"),
        ({"https_proxy": "p:1"}, "https://api.mistral.ai", "http://p:1"),
        ({"all_proxy": "http://p:1"}, "http://h", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "http://h", None),
        ({"https_proxy": "http://p:1", "no_proxy": "mistral.ai"}, "https://api.mistral.ai", None),
    ],
)
def test_proxy_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], base_url: str, proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(base_url) == proxy


def test_proxy_of_an_unknown_kind_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks9://p:1")
    with pytest.raises(ConfigurationError, match="socks9"):
        Mistral("k")


def test_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(JSON)) as server:
        monkeypatch.setenv("http_proxy", server.base_url)
        with Mistral("k", base_url="http://nowhere.test") as client:
            client.models.list()
        assert server.connections == 1


def test_async_pools_need_no_event_loop_to_be_made() -> None:
    assert isinstance(AsyncPools("https://h"), httpx.AsyncBaseTransport)
