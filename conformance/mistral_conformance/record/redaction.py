"""Keys never leave the process: every text that a report shows passes through `Redactor`."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"
SURE = 8
"""From this length on a secret is no part of another word."""


class Redactor:
    """Replaces the given secrets, in every spelling that an answer may echo them in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {each for secret in secrets if secret for each in _spellings(secret)}
        longest_first = sorted(spellings, key=lambda each: (-len(each), each))
        self._pattern = "|".join(_pattern(each) for each in longest_first)

    def text(self, text: str) -> str:
        """Return the text without the secrets."""
        return re.sub(self._pattern, REDACTED, text) if self._pattern else text

    def content(self, content: bytes) -> bytes:
        """Return the bytes without the secrets."""
        pattern = self._pattern.encode()
        return re.sub(pattern, REDACTED.encode(), content) if pattern else content


def _pattern(spelling: str) -> str:
    """Return the spelling as a pattern; a short one is looked for as a word of its own.

    A key such as `col` would otherwise be found inside words that have nothing to do with it.
    """
    quoted = re.escape(spelling)
    return quoted if len(spelling) >= SURE else rf"(?<![A-Za-z0-9]){quoted}(?![A-Za-z0-9])"


def _spellings(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield secret.encode().hex()
    for prefix in ("", "Bearer ", ":"):
        yield base64.b64encode((prefix + secret).encode()).decode().rstrip("=")
        yield base64.urlsafe_b64encode((prefix + secret).encode()).decode().rstrip("=")
