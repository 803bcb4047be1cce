"""Remembers what was read lately, and reads on a thread what would hold up an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.extraction.outcome import Extraction

MOST_DOCUMENTS = 256
MOST_CHARACTERS = 50_000_000
"""What is remembered at most; the latest document always is."""


@frozen
class Memory:
    """The latest extractions, by the document's kind and content; any thread may use it."""

    _found: OrderedDict[tuple[str, bytes], Extraction] = field(factory=OrderedDict)
    _lock: threading.Lock = field(factory=threading.Lock)

    def recall(self, kind: str, content: bytes, read: Callable[[], Extraction]) -> Extraction:
        """What reading the content gave before, or gives now."""
        key = (kind, blake2b(content, digest_size=16).digest())
        with self._lock:
            known = self._found.get(key)
        found = read() if known is None else known
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > 1 and self._is_over():
                self._found.popitem(last=False)
        return found

    def _is_over(self) -> bool:
        texts = (text for found in self._found.values() for text in found.page_texts)
        return len(self._found) > MOST_DOCUMENTS or sum(map(len, texts)) > MOST_CHARACTERS


async def aside(work: Callable[[], object]) -> None:
    """Does the work on a thread of its own, and waits for its end without holding up the loop.

    The thread does not outlive the process: work that takes long does not hold up an end either.
    """
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            work()
        finally:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="mistral-mock-reader", daemon=True).start()
    await done.wait()
