"""What a client is set up with: times, the network, where time and chance come from."""

from __future__ import annotations

import os
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import attr
import httpx

from mistral_client.checks import check_timeout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_client.keys import KeySource
    from mistral_client.rate_limits import RateLimit
    from mistral_client.retries import Retries

__version__: Final = "0.1.0"

# How long the server may stay silent, in seconds: before an answer, and between two events.
DEFAULT_TIMEOUT_S: Final = 120.0
DEFAULT_STREAM_TIMEOUT_S: Final = 60.0
DEFAULT_CONNECT_TIMEOUT_S: Final = 10.0

# How much of one answer may be in memory, in bytes: as much as the largest file that the API keeps.
DEFAULT_MAX_ANSWER_BYTES: Final = 512 * 1024 * 1024


Key: TypeAlias = str | Callable[[], str]
"""An API key, or a function that gives one."""

AsyncKey: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""The same for an asynchronous client, which awaits what the function gives."""


Verify: TypeAlias = bool | str | os.PathLike[str] | ssl.SSLContext
"""Which certificates to trust; `Network` explains it."""

Cert: TypeAlias = str | os.PathLike[str] | tuple[str, str] | tuple[str, str, str]
"""The client's own certificate; `Network` explains it."""


async def _sleep_async(delay_s: float) -> None:
    """Wait under asyncio or trio."""
    import anyio  # noqa: PLC0415 - only waiting async clients need it; importing it takes 10 ms

    await anyio.sleep(delay_s)


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Timing:
    """Where time and chance come from; tests pass their own.

    `monotonic` and `now` give seconds (`now` since 1970), `sleep` and `sleep_async` take seconds,
    `jitter` gives a random number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = _sleep_async
    jitter: Callable[[], float] = random.random


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Timeouts:
    """How long to wait, in seconds, for what; None waits for ever.

    `silence` is between two events of a stream, `pool` is for a free connection. `ceiling` bounds
    `connect` too: a call that may take two seconds does not wait ten for its connection.
    """

    connect: float | None = DEFAULT_CONNECT_TIMEOUT_S
    read: float | None = DEFAULT_TIMEOUT_S
    write: float | None = DEFAULT_TIMEOUT_S
    pool: float | None = DEFAULT_TIMEOUT_S
    silence: float | None = DEFAULT_STREAM_TIMEOUT_S
    ceiling: float | None = DEFAULT_TIMEOUT_S

    def changed(self, options: Mapping[str, object]) -> Timeouts:
        """Return these with those that options name: `timeout` and its more special relatives.

        Raises:
            TypeError: One is neither a number nor None.
            ValueError: One is a number, but no time.

        """
        changes: dict[str, float | None] = {}
        if "timeout" in options:
            changes = _changes(options["timeout"])
        for option, name in (("connect_timeout", "connect"), ("stream_timeout", "silence")):
            if option in options:
                changes[name] = check_timeout(option, options[option])
        return attr.evolve(self, **changes) if changes else self

    def as_httpx(self) -> dict[str, float | None]:
        """Return a new dict with the times under httpx's names."""
        times = [time_s for time_s in (self.connect, self.ceiling) if time_s is not None]
        connect_s = None if self.connect is None else min(times)
        return {"connect": connect_s, "read": self.read, "write": self.write, "pool": self.pool}

    def within(self, left_s: float) -> Timeouts:
        """Return these, none of them longer than what is left of a deadline, in seconds."""
        bound = {
            name: left_s if time_s is None else min(time_s, left_s)
            for name, time_s in attr.asdict(self).items()
        }
        return attr.evolve(self, **bound)


def _changes(timeout: object) -> dict[str, float | None]:
    """Return what a `timeout` sets: a number all but `connect`, which it only bounds."""
    if isinstance(timeout, httpx.Timeout):
        times = {
            name: check_timeout(f"timeout.{name}", time_s)
            for name, time_s in timeout.as_dict().items()
        }
        return {**times, "ceiling": None}
    timeout_s = check_timeout("timeout", timeout)
    return dict.fromkeys(("read", "write", "pool", "ceiling"), timeout_s)


@attr.frozen(kw_only=True, slots=False, repr=False)
class Network:
    """How connections are made, where the environment does not decide.

    `verify` is True, False for no check of certificates, the path of a file or folder of trusted
    ones, or a TLS context. `cert` is the client's own certificate: a path, or paths of certificate
    and key, and the key's password. `proxy` is the URL of a proxy.
    """

    verify: Verify = True
    cert: Cert | None = attr.field(default=None, repr=False)
    proxy: str | None = attr.field(default=None, repr=False)


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Settings:
    """Everything that a client is set up with, checked.

    `base_url` has no trailing slash and no version.
    """

    api_key: str | KeySource = attr.field(repr=False)
    base_url: str
    timeouts: Timeouts = attr.field(factory=Timeouts)
    retries: Retries | int = 3
    strict: bool = False
    network: Network = attr.field(factory=Network)
    headers: Mapping[str, str] = attr.field(factory=dict[str, str], repr=False)
    max_answer_bytes: int | None = DEFAULT_MAX_ANSWER_BYTES
    rate_limit: RateLimit | None = None
