"""Keys never leave the process: every text that a report shows passes through `Redactor`."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"


class Redactor:
    """Replaces the given secrets, in every spelling that an answer may echo them in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {each for secret in secrets if secret for each in _spellings(secret)}
        self._spellings = sorted(spellings, key=lambda each: (-len(each), each))

    def text(self, text: str) -> str:
        """The text without the secrets."""
        for each in self._spellings:
            text = text.replace(each, REDACTED)
        return text

    def content(self, content: bytes) -> bytes:
        """The bytes without the secrets."""
        for each in self._spellings:
            content = content.replace(each.encode(), REDACTED.encode())
        return content


def _spellings(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield secret.encode().hex()
    for prefix in ("", "Bearer ", ":"):
        yield base64.b64encode((prefix + secret).encode()).decode().rstrip("=")
        yield base64.urlsafe_b64encode((prefix + secret).encode()).decode().rstrip("=")
