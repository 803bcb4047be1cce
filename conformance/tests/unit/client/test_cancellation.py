"""A call that is cancelled at any moment of its life leaves the client as it was."""

from __future__ import annotations

import asyncio
import gc
import io
import random
import shutil
import ssl
import subprocess
import threading
import types
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal

import anyio
import attrs
import pytest

from mistral_client import AsyncMistral

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator
    from pathlib import Path

FILE = "0197a000-0000-4000-8000-000000000001"
JSON = (
    b'{"data":[],"id":"f","object":"file","bytes":1,"created_at":1,"filename":"f","purpose":"ocr"}'
)
EVENTS = b'data: {"id":"c","choices":[]}\n\n' * 3 + b"data: [DONE]\n\n"

Way = Literal["asleep", "waking", "twice", "scope"]
WAYS: list[Way] = ["asleep", "waking", "twice", "scope"]


class Answering:
    """A server in a thread of its own: JSON, events or bytes, by the path; `open` counts."""

    def __init__(self, *, keeps_alive: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.keeps_alive = keeps_alive
        self.open = 0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._is_ready.wait()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._tls)
        scheme = "https" if self._tls else "http"
        self.base_url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_ready.set()
        await self._end.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer(reader, writer):
                pass
        self.open -= 1
        writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        for line in head.split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))
        kind, body = b"application/json", JSON
        if b"/chat/completions" in head:
            kind, body = b"text/event-stream", EVENTS
        elif b"/content" in head:
            kind, body = b"application/octet-stream", b"x" * 150_000
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: " + kind)
        writer.write(b"\r\n" if self.keeps_alive else b"\r\nconnection: close\r\n")
        writer.write(b"\r\n%x\r\n%b\r\n" % (len(body), body))
        await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return self.keeps_alive

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()


@contextmanager
def answering(**options: Any) -> Iterator[Answering]:
    server = Answering(**options)
    try:
        yield server
    finally:
        server.stop()


@attrs.define
class Cancellation:
    """Runs work and cancels it at its n-th suspension.

    `asleep` cancels while it waits, `waking` in the tick in which what it waited for is there,
    `twice` again at the next suspension, `scope` by a cancel scope of anyio.
    """

    way: Way
    at: int
    suspensions: int = 0

    async def run(self, work: Coroutine[Any, Any, Any]) -> None:
        with anyio.CancelScope() as scope:
            task = asyncio.current_task()
            assert task is not None
            cancel: Callable[[], Any] = scope.cancel if self.way == "scope" else task.cancel
            await self._counted(work, cancel)

    @types.coroutine
    def _counted(
        self, work: Coroutine[Any, Any, Any], cancel: Callable[[], Any]
    ) -> Generator[Any, Any, None]:
        thrown: BaseException | None = None
        while True:
            try:
                future = work.send(None) if thrown is None else work.throw(thrown)
            except StopIteration:
                return
            thrown = None
            self.suspensions += 1
            if self.suspensions in (self.at, self.at + (self.way == "twice")):
                if self.way == "waking" and future is not None:
                    future.add_done_callback(lambda _: cancel())
                else:
                    asyncio.get_running_loop().call_soon(cancel)
            try:
                yield future
            except BaseException as error:  # noqa: BLE001 - passed on to the work
                thrown = error

    @property
    def has_come(self) -> bool:
        return self.suspensions >= self.at


async def unary(client: AsyncMistral) -> None:
    await client.models.list()


async def stream(client: AsyncMistral) -> None:
    async with client.chat.stream(model="m", messages=[]) as events:
        async for _ in events:
            pass


async def upload(client: AsyncMistral) -> None:
    await client.files.upload(file=io.BytesIO(b"x" * 150_000), purpose="ocr")


async def download(client: AsyncMistral) -> None:
    await client.files.download_to(FILE, io.BytesIO())


CALLS = [unary, stream, upload, download]


def busy(client: AsyncMistral) -> int:
    generation = client._sender.connection.http._transport._current()  # type: ignore[attr-defined]
    return len(generation.pools) - len(generation.free)


async def check_usable(client: AsyncMistral) -> None:
    """Fail unless the client is as good as new."""
    assert busy(client) == 0
    await asyncio.wait_for(client.models.list(timeout=20), 30)
    assert busy(client) == 0
    for _ in range(10):  # what Python does about generators that were left
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def interrupt(
    client: AsyncMistral, work: Coroutine[Any, Any, None], way: Way, at: int
) -> bool:
    """Cancel work at its n-th suspension; return whether it had as many."""
    cancellation = Cancellation(way, at)
    await asyncio.gather(asyncio.create_task(cancellation.run(work)), return_exceptions=True)
    await check_usable(client)
    return cancellation.has_come


async def interrupt_cold(base_url: str, call: Any, way: Way) -> int:
    """Return at how many moments a client that is not connected yet was interrupted."""
    at = 0
    is_over = False
    while not is_over:
        at += 1
        async with AsyncMistral("k", base_url=base_url, retries=0) as client:
            is_over = not await interrupt(client, call(client), way, at)
    return at


async def interrupt_warm(base_url: str, call: Any, way: Way) -> int:
    """The same for a connected client."""
    at = 1
    async with AsyncMistral("k", base_url=base_url, retries=0) as client:
        await client.models.list()
        while await interrupt(client, call(client), way, at):
            at += 1
    return at


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("keeps_alive", [True, False], ids=["keep-alive", "close"])
def test_cancelled_at_any_moment(call: Any, way: Way, *, keeps_alive: bool) -> None:
    with answering(keeps_alive=keeps_alive) as server:
        assert asyncio.run(interrupt_cold(server.base_url, call, way)) > 5
        assert asyncio.run(interrupt_warm(server.base_url, call, way)) > 5
    gc.collect()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate of 127.0.0.1 for it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True
    )
    path.write_text(path.read_text() + path.with_name("server.pem.crt").read_text())
    return path


@pytest.mark.parametrize("way", WAYS)
def test_cancelled_at_any_moment_of_a_secure_connection(
    way: Way, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with answering(tls=context) as server:
        assert asyncio.run(interrupt_cold(server.base_url, unary, way)) > 5
        assert asyncio.run(interrupt_warm(server.base_url, unary, way)) > 5
        gc.collect()


def test_many_random_cancellations_leave_nothing() -> None:
    chance = random.Random(7)  # noqa: S311 - no secret is made of it

    async def some(client: AsyncMistral, count: int) -> None:
        for _ in range(count):
            cancellation = Cancellation(chance.choice(WAYS), chance.randint(1, 40))
            work = cancellation.run(chance.choice(CALLS)(client))
            await asyncio.gather(asyncio.create_task(work), return_exceptions=True)

    async def main(base_url: str) -> None:
        async with AsyncMistral("k", base_url=base_url, retries=0) as client:
            await asyncio.gather(*(some(client, 25) for _ in range(20)))
            await check_usable(client)

    with answering() as server:
        asyncio.run(main(server.base_url))
    gc.collect()
