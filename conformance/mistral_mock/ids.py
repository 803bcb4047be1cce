"""Identifiers from a seed: the same seed and the same calls give the same ids."""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime


class Ids:
    """A source of ids; `drawn` is how many it gave, so that a later run can go on after them."""

    def __init__(self, seed: int, drawn: int = 0) -> None:
        self._seed = seed.to_bytes(16, "big", signed=True)
        self.drawn = drawn
        self._lock = threading.Lock()
        self._requests = 0

    def _digest(self, purpose: bytes, count: int) -> bytes:
        return blake2b(
            self._seed + count.to_bytes(8, "big"), digest_size=16, person=purpose
        ).digest()

    def _draw(self) -> tuple[int, bytes]:
        """The number of a new id, and its bytes; any thread may draw."""
        with self._lock:
            self.drawn += 1
            count = self.drawn
        return count, self._digest(b"object", count)

    def uuid4(self) -> str:
        """A version 4 UUID, as documents and files have (rule A15)."""
        return str(UUID(bytes=self._draw()[1], version=4))

    def uuid7(self, moment: datetime) -> str:
        """A version 7 UUID, as libraries have (rule A15); ids of one millisecond sort by draw."""
        drawn, digest = self._draw()
        number = int.from_bytes(digest, "big")
        milliseconds = int(moment.timestamp() * 1000)
        tail = number & ((1 << 62) - 1)
        count = drawn & 0xFFF
        return str(UUID(int=milliseconds << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | tail))

    def hex32(self) -> str:
        """32 hex digits, as completions and prefixed ids have."""
        return self._draw()[1].hex()

    def request_id(self) -> str:
        """32 hex digits that name a request; they use up no object id."""
        self._requests += 1
        return self._digest(b"request", self._requests).hex()

    def reset(self) -> None:
        """Back to the first id."""
        self.drawn = self._requests = 0
