"""Secrets kept out of whatever people read: error texts, logs, representations.

Owns which header and query names hold secrets and what stands in their place. Secrets that the
client knows (`secrets.py` collects them) are removed wherever they appear, in every spelling that
servers give them; those that it does not know are found by their name. A secret so short that it
is a word like any other is removed only where it stands as a value.

Every pattern begins with a character that none of its repeated parts takes, so that no part of a
text is looked at more than a few times: the time is linear in the length of any text.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

import attr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REDACTED: Final = "[redacted]"

_SECRET_HEADERS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
    }
)

# Lengths in characters: a secret that appears by chance nowhere; one of letters alone that is no
# everyday word; one that can be told from words and numbers at all.
_UNIQUE: Final = 16
_RARE: Final = 8
_SHORTEST: Final = 5

_VOWELS: Final = frozenset("aeiou")

# A query or JSON field whose name says that its value opens something: signed URL tokens, keys.
_TELLING_NAME: Final = (
    r"(?:[\w\-.]*(?:signature|token|secret|passw(?:or)?d|credential|api[_-]?key|access[_-]?key)"
    r"|sig|key|jwt)"
)
_QUERY_SECRET: Final = re.compile(rf"(?i)([?&;]{_TELLING_NAME}=)[^&#;\s\"'<>\\]+")
_FIELD_SECRET: Final = re.compile(
    r"(?i)([\"'](?:[\w-]*api[_-]?key|access[_-]?key|[\w-]*authorization|[\w-]*secret|password"
    r"|(?:access|refresh|bearer|id)[_-]?token)\\*[\"']\s*:\s*"
    r"\\*[\"'])[^\"'\\]+"
)
# Not the words that explain the scheme: "a bearer token is needed", `Bearer realm="api"`.
_BEARER: Final = re.compile(
    r"(?i)\b(bearer\s+)"
    r"(?!(?:auth\w*|credentials?|keys?|realm|scheme|tokens?)(?![\w~+/\-]|\.\w))"
    r"[A-Za-z0-9._~+/=\-]{4,}"
)
_USERINFO: Final = re.compile(r"(://)[^/\s\"'<>\\]*@")


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without `secrets`, bearer tokens, URL credentials and signed URL values."""
    return Redactor(secrets).text(text)


class Redactor:
    """Takes the secrets of one client, and those that their names betray, out of texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know some secrets; how they may be spelt is worked out when it is first needed."""
        self._secrets = tuple(secrets)

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        for spelling in self._spellings.anywhere:
            text = text.replace(spelling, REDACTED)
        if self._spellings.apart is not None:
            text = self._spellings.apart.sub(REDACTED, text)
        if "earer" in text.lower():
            text = _BEARER.sub(rf"\1{REDACTED}", text)
        if "://" in text:
            text = _USERINFO.sub(rf"\1{REDACTED}@", text)
        if "=" in text:
            text = _QUERY_SECRET.sub(rf"\1{REDACTED}", text)
        return _FIELD_SECRET.sub(rf"\1{REDACTED}", text)

    def beginning(self, content: bytes) -> bytes:
        """Return the beginning of a body without a known secret that was cut in two at its end."""
        for spelling in self._spellings.anywhere:
            secret = spelling.encode()
            for size in range(len(secret) - 1, _SHORTEST - 1, -1):
                if content.endswith(secret[:size]):
                    return content[:-size] + REDACTED.encode()
        return content

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with lower-case names, the values that hold secrets replaced."""
        return {
            name.lower(): REDACTED if name.lower() in _SECRET_HEADERS else self.text(value)
            for name, value in headers.items()
        }

    @cached_property
    def _spellings(self) -> _Spellings:
        known = {spelling for secret in self._secrets for spelling in _spellings_of(secret)}
        longest_first = sorted(known, key=lambda each: (-len(each), each))
        apart = [shape for each in longest_first if (shape := _shape(each))]
        return _Spellings(
            [each for each in longest_first if len(each) >= _UNIQUE],
            re.compile("|".join(apart)) if apart else None,
        )


@attr.frozen
class _Spellings:
    """Secrets as they may be written: those to remove anywhere, and those that stand apart."""

    anywhere: list[str]
    apart: re.Pattern[str] | None


def _spellings_of(secret: str) -> set[str]:
    """Return how a secret may be written: plainly, within a URL, within JSON of any dialect."""
    in_json = json.dumps(secret)[1:-1]
    in_urls = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    escaped = re.sub(r"[<>&'+=]", lambda mark: f"\\u{ord(mark[0]):04x}", in_json)
    in_json_texts = {in_json, in_json.replace("/", "\\/"), escaped, escaped.replace("+", "\\u002b")}
    lower = {re.sub("%..", lambda part: part[0].lower(), each) for each in in_urls}
    return {secret, *in_urls, *lower, *in_json_texts}


def _shape(spelling: str) -> str | None:
    """Return the pattern of a spelling that is removed where it stands apart, or None.

    Letters that can be spoken may be a word: short ones count only in quotes or behind `=`.
    """
    if not _SHORTEST <= len(spelling) < _UNIQUE:
        return None
    apart = rf"(?<![A-Za-z0-9]){re.escape(spelling)}(?![A-Za-z0-9])"
    if len(spelling) >= _RARE:
        return apart
    if spelling.isalpha() and not _VOWELS.isdisjoint(spelling.lower()):
        return rf"(?<=[\"'`=]){apart}(?=[\"'`&;,\s]|$)"
    return apart if any(mark.isalpha() for mark in spelling) else None
