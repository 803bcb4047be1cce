"""How a run reaches its server: headers for every request, certificates, proxies, a rate."""

from __future__ import annotations

import ssl
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

import httpx
from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@frozen
class Header:
    """A header of every request. `shown` is what reports say instead of the value.

    `secret` is the part of the value that no report may show, empty where there is none.
    """

    name: str
    value: str = field(repr=False)
    shown: str
    secret: str = field(default="", repr=False)


@frozen
class Connection:
    """What a gateway in front of a server may ask for.

    `certificates` is a file of certificate authorities in PEM form, empty for the usual ones;
    `checked` is whether certificates are checked at all. `rate` is the most requests in a second,
    0 for as many as the server takes.
    """

    headers: tuple[Header, ...] = ()
    certificates: str = ""
    checked: bool = True
    rate: float = 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no report may show."""
        return tuple(each.secret for each in self.headers if each.secret)

    def open(self, base_url: str, timeout_s: float) -> httpx.Client:
        """Return a client for the server. Proxies come from the environment, none for this machine.

        Raises:
            OSError: the file of certificates cannot be read, or holds none (`ssl.SSLError`).

        """
        here = httpx.URL(base_url).host in LOOPBACK
        return httpx.Client(
            timeout=timeout_s,
            trust_env=not here,
            verify=trust(self.certificates) if self.checked else False,
        )

    def headers_for(self, url: str, base_url: str) -> dict[str, str]:
        """Return a request's headers, none where it goes to another server, as signed URLs may."""
        one, other = httpx.URL(url), httpx.URL(base_url)
        if (one.scheme, one.netloc) != (other.scheme, other.netloc):
            return {}
        return {each.name: each.value for each in self.headers}


@cache
def trust(certificates: str = "") -> ssl.SSLContext:
    """Return the certificates to trust, read once: reading them takes longer than a request.

    Raises:
        OSError: as in `Connection.open`.

    """
    if certificates:
        return ssl.create_default_context(cafile=certificates)
    return httpx.create_ssl_context(trust_env=False)


@define
class Pace:
    """Spaces requests evenly, so that no more than `rate` begin in a second; 0 for no limit."""

    rate: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    _next: float = 0.0
    _lock: threading.Lock = field(factory=threading.Lock)

    def wait(self) -> None:
        """Wait for the turn of one more request."""
        if not self.rate:
            return
        with self._lock:
            now = self.now()
            turn = max(now, self._next)
            self._next = turn + 1 / self.rate
        if turn > now:
            self.sleep(turn - now)
