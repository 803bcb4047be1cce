"""The server that is recorded: which ones may be, and how a request gets there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ssl import SSLContext

VENDOR = "mistral.ai"
CONNECT_S = 10.0
KEPT_S = 5.0
"""How long an idle connection is kept; the server may drop it after that."""
SCOPE = b"mistral-mock-scope"
"""The header by which a request says what it is recorded with."""
ABOUT_CONNECTION = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade"),
        *(b"transfer-encoding", b"proxy-authenticate", b"proxy-authorization"),
    }
)
"""Headers that go no further than the next server."""
NOT_PASSED = ABOUT_CONNECTION | {b"host", b"expect", b"accept-encoding", b"content-length", SCOPE}
GATHERED = 64 * 1024
"""Bytes that are sent at once rather than as they come."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@frozen
class Upstream:
    """A server's address: `origin` without its path, and the path before all others."""

    origin: str
    prefix: str = ""


def parse_upstream(text: str, *, live: bool) -> Upstream:
    """Return the server that an address names.

    Raises:
        ValueError: It is not an address, or it is the vendor's own and `live` is false.

    """
    url = urlsplit(text)
    host = (url.hostname or "").rstrip(".").lower()
    if url.scheme not in {"http", "https"} or not host or url.query or url.fragment:
        raise ValueError(
            f"{url.scheme or 'it'} is not the address of a server: write http://HOST:PORT"
        )
    if "@" in url.netloc:
        raise ValueError("the address of a server has no user and no password in it")
    if is_vendors(host) and not live:
        raise ValueError(
            f"{host} is the vendor's own server: calls cost money and change real data; "
            "say --yes-live if you mean it"
        )
    prefix = url.path.rstrip("/").removesuffix("/v1")
    return Upstream(f"{url.scheme}://{url.netloc}", prefix)


def is_vendors(host: str) -> bool:
    """Say whether the host is the vendor's."""
    return f".{host}".endswith(f".{VENDOR}")


class GatheringStream(httpcore.AsyncNetworkStream):
    """A connection that sends head and body of a small request at once: nobody waits between."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._waiting = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """Return what comes, once all has gone that was written.

        Raises:
            httpcore.ReadError, httpcore.ReadTimeout: Nothing comes.

        """
        with suppress(httpcore.WriteError):  # who does not read all may have answered
            await self._flush(timeout)
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Keep what is small until something is to be read.

        Raises:
            httpcore.WriteError, httpcore.WriteTimeout: It cannot be sent.

        """
        self._waiting += buffer
        if len(self._waiting) > GATHERED:
            await self._flush(timeout)

    async def _flush(self, timeout: float | None) -> None:  # noqa: ASYNC109 - httpcore's
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            await self._stream.write(waiting, timeout)

    async def aclose(self) -> None:
        """End the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Return the connection, encrypted from now on."""
        found = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return GatheringStream(found)

    def get_extra_info(self, info: str) -> object:
        """Return what the connection itself says."""
        return self._stream.get_extra_info(info)


class GatheringBackend(httpcore.AsyncNetworkBackend):
    """Opens connections that gather what is written."""

    def __init__(self) -> None:
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401 - httpcore's own
        """Return a connection to a server."""
        return GatheringStream(await self._backend.connect_tcp(*args, **options))


class Sender:
    """Sends requests to the server, as they are, over connections that it keeps.

    It stands on httpcore: what a test puts in the place of httpx's transports is not for it.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self._url = httpcore.URL(upstream.origin)
        self._host = urlsplit(upstream.origin).netloc.encode()
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def send(
        self, method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], content: bytes
    ) -> httpcore.Response:
        """Return the head of the answer; its body is still to come. `target` is path and query.

        Raises:
            httpcore.ConnectError, httpcore.ConnectTimeout: The server cannot be reached.
            httpcore.NetworkError, httpcore.RemoteProtocolError: It hangs up before it answers.

        """
        pool = self._pool = self._pool or make_pool(self.upstream.origin)
        passed = [pair for pair in headers if pair[0].lower() not in NOT_PASSED]
        if content or method in WITH_BODY:
            passed.append((b"content-length", str(len(content)).encode()))
        return await pool.handle_async_request(
            httpcore.Request(
                method,
                httpcore.URL(
                    scheme=self._url.scheme,
                    host=self._url.host,
                    port=self._url.port,
                    target=self.upstream.prefix.encode() + target,
                ),
                headers=[(b"host", self._host), *passed, (b"accept-encoding", b"identity")],
                content=content,
                extensions={"timeout": {"connect": CONNECT_S}},
            )
        )

    async def close(self) -> None:
        """End all connections."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None


def make_pool(origin: str) -> httpcore.AsyncConnectionPool:
    """Return connections to a server, through the proxy that the environment names, if any."""
    url = urlsplit(origin)
    proxy = None if proxy_bypass(url.hostname or "") else getproxies().get(url.scheme)
    return httpcore.AsyncConnectionPool(
        max_keepalive_connections=64,
        keepalive_expiry=KEPT_S,
        network_backend=GatheringBackend(),
        proxy=None if proxy is None else make_proxy(proxy),
    )


def make_proxy(address: str) -> httpcore.Proxy:
    """Return a proxy, which may ask for a user and a password."""
    url = urlsplit(address)
    user = (unquote(url.username), unquote(url.password or "")) if url.username else None
    return httpcore.Proxy(f"{url.scheme}://{url.netloc.rpartition('@')[2]}", auth=user)
