"""Connections: a lazily grown set of pools of one connection each, behind one transport.

One big connection pool looks through all its connections and waiting requests for every request,
so it costs more the more it is used; many small ones do not. The smallest are the cheapest: pools
of one connection, made when all earlier ones are busy, up to `POOLS`. Who comes when all are busy
waits in a queue. All share one TLS context, which is made only for https, when the first
connection is needed.

The pools are httpx's own transports, so that what replaces or records those sees our requests too.

A pool goes back only when its request came to a clean end. After anything else, a failure, a
cancellation or an interrupt, nobody knows what state its connection is in: it is closed, and its
place is free for a new one.

A fork, and a new event loop for an asynchronous client, start a new generation of pools: the
connections of the old one belong to another process or loop and are neither used nor closed.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

import httpx

from mistral_client.leases import POOLS, Generation
from mistral_client.origins import Origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from mistral_client.leases import Lease, Turn
    from mistral_client.settings import Network

Pool = TypeVar("Pool")


class Pools(httpx.BaseTransport):
    """A transport over small pools, for threads."""

    def __init__(self, base_url: str, network: Network | None = None) -> None:
        """Prepare for a base URL.

        Raises:
            ConfigurationError: The proxy or certificates cannot be used.

        """
        self._origin = Origin(base_url, network)
        self._pid = os.getpid()
        self._generation = Generation(self._origin.pool)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection.

        Raises:
            httpx.PoolTimeout: None came free in time.

        """
        generation = self._current()
        lease = generation.take() or _wait(generation, _pool_timeout_s(request))
        try:
            response = lease.pool.handle_request(request)
        except BaseException:
            lease.spoil()
            _release(lease)
            raise
        if response.is_closed:  # whole already: made by a tool that answers in the server's place
            lease.give_back()
        else:
            response.stream = _Body(cast("httpx.SyncByteStream", response.stream), lease)
        return response

    def close(self) -> None:
        """Close the connections of this process."""
        for pool in tuple(self._current().pools):
            pool.close()

    def _current(self) -> Generation[httpx.BaseTransport]:
        """Return the generation of this process."""
        if self._pid != os.getpid():
            _left_to_parent.append(self._generation)
            self._generation = Generation(self._origin.pool)
            self._pid = os.getpid()
        return self._generation


class AsyncPools(httpx.AsyncBaseTransport):
    """A transport over small pools, for tasks; each event loop has its own generation."""

    def __init__(self, base_url: str, network: Network | None = None) -> None:
        """Prepare for a base URL.

        Raises:
            ConfigurationError: The proxy or certificates cannot be used.

        """
        import asyncio  # noqa: PLC0415 - synchronous programs do without; importing it takes 15 ms

        self._running_loop = asyncio.get_running_loop
        self._origin = Origin(base_url, network)
        self._pid = os.getpid()
        self._generations: _ByLoop = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection.

        Raises:
            httpx.PoolTimeout: None came free in time.

        """
        generation = self._current()
        lease = generation.take() or await _wait_async(generation, _pool_timeout_s(request))
        if self._origin.is_secure:
            _watch(lease, request)
        try:
            response = await lease.pool.handle_async_request(request)
        except BaseException:
            lease.spoil()
            await _release_async(lease)
            raise
        if response.is_closed:  # as in `Pools`
            lease.give_back()
        else:
            response.stream = _AsyncBody(cast("httpx.AsyncByteStream", response.stream), lease)
        return response

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        for pool in tuple(self._current().pools):
            await pool.aclose()

    def _current(self) -> Generation[httpx.AsyncBaseTransport]:
        """Return the generation of this process and event loop."""
        if self._pid != os.getpid():
            _left_to_parent.append(self._generations)
            self._generations = WeakKeyDictionary()
            self._pid = os.getpid()
        try:
            loop: object = self._running_loop()
        except RuntimeError:
            loop = _OTHER_LOOP
        generation = self._generations.get(loop)
        if generation is None:
            generation = self._generations[loop] = Generation(self._origin.async_pool)
        return generation


class _Body(httpx.SyncByteStream):
    """A body that ends the lease of its connection when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, lease: Lease[httpx.BaseTransport]) -> None:
        self._stream = stream
        self._lease = lease

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except BaseException:
            self._lease.spoil()
            raise

    def close(self) -> None:
        try:
            self._stream.close()
        except BaseException:
            self._lease.spoil()
            raise
        finally:
            _release(self._lease)


class _AsyncBody(httpx.AsyncByteStream):
    """The same for tasks."""

    def __init__(
        self, stream: httpx.AsyncByteStream, lease: Lease[httpx.AsyncBaseTransport]
    ) -> None:
        self._stream = stream
        self._lease = lease

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except BaseException:
            self._lease.spoil()
            raise

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        except BaseException:
            self._lease.spoil()
            raise
        finally:
            await _release_async(self._lease)


def _release(lease: Lease[httpx.BaseTransport]) -> None:
    """End a lease; a spoilt pool is closed."""
    if lease.give_back():
        lease.pool.close()


async def _release_async(lease: Lease[httpx.AsyncBaseTransport]) -> None:
    """End a lease; a spoilt pool is closed, whatever is cancelled meanwhile."""
    if not lease.give_back():
        return
    import anyio  # noqa: PLC0415 - httpcore has loaded it by then

    with anyio.CancelScope(shield=True):
        try:
            await lease.pool.aclose()
        finally:
            for stream in lease.sockets:
                await stream.aclose()


def _watch(lease: Lease[httpx.AsyncBaseTransport], request: httpx.Request) -> None:
    """Keep the network streams that are opened for a request.

    httpcore forgets to close one whose TLS handshake is cancelled.
    """

    async def note(name: str, info: dict[str, Any]) -> None:
        if name.endswith(".connect_tcp.complete"):
            lease.sockets.append(info["return_value"])

    request.extensions["trace"] = note


def _wait(
    generation: Generation[httpx.BaseTransport], timeout_s: float | None
) -> Lease[httpx.BaseTransport]:
    """Wait for a connection.

    Raises:
        httpx.PoolTimeout: None came free in time.

    """
    ready = threading.Event()
    turn = generation.queue(ready.set)
    try:
        ready.wait(timeout_s)
    except BaseException:
        generation.leave(turn)
        raise
    return _served(generation, turn)


async def _wait_async(
    generation: Generation[httpx.AsyncBaseTransport], timeout_s: float | None
) -> Lease[httpx.AsyncBaseTransport]:
    """Wait for a connection.

    Raises:
        httpx.PoolTimeout: None came free in time.

    """
    import anyio  # noqa: PLC0415 - httpcore has loaded it by then

    ready = anyio.Event()
    turn = generation.queue(ready.set)
    try:
        with anyio.move_on_after(timeout_s):
            await ready.wait()
    except BaseException:
        generation.leave(turn)
        raise
    return _served(generation, turn)


def _served(generation: Generation[Pool], turn: Turn[Pool]) -> Lease[Pool]:
    """Return the lease that came, or leave the queue.

    Raises:
        httpx.PoolTimeout: None came.

    """
    if turn.lease is None:
        generation.leave(turn)
        raise httpx.PoolTimeout(f"all {POOLS} connections are busy")
    return turn.lease


def _pool_timeout_s(request: httpx.Request) -> float | None:
    """Return how long a request may wait for a connection, in seconds."""
    timeouts = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
    return timeouts.get("pool")


_ByLoop: TypeAlias = "WeakKeyDictionary[object, Generation[httpx.AsyncBaseTransport]]"


class _Loop:
    """Stands for an event loop that is not asyncio's."""


_OTHER_LOOP: Final = _Loop()

# Connections of a parent process: a child must not close them, so it keeps them out of reach.
_left_to_parent: Final[list[object]] = []
