"""Which server a client talks to, and with which key.

The key comes from the argument or `MISTRAL_API_KEY`, the base URL from the argument or
`MISTRAL_BASE_URL`. Every check here happens before any request.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from mistral_client.checks import configuration_error

if TYPE_CHECKING:
    from mistral_client.keys import KeySource
    from mistral_client.settings import AsyncKey

DEFAULT_BASE_URL: Final = "https://api.mistral.ai"
KEY_VARIABLE: Final = "MISTRAL_API_KEY"
SERVERS: Final = {
    "default": DEFAULT_BASE_URL,
    "global": DEFAULT_BASE_URL,  # what the official SDK calls it
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}
BASE_URL_VARIABLE: Final = "MISTRAL_BASE_URL"


def read_api_key(given: AsyncKey | KeySource | None) -> str | KeySource:
    """Return the key to use, or what gives it.

    Raises:
        ConfigurationError: There is none, it is empty, or it cannot stand in a header.

    """
    if given is not None and not isinstance(given, str):
        from mistral_client.keys import KeySource  # noqa: PLC0415 - few clients have one

        if isinstance(given, KeySource):
            return given
        if callable(given):
            return KeySource(given)
    key = _given_or_set("API key", "api_key", given, KEY_VARIABLE)
    if key is None:
        raise configuration_error(
            f"No API key: pass api_key=... or set the environment variable {KEY_VARIABLE}."
        )
    return check_key(key)


def check_key(key: str) -> str:
    """Return a key.

    Raises:
        ConfigurationError: It cannot stand in a header.

    """
    if not (key.isascii() and key.isprintable()):
        raise configuration_error("The API key holds characters that cannot stand in a header.")
    if key[0] in "'\"" or key[-1] in "'\"":
        raise configuration_error("The API key is in quotes, which are sent too: remove them.")
    if key.lower().startswith("bearer "):
        raise configuration_error('The API key begins with "Bearer": give the key alone.')
    return key


def _given_or_set(words: str, argument: str, given: str | None, variable: str) -> str | None:
    """Return an argument or, without it, an environment variable; None when there is neither.

    Raises:
        ConfigurationError: It is left empty: whoever wrote it meant something.

    """
    text = os.environ.get(variable) if given is None else given
    if text is None:
        return None
    if not isinstance(text, str):
        raise configuration_error(f"{argument} must be text, not {_named(text)}.")
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


def _named(value: object) -> str:
    """Return what a value is in place of text, and what to write if it holds the text."""
    hint = ": pass what its get_secret_value() returns"
    return f"{type(value).__name__}{hint if hasattr(value, 'get_secret_value') else ''}"


def read_base_url(given: str | httpx.URL | None, server: str | None = None) -> str:
    """Return the base URL to use, without doubled or trailing slashes and without `/v1` at its end.

    Raises:
        ConfigurationError: It is empty, or not an http(s) URL with a host and nothing but a path;
            there is no server with that name; or both are given at once.

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
    scheme, _, rest = url.partition("://")
    rest = re.sub(r"//+", "/", rest)
    return f"{scheme}://{rest.rstrip('/').removesuffix('/v1')}"


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
