"""The exchanges of one mock: so many, of so many bytes; the oldest make room."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any

from mistral_mock.journal.exchange import DIFFERENCES, Exchange
from mistral_mock.operations import check_pattern
from mistral_mock.replies.problem import check_names

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 32 * 1024 * 1024
"""Of all bodies together."""
MOST_OF_ANSWER = 1024 * 1024
"""Bytes of one answer that are kept."""
SHOWN = 5


class Journal:
    """What was asked and answered."""

    def __init__(self, most: int) -> None:
        self._kept: deque[Exchange] = deque()
        self._most = most
        self._bytes = 0
        self._count = 0
        self._lock = Lock()

    @property
    def is_on(self) -> bool:
        """Exchanges are kept."""
        return self._most > 0

    def next_number(self) -> int:
        """Return the number of the next exchange."""
        self._count += 1
        return self._count

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange that begins."""
        with self._lock:
            self._kept.append(exchange)
            if len(self._kept) > self._most:
                self._drop()

    def settle(self, exchange: Exchange) -> None:
        """Count an exchange that has ended; where all take too much, the oldest go."""
        with self._lock:
            if not exchange.kept:  # it had to go while it lasted
                return
            self._bytes += exchange.weigh()
            exchange.counted = True
            while self._bytes > MOST_BYTES and self._kept:
                self._drop()

    def _drop(self) -> None:
        """Forgets the oldest."""
        oldest = self._kept.popleft()
        if oldest.counted:
            self._bytes -= oldest.size
        oldest.kept = False

    def clear(self) -> None:
        """Forgets everything; numbers begin again."""
        with self._lock:
            for one in self._kept:
                one.kept = False
            self._kept.clear()
            self._bytes = self._count = 0

    def find(self, wanted: Mapping[str, Any]) -> list[Exchange]:
        """Return the exchanges that are what is wanted, the oldest first.

        Raises:
            ValueError: Something unknown is asked for, or an operation that does not exist.

        """
        check_names(wanted, DIFFERENCES, ())
        if wanted.get("operation"):
            check_pattern(wanted["operation"])
        with self._lock:
            kept = sorted(self._kept, key=lambda one: one.number)
        return [one for one in kept if one.differs(wanted) is None]

    def tell(self, wanted: Mapping[str, Any], found: int, due: str) -> str:
        """Return what a failed assertion says: how many there are, and why others are not."""
        asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items()) or "any request"
        lines = [f"expected {due} with {asked}; there are {found or 'none'}"]
        near = {name: wanted[name] for name in ("operation", "method", "path") if name in wanted}
        others = [one for one in self.find(near) if one.differs(wanted) is not None]
        lines += [
            f"  #{one.number} {one.method} {one.path}: {one.differs(wanted)}"
            for one in others[-SHOWN:]
        ]
        if not others:
            known = [f"{one.operation or one.path} -> {one.status}" for one in self.find({})]
            lines.append(f"  requests so far: {', '.join(known[-20:]) or 'none'}")
        return "\n".join(lines)
