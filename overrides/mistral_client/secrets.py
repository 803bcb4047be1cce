"""The secrets that a client knows: its key, the values of its headers, passwords of proxies."""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from mistral_client.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_client.settings import Settings

# Headers whose values everybody may read; the values of all others may open something.
_OPEN_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-encoding",
        "content-language",
        "content-type",
        "date",
        "expect",
        "host",
        "last-event-id",
        "mistral-correlation-id",
        "origin",
        "pragma",
        "prefer",
        "request-id",
        "te",
        "traceparent",
        "user-agent",
        "x-correlation-id",
        "x-request-id",
    }
)


def redactor_for(settings: Settings, *headers: Mapping[str, str] | None) -> Redactor:
    """Return what redacts the secrets of a client; `headers` are those beside its own.

    The proxies are those that the environment names now.
    """
    key = settings.api_key
    found = [key] if isinstance(key, str) else [*key.given]
    found += _in_proxies(os.environ, settings.network.proxy)
    for each in (settings.headers, *headers):
        for name, value in (each or {}).items():
            found += _in_header(name.lower(), value)
    return Redactor(found)


def _in_header(name: str, value: str) -> Iterator[str]:
    """Yield the secrets of a header: the whole value, and the part that is secret by itself."""
    if name in _OPEN_HEADERS:
        return
    yield value.strip()
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() in {"basic", "bearer", "token", "apikey"}:
        yield token.strip()
    if scheme.lower() == "basic":
        yield from _in_userinfo(_decoded(token))
    if name == "cookie":
        for pair in value.split(";"):
            yield pair.partition("=")[2].strip()


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token.strip()).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _in_proxies(environment: Mapping[str, str], given: str | None) -> Iterator[str]:
    """Yield the credentials of the proxies that are named, as all who use them spell them."""
    named = [value for name, value in environment.items() if name.lower().endswith("_proxy")]
    for value in [*named, given or ""]:
        if "@" in value:
            userinfo = value.rpartition("://")[2].rpartition("@")[0]
            yield f"{userinfo}@"
            yield from _in_userinfo(userinfo)
            yield base64.b64encode(unquote(userinfo).encode()).decode()


def _in_userinfo(userinfo: str) -> Iterator[str]:
    """Yield the password of `user:password`, also without its percent encoding."""
    password = userinfo.partition(":")[2]
    yield password
    yield unquote(password)
