"""Large JSON: read faster where msgspec is installed (the extra `fast`), with the same results.

What msgspec refuses goes to the standard library, whose word counts: NaN, numbers beyond a float,
halves of characters, other encodings than UTF-8, and all that is no JSON. What msgspec takes it
reads alike, whole numbers of any length included, which other fast parsers turn into floats. Loaded
for large bodies only: importing msgspec takes as long as reading half a megabyte.
"""

from __future__ import annotations

import json
from typing import Any

try:
    from msgspec import MsgspecError
    from msgspec.json import decode
except ImportError:

    def loads(content: bytes, /) -> Any:
        """Return what `json.loads` returns for a body.

        Raises:
            ValueError: As `json.loads`.
            RecursionError: As `json.loads`.

        """
        return json.loads(content)

else:

    def loads(content: bytes, /) -> Any:
        """Return what `json.loads` returns for a body.

        Raises:
            ValueError: As `json.loads`.
            RecursionError: As `json.loads`.

        """
        try:
            return _decode(content)
        except (MsgspecError, ValueError, RecursionError):
            pass
        return json.loads(content)

    def _decode(content: bytes) -> Any:
        """Decode three calls deeper, as the standard library does: depth ends at the same place.

        So it is up to Python 3.11; later ones count calls in C apart.
        """
        return _decode_deeper(content)

    def _decode_deeper(content: bytes) -> Any:
        return _decode_deepest(content)

    def _decode_deepest(content: bytes) -> Any:
        return decode(content)
