"""What extraction remembers, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.extraction import memory
from mistral_mock.extraction.memory import Memory
from mistral_mock.extraction.outcome import Extraction

if TYPE_CHECKING:
    import pytest


def read(kept: Memory, content: bytes, kind: str = "text") -> bool:
    """Recalls the content; tells whether it had to be read."""
    done: list[bytes] = []

    def work() -> Extraction:
        done.append(content)
        return Extraction((content.decode(),))

    assert kept.recall(kind, content, work).text == content.decode()
    return bool(done)


def test_the_same_content_is_read_once_for_each_kind() -> None:
    kept = Memory()
    assert [read(kept, b"a"), read(kept, b"a"), read(kept, b"a", "html")] == [True, False, True]


def test_the_oldest_documents_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_DOCUMENTS", 2)
    kept = Memory()
    assert [read(kept, one) for one in (b"a", b"b", b"a", b"c")] == [True, True, False, True]
    assert [read(kept, one) for one in (b"a", b"b")] == [False, True]


def test_long_texts_leave_room_for_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_CHARACTERS", 10)
    kept = Memory()
    assert [read(kept, one) for one in (b"a" * 9, b"b" * 20, b"b" * 20)] == [True, True, False]
    assert read(kept, b"a" * 9)
