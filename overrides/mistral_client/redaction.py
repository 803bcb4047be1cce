"""Secrets kept out of whatever people read: error texts, logs, representations.

Owns which header and query names hold secrets and what stands in their place. A key that the
client knows is removed wherever it appears; keys that it does not know are found by their name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REDACTED = "[redacted]"

_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
    }
)

# A query or JSON field whose name says that its value opens something: signed URL tokens, keys.
_TELLING_NAME = (
    r"(?:[\w\-.]*(?:signature|token|secret|passw(?:or)?d|credential|api[_-]?key|access[_-]?key)"
    r"|sig|key|jwt)"
)
_QUERY_SECRET = re.compile(rf"(?i)([?&;]{_TELLING_NAME}=)[^&#;\s\"'<>\\]+")
_FIELD_SECRET = re.compile(
    r"(?i)([\"'](?:api[_-]?key|access[_-]?key|authorization|[\w-]*secret|password)[\"']\s*:\s*[\"'])"
    r"[^\"']+"
)
_BEARER = re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=\-]{4,}")
_USERINFO = re.compile(r"(?i)([a-z][a-z0-9+.\-]*://)[^/@\s]+@")


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without `secrets`, bearer tokens, URL credentials and signed URL values."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    if "earer" in text.lower():
        text = _BEARER.sub(rf"\1{REDACTED}", text)
    if "://" in text:
        text = _USERINFO.sub(rf"\1{REDACTED}@", text)
    if "=" in text:
        text = _QUERY_SECRET.sub(rf"\1{REDACTED}", text)
    return _FIELD_SECRET.sub(rf"\1{REDACTED}", text)


def redact_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers with lower-case names, the values that hold secrets replaced."""
    known = tuple(secrets)
    return {
        name.lower(): REDACTED if name.lower() in _SECRET_HEADERS else redact_text(value, known)
        for name, value in headers.items()
    }
