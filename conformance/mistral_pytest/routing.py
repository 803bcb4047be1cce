"""Leads requests for the vendor's hosts to a mock, and lets nothing else reach them.

Clients built on httpx send as ever: their requests change direction below them, where httpx hands
them to a connection, with the mock's key. Whoever else looks up a host of the vendor is refused.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VENDOR = "mistral.ai"
FAMILY = ("httpx", "httpx2")
"""Both have the same transports; the official SDK is built on either, by its release."""
LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
DIRECT = "ConnectionPool"
"""httpcore's pools of connections that go through no proxy."""


class RefusedHostError(OSError):
    """Somebody wants to talk to the vendor's own server."""


def is_vendors(host: str | bytes | None) -> bool:
    """Say whether the host is the vendor's."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host or ""
    return f".{name.lower().rstrip('.')}".endswith(f".{VENDOR}")


@contextmanager
def routing(base_url: str, key: str = "mock-key", *, closed: bool = True) -> Iterator[None]:
    """Leads requests for the vendor's hosts to a mock for a block; not for two at once.

    `closed` lets nothing else look these hosts up; a mock that records from them has to.
    """
    with ExitStack() as stack:
        for name in LOOK_UPS if closed else ():
            stack.enter_context(replacing(socket, name, refusing))
        for library in find_libraries():
            direction = Direction(library, library.URL(base_url), key)
            stack.enter_context(replacing(library.HTTPTransport, "handle_request", direction.lead))
            stack.enter_context(
                replacing(library.AsyncHTTPTransport, "handle_async_request", direction.lead_async)
            )
        yield


@contextmanager
def replacing(
    place: Any,  # noqa: ANN401 - a module or a class
    name: str,
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Iterator[None]:
    """Put a wrapped function in the place of a function for a block."""
    kept = getattr(place, name)
    setattr(place, name, wrap(kept))
    try:
        yield
    finally:
        setattr(place, name, kept)


def find_libraries() -> list[Any]:
    """Return the libraries of the family of httpx that are installed."""
    return [import_module(name) for name in FAMILY if find_spec(name) is not None]


@frozen
class Direction:
    """Where requests for the vendor's hosts go."""

    library: Any
    target: Any
    """The mock's address, as a URL of the library."""
    key: str

    def lead(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """Return what takes the place of a function that sends a request."""

        def handle(transport: Any, request: Any) -> Any:  # noqa: ANN401 - of either library
            if not is_vendors(request.url.host):
                return send(transport, request)
            self.redirect(request)
            if is_direct(transport):
                return send(transport, request)
            with self.library.HTTPTransport(trust_env=False) as direct:  # no proxy knows the mock
                answer = send(direct, request)
                answer.read()
                return answer

        return handle

    def lead_async(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same for async clients."""

        async def handle(transport: Any, request: Any) -> Any:  # noqa: ANN401 - of either library
            if not is_vendors(request.url.host):
                return await send(transport, request)
            self.redirect(request)
            if is_direct(transport):
                return await send(transport, request)
            async with self.library.AsyncHTTPTransport(trust_env=False) as direct:
                answer = await send(direct, request)
                await answer.aread()
                return answer

        return handle

    def redirect(self, request: Any) -> None:  # noqa: ANN401 - of either library
        """Give a request another direction, and the mock's key: the real one stays here."""
        target = self.target
        request.url = request.url.copy_with(
            scheme=target.scheme, host=target.host, port=target.port
        )
        request.headers["host"] = target.netloc.decode("ascii")
        request.headers["authorization"] = f"Bearer {self.key}"
        request.extensions = {
            name: value for name, value in request.extensions.items() if name != "sni_hostname"
        }


def is_direct(transport: Any) -> bool:  # noqa: ANN401 - of either kind
    """Say whether the transport goes through no proxy."""
    return type(transport._pool).__name__.removeprefix("Async") == DIRECT  # noqa: SLF001 - httpx offers no other way to know


def refusing(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that looks up hosts, but none of the vendor's."""

    def refuse(host: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - socket's own
        if isinstance(host, str | bytes) and is_vendors(host):
            raise RefusedHostError(
                f"{host!r} is not to be reached in this test: only what httpx sends goes to the "
                "mock; give other clients the mock's address"
            )
        return look_up(host, *arguments, **options)

    return refuse
