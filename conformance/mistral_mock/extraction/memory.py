"""Remembers what was read lately."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
        """Return what reading the content gave before, or gives now."""
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
