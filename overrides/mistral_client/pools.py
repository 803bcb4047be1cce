"""Connections: a lazily grown set of small pools behind one transport.

One big connection pool looks through all its connections and waiting requests for every request,
so it costs more the more it is used; many small ones do not. The smallest are the cheapest: pools
of one connection, made when all earlier ones are busy, up to `POOLS`. What comes on top waits in
the queues of `SHARED_POOLS` pools of `SHARED_SIZE` connections. All share one TLS context, which
is made only for https, when the first connection is needed.

The pools are httpcore's, used directly, which costs less than httpx's transport around them. Only
a proxy that the environment names brings httpx's transport in.

A fork, and a new event loop for an asynchronous client, start a new generation of pools: the
connections of the old one belong to another process or loop and are neither used nor closed.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, NoReturn, TypeAlias, TypedDict, TypeVar, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import httpcore
import httpx

from mistral_client.options import configuration_error

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator

POOLS: Final = 256
SHARED_POOLS: Final = 16
SHARED_SIZE: Final = 4

_PROXY_KINDS: Final = ("http", "https", "socks5", "socks5h")

# How long an unused connection is kept, in seconds.
KEEP_S: Final = 20.0

_Pool = TypeVar("_Pool", bound=httpx.BaseTransport | httpx.AsyncBaseTransport)

# httpcore's failures and httpx's for the same.
_FAILURES: Final[dict[type[Exception], type[httpx.TransportError]]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}
_CAUGHT: Final = tuple(_FAILURES)


class Generation(Generic[_Pool]):
    """The pools of one process (and one event loop), grown as they are needed.

    `free` holds the pools whose connection is free, the last used on top, so that few connections
    stay warm instead of many going cold. Its `pop` and `append` are atomic; only growing takes a
    lock.
    """

    __slots__ = ("_lock", "_make", "_next", "free", "pools", "shared")

    def __init__(self, make: Callable[[int], _Pool]) -> None:
        """Begin without pools; `make` returns a pool of so many connections."""
        self.free: deque[_Pool] = deque()
        self.pools: list[_Pool] = []
        self.shared: list[_Pool] = []
        self._make = make
        self._next = 0
        self._lock = threading.Lock()

    def take(self) -> Lease[_Pool]:
        """Return a free connection, or a place in a queue when all are taken."""
        try:
            return Lease(self.free.pop(), self.free)
        except IndexError:
            return self._grow()

    def _grow(self) -> Lease[_Pool]:
        with self._lock:
            if len(self.pools) < POOLS:
                self.pools.append(self._make(1))
                return Lease(self.pools[-1], self.free)
            if len(self.shared) < SHARED_POOLS:
                self.shared.append(self._make(SHARED_SIZE))
            self._next = (self._next + 1) % len(self.shared)
            return Lease(self.shared[self._next], None)


class Lease(Generic[_Pool]):
    """A pool to send one request with; one of a single connection is given back, once."""

    __slots__ = ("_free", "pool")

    def __init__(self, pool: _Pool, free: deque[_Pool] | None) -> None:
        self.pool = pool
        self._free = free

    def give_back(self) -> None:
        """Mark the connection as free; doing so again does nothing."""
        free, self._free = self._free, None
        if free is not None:
            free.append(self.pool)


class Pools(httpx.BaseTransport):
    """A transport over small pools, for threads."""

    def __init__(self, base_url: str) -> None:
        self._origin = _Origin(base_url)
        self._pid = os.getpid()
        self._generation = Generation(self._origin.pool)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection of some pool."""
        lease = self._current().take()
        try:
            response = lease.pool.handle_request(request)
        except _CAUGHT as failure:
            lease.give_back()
            _fail(failure)
        except BaseException:
            lease.give_back()
            raise
        response.stream = _Body(cast("httpx.SyncByteStream", response.stream), lease)
        return response

    def close(self) -> None:
        """Close the connections of this process."""
        generation = self._current()
        for pool in (*generation.pools, *generation.shared):
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

    def __init__(self, base_url: str) -> None:
        import asyncio  # noqa: PLC0415 - synchronous programs do without; importing it takes 15 ms

        self._running_loop = asyncio.get_running_loop
        self._origin = _Origin(base_url)
        self._pid = os.getpid()
        self._generations: _ByLoop = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a free connection of some pool."""
        lease = self._current().take()
        try:
            response = await lease.pool.handle_async_request(request)
        except _CAUGHT as failure:
            lease.give_back()
            _fail(failure)
        except BaseException:
            lease.give_back()
            raise
        response.stream = _AsyncBody(cast("httpx.AsyncByteStream", response.stream), lease)
        return response

    async def aclose(self) -> None:
        """Close the connections of this process and event loop."""
        generation = self._current()
        for pool in (*generation.pools, *generation.shared):
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


class _Origin:
    """What all pools of a client share: the proxy for the base URL, and one TLS context."""

    def __init__(self, base_url: str) -> None:
        self._proxy = proxy_for(base_url)
        self._is_secure = base_url.startswith("https:")

    @cached_property
    def _context(self) -> ssl.SSLContext | None:
        return httpx.create_ssl_context() if self._is_secure else None

    def pool(self, size: int) -> httpx.BaseTransport:
        """Return a new pool of `size` connections, for threads."""
        if self._proxy is None:
            return _CorePool(httpcore.ConnectionPool(ssl_context=self._context, **_limits(size)))
        verify, limits = self._context or True, httpx.Limits(**_limits(size))
        return httpx.HTTPTransport(verify=verify, limits=limits, proxy=self._proxy)

    def async_pool(self, size: int) -> httpx.AsyncBaseTransport:
        """Return a new pool of `size` connections, for tasks."""
        if self._proxy is None:
            pool = httpcore.AsyncConnectionPool(ssl_context=self._context, **_limits(size))
            return _AsyncCorePool(pool)
        verify, limits = self._context or True, httpx.Limits(**_limits(size))
        return httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=self._proxy)


class _Limits(TypedDict):
    """The limits of a pool, as httpx and httpcore both name them."""

    max_connections: int
    max_keepalive_connections: int
    keepalive_expiry: float


def _limits(size: int) -> _Limits:
    return _Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=KEEP_S)


def proxy_for(base_url: str) -> str | None:
    """Return the proxy that the environment names for a base URL, or None.

    Raises ConfigurationError for a proxy of an unknown kind.
    """
    parts = urlsplit(base_url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    kind = urlsplit(proxy).scheme
    if kind not in _PROXY_KINDS:
        raise configuration_error(
            f"The environment names a proxy of the unknown kind {kind!r} for {parts.scheme}; "
            f"known are {', '.join(_PROXY_KINDS)}."
        )
    return proxy


class _CorePool(httpx.BaseTransport):
    """One pool of httpcore; its failures and bodies are still httpcore's."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(_core_request(request))
        return _response(answer)

    def close(self) -> None:
        self._pool.close()


class _AsyncCorePool(httpx.AsyncBaseTransport):
    """The same for tasks."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._pool.handle_async_request(_core_request(request))
        return _response(answer)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.SyncByteStream):
    """A body whose failures are httpx's, and which frees its connection when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, lease: Lease[httpx.BaseTransport]) -> None:
        self._stream = stream
        self._lease = lease

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _CAUGHT as failure:
            _fail(failure)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._lease.give_back()


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
        except _CAUGHT as failure:
            _fail(failure)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._lease.give_back()


def _core_request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=cast("httpx.SyncByteStream", request.stream),
        extensions=request.extensions,
    )


def _response(answer: httpcore.Response) -> httpx.Response:
    return httpx.Response(
        answer.status,
        headers=answer.headers,
        stream=cast("httpx.SyncByteStream", answer.stream),
        extensions=cast("dict[str, object]", answer.extensions),
    )


def _fail(failure: Exception) -> NoReturn:
    raise _FAILURES[type(failure)](str(failure)) from failure


_ByLoop: TypeAlias = "WeakKeyDictionary[object, Generation[httpx.AsyncBaseTransport]]"


class _Loop:
    """Stands for an event loop that is not asyncio's."""


_OTHER_LOOP: Final = _Loop()

# Connections of a parent process: a child must not close them, so it keeps them out of reach.
_left_to_parent: Final[list[object]] = []
