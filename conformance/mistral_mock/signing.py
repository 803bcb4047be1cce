"""Signed URLs: the mock serves them itself, without a key, until they expire."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode

from mistral_mock.errors import forbidden

if TYPE_CHECKING:
    from mistral_mock.clock import Clock

PREFIX = "/_signed/"


class Signer:
    """Makes and checks signed URLs; the secret follows from the seed."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._secret = sha256(f"mistral-mock signature {seed}".encode()).digest()
        self._clock = clock

    def digest(self, text: str) -> str:
        """Return the signature of a text, in hex; tokens of all kinds may use it."""
        return hmac.new(self._secret, text.encode(), sha256).hexdigest()[:32]

    def matches(self, text: str, signature: str) -> bool:
        """Say whether the signature is the text's own."""
        return hmac.compare_digest(self.digest(text).encode(), signature.encode())

    def sign(self, kind: str, key: str, lifetime_s: float) -> str:
        """Return the path and query of a URL for an object, good for so many seconds."""
        expires = f"{self._clock.now().timestamp() + lifetime_s:.6f}"
        query = {"expires": expires, "signature": self.digest(f"{kind}/{key}/{expires}")}
        return f"{PREFIX}{quote(kind, safe='')}/{quote(key, safe='')}?{urlencode(query)}"

    def read(self, path: str, query: str) -> tuple[str, str]:
        """Return the kind and id that a signed URL stands for.

        Raises:
            APIError: 403, the signature is wrong or its time is over.

        """
        kind, _, key = path.removeprefix(PREFIX).partition("/")
        kind, key = unquote(kind), unquote(key)
        values = dict(parse_qsl(query))
        expires = values.get("expires", "")
        if not self.matches(f"{kind}/{key}/{expires}", values.get("signature", "")):
            raise forbidden("The signature does not match")
        if self._clock.now().timestamp() >= float(expires):
            raise forbidden("The signed URL has expired")
        return kind, key
