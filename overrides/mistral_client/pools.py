"""Connections: a lazily grown set of small pools behind one transport.

httpx's pool looks through all its connections and waiting requests for every request, so one big
pool costs more per request the more it is used; many small ones do not. Pools are made when all
connections of the earlier ones are busy, up to `POOLS` of `POOL_SIZE` connections. They share one
TLS context, which is made only for https, when the first connection is needed.

A fork, and a new event loop for an asynchronous client, start a new generation of pools: the
connections of the old one belong to another process or loop and are neither used nor closed.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

POOLS: Final = 64
POOL_SIZE: Final = 4

# How long an unused connection is kept, in seconds.
KEEP_S: Final = 20.0

_Transport = TypeVar("_Transport")


class Generation(Generic[_Transport]):
    """The pools of one process (and one event loop), grown as they are needed.

    `free` holds one entry per free connection, the last used on top, so that few connections stay
    warm instead of many going cold. Its `pop` and `append` are atomic; only growing takes a lock.
    """

    __slots__ = ("_lock", "_make", "_next", "free", "transports")

    def __init__(self, make: Callable[[], _Transport]) -> None:
        self.free: deque[_Transport] = deque()
        self.transports: list[_Transport] = []
        self._make = make
        self._next = 0
        self._lock = threading.Lock()

    def take(self) -> tuple[_Transport, bool]:
        """Return a pool to use, and whether a connection of it was taken that must go back."""
        try:
            return self.free.pop(), True
        except IndexError:
            return self._grow()

    def _grow(self) -> tuple[_Transport, bool]:
        with self._lock:
            if len(self.transports) < POOLS:
                transport = self._make()
                self.transports.append(transport)
                self.free.extend([transport] * (POOL_SIZE - 1))
                return transport, True
            self._next = (self._next + 1) % POOLS
            return self.transports[self._next], False


class _Origin:
    """What all pools of a client share: the proxy for the base URL, and one TLS context."""

    def __init__(self, base_url: str) -> None:
        self.proxy = proxy_for(base_url)
        self._is_secure = base_url.startswith("https:") or str(self.proxy).startswith("https:")
        self._context: ssl.SSLContext | None = None

    @property
    def context(self) -> ssl.SSLContext:
        """The TLS context; for plain http an empty one that trusts nobody, which costs nothing."""
        if self._context is None:
            self._context = (
                httpx.create_ssl_context()
                if self._is_secure
                else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            )
        return self._context


def proxy_for(base_url: str) -> str | None:
    """Return the proxy that the environment names for a base URL, or None."""
    parts = urlsplit(base_url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


_LIMITS = httpx.Limits(
    max_connections=POOL_SIZE, max_keepalive_connections=POOL_SIZE, keepalive_expiry=KEEP_S
)


class _Lease(Generic[_Transport]):
    """A connection of some pool, taken until it is given back, once."""

    __slots__ = ("_free", "_transport")

    def __init__(self, free: deque[_Transport], transport: _Transport) -> None:
        self._free: deque[_Transport] | None = free
        self._transport = transport

    def give_back(self) -> None:
        """Mark the connection as free; doing so again does nothing."""
        free, self._free = self._free, None
        if free is not None:
            free.append(self._transport)


class _Body(httpx.SyncByteStream):
    """An answer's body that frees its connection when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, lease: _Lease[httpx.HTTPTransport]) -> None:
        self._stream = stream
        self._lease = lease

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._lease.give_back()


class _AsyncBody(httpx.AsyncByteStream):
    """The same for asynchronous clients."""

    def __init__(
        self, stream: httpx.AsyncByteStream, lease: _Lease[httpx.AsyncHTTPTransport]
    ) -> None:
        self._stream = stream
        self._lease = lease

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._lease.give_back()


class Pools(httpx.BaseTransport):
    """A transport over small pools, for threads."""

    def __init__(self, base_url: str) -> None:
        self._origin = _Origin(base_url)
        self._pid = 0
        self._generation = self._begin()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection of some pool."""
        generation = self._generation if self._pid == os.getpid() else self._begin()
        transport, is_taken = generation.take()
        if not is_taken:
            return transport.handle_request(request)
        lease = _Lease(generation.free, transport)
        try:
            response = transport.handle_request(request)
        except BaseException:
            lease.give_back()
            raise
        response.stream = _Body(cast("httpx.SyncByteStream", response.stream), lease)
        return response

    def close(self) -> None:
        """Close the connections of this process."""
        if self._pid == os.getpid():
            for transport in self._generation.transports:
                transport.close()

    def _begin(self) -> Generation[httpx.HTTPTransport]:
        """Start a generation for this process."""
        if self._pid:
            _left_to_parent.append(self._generation)
        origin = self._origin
        self._generation = Generation(
            lambda: httpx.HTTPTransport(verify=origin.context, limits=_LIMITS, proxy=origin.proxy)
        )
        self._pid = os.getpid()
        return self._generation


class AsyncPools(httpx.AsyncBaseTransport):
    """A transport over small pools, for tasks; each event loop has its own generation."""

    def __init__(self, base_url: str) -> None:
        import asyncio  # noqa: PLC0415 - synchronous programs do without; importing it takes 15 ms

        self._running_loop = asyncio.get_running_loop
        self._origin = _Origin(base_url)
        self._pid = os.getpid()
        self._generations: _ByLoop = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection of some pool."""
        generation = self._current()
        transport, is_taken = generation.take()
        if not is_taken:
            return await transport.handle_async_request(request)
        lease = _Lease(generation.free, transport)
        try:
            response = await transport.handle_async_request(request)
        except BaseException:
            lease.give_back()
            raise
        response.stream = _AsyncBody(cast("httpx.AsyncByteStream", response.stream), lease)
        return response

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        for transport in self._current().transports:
            await transport.aclose()

    def _current(self) -> Generation[httpx.AsyncHTTPTransport]:
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
            origin = self._origin
            generation = self._generations[loop] = Generation(
                lambda: httpx.AsyncHTTPTransport(
                    verify=origin.context, limits=_LIMITS, proxy=origin.proxy
                )
            )
        return generation


_ByLoop: TypeAlias = "WeakKeyDictionary[object, Generation[httpx.AsyncHTTPTransport]]"


class _Loop:
    """Stands for an event loop that is not asyncio's."""


_OTHER_LOOP = _Loop()

# Connections of a parent process: a child must not close them, so it keeps them out of reach.
_left_to_parent: list[object] = []
