"""What a client is set up with, and the options of one call.

The key comes from the argument or `MISTRAL_API_KEY`, the base URL from the argument or
`MISTRAL_BASE_URL`. Every check here happens before any request.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

import attr
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from mistral_client.deadlines import Deadline
    from mistral_client.errors import ConfigurationError
    from mistral_client.rate_limits import RateLimit
    from mistral_client.retries import Retries
    from mistral_generated.types import CallOptions

__version__: Final = "0.1.0"

DEFAULT_BASE_URL: Final = "https://api.mistral.ai"
KEY_VARIABLE: Final = "MISTRAL_API_KEY"
SERVERS: Final = {
    "default": DEFAULT_BASE_URL,
    "global": DEFAULT_BASE_URL,  # what the official SDK calls it
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}
BASE_URL_VARIABLE: Final = "MISTRAL_BASE_URL"

# How long the server may stay silent, in seconds: before an answer, and between two events.
DEFAULT_TIMEOUT_S: Final = 120.0
DEFAULT_STREAM_TIMEOUT_S: Final = 60.0
DEFAULT_CONNECT_TIMEOUT_S: Final = 10.0

# How much of one answer may be in memory, in bytes: as much as the largest file that the API keeps.
DEFAULT_MAX_ANSWER_BYTES: Final = 512 * 1024 * 1024

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")

# Headers that describe the body: a wrong one would break the connection for others.
_OUR_HEADERS = frozenset({"content-length", "transfer-encoding"})

# More seconds than any clock of an operating system takes; three years.
_LONGEST_S = 1e8


async def _sleep_async(delay_s: float) -> None:
    """Wait under asyncio or trio."""
    import anyio  # noqa: PLC0415 - only waiting async clients need it; importing it takes 10 ms

    await anyio.sleep(delay_s)


@attr.frozen(kw_only=True)
class Timing:
    """Where time and chance come from; tests pass their own.

    `monotonic` and `now` give seconds (`now` since 1970), `sleep` and `sleep_async` take seconds,
    `draw` gives a random number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = _sleep_async
    draw: Callable[[], float] = random.random


@attr.frozen(kw_only=True)
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

        Raises TypeError or ValueError for what is no time.
        """
        changes: dict[str, float | None] = {}
        if "timeout" in options:
            timeout_s = check_timeout("timeout", options["timeout"])
            changes = dict.fromkeys(("read", "write", "pool", "ceiling"), timeout_s)
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


@attr.frozen(kw_only=True)
class Network:
    """How connections are made, where the environment does not decide.

    `verify` is True, False for no check of certificates, the path of a file or folder of trusted
    ones, or a TLS context. `cert` is the client's own certificate: a path, or paths of certificate
    and key, and the key's password. `proxy` is the URL of a proxy.
    """

    verify: bool | str | ssl.SSLContext = True
    cert: str | tuple[str, str] | tuple[str, str, str] | None = attr.field(default=None, repr=False)
    proxy: str | None = attr.field(default=None, repr=False)


@attr.frozen(kw_only=True)
class Settings:
    """Everything that a client is set up with, checked.

    `base_url` has no trailing slash and no version.
    """

    api_key: str = attr.field(repr=False)
    base_url: str
    timeouts: Timeouts = attr.field(factory=Timeouts)
    retries: Retries | int = 3
    strict: bool = False
    network: Network = attr.field(factory=Network)
    headers: Mapping[str, str] = attr.field(factory=dict[str, str], repr=False)
    max_answer_bytes: int | None = DEFAULT_MAX_ANSWER_BYTES
    rate_limit: RateLimit | None = None


@attr.frozen
class Options:
    """The options of one call, checked, with the client's defaults filled in."""

    timeouts: Timeouts
    retries: Retries | int
    headers: Mapping[str, str] = attr.field(repr=False)
    resumes: int = 0
    max_answer_bytes: int | None = DEFAULT_MAX_ANSWER_BYTES
    deadline: Deadline | None = None
    extra_body: Mapping[str, object] | None = attr.field(default=None, repr=False)
    extra_query: Mapping[str, object] | None = attr.field(default=None, repr=False)


def read_api_key(given: str | None) -> str:
    """Return the key to use.

    Raises ConfigurationError when there is none, when it is empty, or when it cannot stand in a
    header.
    """
    key = _given_or_set("API key", "api_key", given, KEY_VARIABLE)
    if key is None:
        raise configuration_error(
            f"No API key: pass api_key=... or set the environment variable {KEY_VARIABLE}."
        )
    if not (key.isascii() and key.isprintable()):
        raise configuration_error("The API key holds characters that cannot stand in a header.")
    return key


def _given_or_set(words: str, argument: str, given: str | None, variable: str) -> str | None:
    """Return an argument or, without it, an environment variable; None when there is neither.

    Raises ConfigurationError for one that is left empty: whoever wrote it meant something.
    """
    text = os.environ.get(variable) if given is None else given
    if text is None:
        return None
    if not isinstance(text, str):
        raise configuration_error(f"{argument} must be text, not {type(text).__name__}.")
    if text.strip():
        return text.strip()
    if given is None:
        raise configuration_error(
            f"The {words} is empty: set the environment variable {variable} to a value, or unset "
            "it."
        )
    raise configuration_error(
        f"The {words} is empty: pass a value as {argument}=..., or leave it out to use the "
        f"environment variable {variable}."
    )


def read_base_url(given: str | httpx.URL | None, server: str | None = None) -> str:
    """Return the base URL to use, without trailing slashes and without a trailing `/v1`.

    Raises ConfigurationError when it is empty or not an http(s) URL with a host and nothing but a
    path, for the name of a server that does not exist, and for both at once.
    """
    if server is not None:
        if given is not None:
            raise configuration_error("Pass server=... or base_url=..., not both.")
        if server not in SERVERS:
            known = ", ".join(SERVERS)
            raise configuration_error(f"There is no server {server!r}; there are {known}.")
        return SERVERS[server]
    text = str(given) if isinstance(given, httpx.URL) else given
    url = _given_or_set("base URL", "base_url", text, BASE_URL_VARIABLE) or DEFAULT_BASE_URL
    parts = _split(url)
    if parts is None or parts[0] not in {"http", "https"} or not parts[1]:
        raise configuration_error(
            f"Not a base URL: {_shown(url)!r}. Expected something like {DEFAULT_BASE_URL}."
        )
    if "@" in parts[1]:
        raise configuration_error("The base URL must not hold credentials; pass api_key=...")
    if "?" in url or "#" in url or any(mark.isspace() for mark in url):
        raise configuration_error(
            f"The base URL must end with its path, without ? or #: {_shown(url)!r}."
        )
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def _shown(url: str) -> str:
    """Return a URL without the secrets that it may hold, for a message."""
    from mistral_client.redaction import REDACTED, redact_text  # noqa: PLC0415 - for errors only

    credentials, at, rest = url.rpartition("@")
    scheme, separator, _ = credentials.rpartition("://")
    return redact_text(f"{scheme}{separator}{REDACTED}@{rest}" if at else url)


def _split(url: str) -> tuple[str, str] | None:
    """Return scheme and host of a URL, or None when it is no URL that can be connected to."""
    try:
        parts = urlsplit(url)
        if parts.port == 0:
            return None
        host = httpx.URL(url).host
        host.encode("idna")
    except (ValueError, httpx.InvalidURL):
        return None
    return parts.scheme, parts.netloc if host else ""


def check_timeout(name: str, value: object) -> float | None:
    """Return a time in seconds.

    Raises TypeError unless it is a number or None, ValueError unless it is above 0 and finite.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds or None, not {value!r}")
    if not 0 < value <= _LONGEST_S:
        raise ValueError(f"{name} must be above 0 and at most 1e8 seconds, or None for no limit")
    return float(value)


def check_max_answer_bytes(value: object) -> int | None:
    """Return a size in bytes, or None for no limit.

    Raises TypeError unless it is a whole number or None, ValueError unless it is above 0.
    """
    if value is None:
        return None
    if type(value) is not int:
        raise TypeError(f"max_answer_bytes must be a whole number or None, not {value!r}")
    if value <= 0:
        raise ValueError(f"max_answer_bytes must be above 0, or None for no limit, not {value!r}")
    return value


def check_headers(value: Mapping[str, str] | None) -> dict[str, str]:
    """Return extra headers as a dict.

    Raises TypeError or ValueError for what cannot be a header; values are not repeated in them.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"headers must map text to text, not be a {type(value).__name__}")
    headers = dict(value)
    for name, text in headers.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError(f"headers must map text to text; look at {_named(name)}")
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(text):
            raise ValueError(f"header {name!r} holds characters that a header cannot hold")
        if name.lower() in _OUR_HEADERS:
            raise ValueError(f"header {name!r} follows from the body and cannot be set")
    return headers


def _named(name: object) -> str:
    """Return the name of a header for a message; what is no name may be a secret."""
    return repr(name) if isinstance(name, str) else f"a name of type {type(name).__name__}"


def check_strict(value: object) -> bool:
    """Return whether to read strictly. Raises TypeError unless it is True or False."""
    if isinstance(value, bool):
        return value
    raise TypeError(f"strict must be True or False, not {value!r}")


_KNOWN_OPTIONS = frozenset(
    {
        "deadline",
        "extra_body",
        "extra_query",
        "headers",
        "max_answer_bytes",
        "resumes",
        "retries",
        "timeout",
    }
)


# What other clients of this API call things, and what they are here.
_OURS: Final = {
    "async_client": "AsyncMistral(http_client=...)",
    "client": "http_client=...",
    "extra_headers": "headers=...",
    "http_headers": "headers=...",
    "max_retries": "retries=...",
    "retry_config": "retries=Retries(...)",
    "server_url": "base_url=...",
    "timeout_ms": "timeout=..., in seconds",
}


def ours_for(name: str) -> str:
    """Return the rest of a message about an unknown argument: our name for it, if it has one."""
    return f"; here it is {_OURS[name]}" if name in _OURS else ""


def read_options(
    settings: Settings,
    operation: str,
    options: CallOptions,
    now: Callable[[], float] = time.monotonic,
) -> Options:
    """Return the options of one call, which starts now.

    Raises TypeError for an unknown option or a value of the wrong type, ValueError for a bad one.
    """
    for name in options:
        if name not in _KNOWN_OPTIONS:
            raise TypeError(
                f"{operation}() got an unexpected keyword argument {name!r}{ours_for(name)}"
            )
    given = cast("dict[str, object]", options)
    return Options(
        timeouts=settings.timeouts.changed(given),
        retries=_read_retries(settings.retries, options.get("retries")),
        headers=check_headers(options.get("headers")),
        resumes=_read_resumes(options.get("resumes", 0)),
        max_answer_bytes=check_max_answer_bytes(
            options.get("max_answer_bytes", settings.max_answer_bytes)
        ),
        deadline=_read_deadline(options.get("deadline"), now),
        extra_body=_read_extra("extra_body", options.get("extra_body")),
        extra_query=_read_extra("extra_query", options.get("extra_query")),
    )


def _read_deadline(value: object, now: Callable[[], float]) -> Deadline | None:
    limit_s = check_timeout("deadline", value)
    if limit_s is None:
        return None
    from mistral_client.deadlines import Deadline  # noqa: PLC0415 - hardly any call has one

    return Deadline.of(limit_s, now)


def _read_extra(name: str, value: object) -> Mapping[str, object] | None:
    """Return fields beyond the document. Raises TypeError unless their names are text."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name} must map names to values, not be a {type(value).__name__}")
    return cast("Mapping[str, object]", value)


def _read_resumes(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"resumes must be a whole number, not {value!r}")
    if value < 0:
        raise ValueError(f"resumes must not be negative, not {value!r}")
    return value


def check_retries(value: Retries | int) -> Retries | int:
    """Return a policy or a count for the default policy.

    Raises TypeError for anything else, ValueError for a negative count.
    """
    if type(value) is int and value >= 0:
        return value
    from mistral_client.retries import Retries  # noqa: PLC0415 - a plain count does without

    return Retries.of(value)


def _read_retries(default: Retries | int, given: Retries | int | None) -> Retries | int:
    """Return the policy of one call: a number changes only the count of the client's policy."""
    if given is None:
        return default
    checked = check_retries(given)
    if isinstance(checked, int) and not isinstance(default, int):
        return attr.evolve(default, count=checked)
    return checked


def configuration_error(message: str) -> ConfigurationError:
    """Return the error for a client that is set up wrongly."""
    from mistral_client.errors import ConfigurationError  # noqa: PLC0415 - for errors only

    return ConfigurationError(message)
