"""Runs a mock under uvicorn: in a thread for tests, or in the foreground for the command."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import threading
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from attrs import frozen
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from mistral_mock import scripting
from mistral_mock.app import create_app
from mistral_mock.faults import parse_script
from mistral_mock.hosts import is_remote
from mistral_mock.joined import JoinedTransport, join_head
from mistral_mock.memory import give_back_memory
from mistral_mock.wire import ABORT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import IO

    from starlette.types import ASGIApp

    from mistral_mock.clock import Clock
    from mistral_mock.journal.exchange import Exchange
    from mistral_mock.replies.reply import Answering
    from mistral_mock.scripting import ScriptedReply
    from mistral_mock.settings import Settings

    End = Callable[[], Awaitable[object]]
    from mistral_mock.store import Store
    from mistral_mock.world import World

START_S = 10.0
GRACE_S = 1.0
GLANCE_S = 0.02
GLANCE_BYTES = 1024
KEEP_ALIVE_S = 30
TICK_S = 0.1
SWITCH_S = 0.001
"""How soon a thread that works long makes room for one that answers."""
GC_THRESHOLDS = (10_000, 20, 500)
"""Looking at all objects for garbage stops everything, for long when there are millions: seldom."""
STOPPING = (signal.SIGINT, signal.SIGTERM)


class ServerError(Exception):
    """The server cannot start; the message says why."""


@frozen
class RunningServer:
    """A mock that answers at `base_url`."""

    base_url: str
    world: World

    def reply(
        self,
        answer: str | Answering | Sequence[str | Answering] | None = None,
        /,
        **fields: Any,  # noqa: ANN401 - conditions and parts of answers
    ) -> ScriptedReply:
        """Add a reply: what is answered, and as keywords when; see docs/replies.md.

        Raises:
            ReplyError: A field is unknown, or the API could not answer so.

        """
        return scripting.add(self.world, answer, fields)

    def replies(self, *given: object) -> AbstractContextManager[None]:
        """Give replies for a block: texts, mappings, lists, or paths; they count before others.

        What `reply` adds inside of the block is gone at its end too.
        """
        return scripting.adding(self.world, given)

    def fault(self, **fields: object) -> None:
        """Add a fault: which calls suffer and what happens to them; see docs/mock.md.

        Raises:
            FaultScriptError: A field is unknown or has a wrong value.

        """
        self.world.faults.add(parse_script(fields))

    def clear_faults(self) -> None:
        """End all faults."""
        self.world.faults.clear()

    def requests(self, **wanted: object) -> list[Exchange]:
        """Return what was asked and answered, the oldest first; narrowed by what is wanted.

        Raises:
            ValueError: Something unknown is wanted.

        """
        return self.world.journal.find(wanted)

    def assert_called(
        self, operation: str = "*", *, times: int | None = None, **wanted: object
    ) -> None:
        """Pass when there was such a request, or so many of them.

        Raises:
            AssertionError: There was not; it tells how the nearest requests differ.

        """
        scripting.assert_called(self.world.journal, times, {"operation": operation, **wanted})

    def assert_not_called(self, operation: str = "*", **wanted: object) -> None:
        """Pass when there was no such request.

        Raises:
            AssertionError: There was one.

        """
        scripting.assert_called(self.world.journal, 0, {"operation": operation, **wanted})

    def export(self, path: Path | str, **wanted: object) -> None:
        """Write what was asked and answered: a HAR archive, or JSON lines for `.jsonl`."""
        scripting.export(self.requests(**wanted), Path(path))

    def recordings(self) -> list[dict[str, Any]]:
        """Return the recordings that answer, each with how often it has, and how it has drifted."""
        player = self.world.player
        return [] if player is None else player.as_json()

    def begin_scope(self, scope: str | None) -> None:
        """Record, or answer, what is asked from now on as this scope, from its start."""
        if self.world.player is not None:
            self.world.player.begin(scope)

    def clear_requests(self) -> None:
        """Forgets what was asked and answered."""
        self.world.journal.clear()

    def clear_replies(self) -> None:
        """Take all replies away."""
        self.world.replies.clear()

    def reset(self) -> None:
        """Back to the start: world, clock, faults and replies."""
        self.world.reset()

    @property
    def store(self) -> Store:
        """The mock's state."""
        return self.world.store

    @property
    def clock(self) -> Clock:
        """The mock's time; a manual one moves with `clock.advance(seconds)`."""
        return self.world.clock


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals alone, says when it is ready, and stops when told."""

    grace_s = GRACE_S
    """How long requests that are under way may take to end, in seconds."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None], end: End | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=cast("type[asyncio.Protocol]", make_protocol),
                ws="none",
                lifespan="off",
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
            )
        )
        self._ready, self._end = ready, end
        self._wake: Callable[[], object] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the command has its own handlers, a test has none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Run until told to stop, and then stops at once rather than at the next tick."""
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        self._wake = partial(loop.call_soon_threadsafe, stopping.set)
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests; cancel those that do not end within the grace."""
        for server in self.servers:
            server.close()
        for found in sockets or []:
            found.close()
        state, loop = self.server_state, asyncio.get_running_loop()
        for connection in list(state.connections):
            connection.shutdown()
        late = loop.time() + self.grace_s
        while (state.tasks or state.connections) and loop.time() < late:  # noqa: ASYNC110 - uvicorn tells no event
            await asyncio.sleep(GLANCE_S)
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)
        if self._end is not None:
            await self._end()

    def stop(self, *_: object) -> None:
        """End the server; from any thread, and as a signal handler."""
        self.should_exit = True
        if self._wake is not None:
            self._wake()


class Embedded(Server):
    """A server inside a test, which has no use for a graceful end."""

    grace_s = 0.0


def make_protocol(**arguments: Any) -> Any:  # noqa: ANN401 - uvicorn's own signature
    """Return a connection's HTTP protocol that tells the application how to close the connection.

    A request that is cancelled loses its connection, which is not an error of the application.
    """
    protocol: Any = AutoHTTPProtocol(**arguments)
    app, connect = protocol.app, protocol.connection_made

    async def call(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        scope[ABORT] = protocol.transport.close
        try:
            await app(scope, receive, join_head(protocol.transport, send))
        except asyncio.CancelledError:
            protocol.transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass

    protocol.app = call
    protocol.connection_made = lambda transport: connect(JoinedTransport(transport))
    return protocol


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 picks a free one.

    Raises:
        ServerError: The address cannot be used.

    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, proto)
    except OSError as error:
        raise ServerError(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(2048)
    except OSError as error:
        found.close()
        reason = error.strerror or str(error)
        raise ServerError(f"cannot listen on {host} port {port}: {reason}") from error
    return found


def spell_address(found: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = found.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_exposed(found: socket.socket) -> bool:
    """Say whether other machines can reach the listening socket."""
    return is_remote(found.getsockname()[0])


@contextmanager
def running(
    settings: Settings | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningServer]:
    """Give a mock on a thread of its own, stopped at the end whatever happens.

    Raises:
        ServerError: The address cannot be used, or the server does not start.
        StateFileError: The settings name a state file that cannot be used.

    """
    app = create_app(settings)
    try:
        with listen(host, port) as found:
            app.exposed = is_exposed(found)
            with serving(app, found, app.close):
                yield RunningServer(spell_address(found), app.world)
    finally:
        app.world.close()


@contextmanager
def serving(app: ASGIApp, found: socket.socket, end: End | None = None) -> Iterator[None]:
    """Let an ASGI application answer on a listening socket meanwhile, on a thread of its own.

    `end` is awaited on that thread's event loop when it ends.

    Raises:
        ServerError: The server does not start.

    """
    ready = threading.Event()
    server = Embedded(app, ready.set, end)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [found]}, name="mistral-mock", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(START_S):
            raise ServerError(f"the server did not start within {START_S} s")
        yield
    finally:
        server.stop()
        thread.join()


def serve(
    settings: Settings,
    host: str,
    port: int,
    announce: Callable[[str], None],
    lifeline: IO[bytes] | None = None,
) -> None:
    """Run in the foreground until SIGINT or SIGTERM; tell the base URL when it answers.

    With a lifeline it ends too when nothing can be read from that any more, such as from a pipe
    whose other end was held by a process that is gone.

    Raises:
        ServerError: The address cannot be used.
        StateFileError: The settings name a state file that cannot be used.

    """
    with listen(host, port) as found:
        app = create_app(settings)
        app.exposed = is_exposed(found)
        base_url = spell_address(found)
        server = Server(app, lambda: announce(base_url), app.close)
        for number in STOPPING:
            signal.signal(number, server.stop)
        if lifeline is not None:
            watch = partial(_watch, lifeline, server.stop)
            threading.Thread(target=watch, name="lifeline", daemon=True).start()
        sys.setswitchinterval(SWITCH_S)
        give_back_memory()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        try:
            server.run(sockets=[found])
        finally:
            app.world.close()


def _watch(lifeline: IO[bytes], stop: Callable[[], None]) -> None:
    while lifeline.read(GLANCE_BYTES):
        pass
    stop()
