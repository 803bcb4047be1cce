"""Identifiers from a seed: the same seed, moments and calls give the same ids."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CALL_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
CALL_LENGTH = 9
TAIL_BITS, STEP_BITS = 74, 44
"""What a version 7 UUID has beside its time and marks, and what two ids in a row differ by."""


class Ids:
    """A source of ids; `drawn` is how many it gave, so that a later run can go on after them."""

    def __init__(self, seed: int, drawn: int = 0) -> None:
        self._seed = seed.to_bytes(16, "big", signed=True)
        self._start = self._number(b"start", 0) >> (128 - TAIL_BITS + 1)
        self.drawn = drawn
        self._lock = threading.Lock()
        self._requests = 0
        self._latest_ms = 0

    def uuid4(self) -> str:
        """Return a version 4 UUID, as documents and files have (libraries.id-versions)."""
        return str(self._uuid4())

    def uuid7(self, moment: datetime) -> str:
        """Return a version 7 UUID, as libraries have (libraries.id-versions).

        Each sorts after all before it, those of one millisecond by their order.
        """
        with self._lock:
            self.drawn += 1
            return self._make_uuid7(b"object", self.drawn, moment)

    def prefixed(self, prefix: str, moment: datetime) -> str:
        """Return a prefix and a version 7 UUID without dashes (recorded live, March 2026).

        So are agents, conversations and their entries named.
        """
        return prefix + self.uuid7(moment).replace("-", "")

    def hex32(self) -> str:
        """Return a dashless version 4 UUID, as completions have (recorded live, 2025 and 2026)."""
        return self._uuid4().hex

    def call_id(self) -> str:
        """9 letters and digits, as calls of tools have."""
        number = self._draw()
        letters = []
        for _ in range(CALL_LENGTH):
            number, letter = divmod(number, len(CALL_LETTERS))
            letters.append(CALL_LETTERS[letter])
        return "".join(letters)

    def request_id(self, moment: datetime) -> str:
        """Return a version 7 UUID that names a request; it uses up no object id."""
        with self._lock:
            self._requests += 1
            return self._make_uuid7(b"request", self._requests, moment)

    def reset(self) -> None:
        """Back to the first id."""
        self.drawn = self._requests = self._latest_ms = 0

    def _uuid4(self) -> UUID:
        return UUID(int=self._draw(), version=4)

    def _draw(self) -> int:
        """128 bits for a new id; any thread may draw."""
        with self._lock:
            self.drawn += 1
            return self._number(b"object", self.drawn)

    def _make_uuid7(self, purpose: bytes, count: int, moment: datetime) -> str:
        """Return the id with this count: time, then a seeded start that grows with the count.

        The time never goes back, and the lowest bits are random, so that ids cannot be guessed
        from their neighbours.
        """
        self._latest_ms = max(self._latest_ms, (moment - EPOCH) // MILLISECOND)
        noise = self._number(purpose, count) & ((1 << STEP_BITS) - 1)
        tail = (self._start + (count << STEP_BITS) + noise) & ((1 << TAIL_BITS) - 1)
        high, low = tail >> 62, tail & ((1 << 62) - 1)
        number = self._latest_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _number(self, purpose: bytes, count: int) -> int:
        """128 bits."""
        seeded = self._seed + count.to_bytes(8, "big")
        return int.from_bytes(blake2b(seeded, digest_size=16, person=purpose).digest(), "big")
