"""What the mock remembers of texts that callers choose stays small."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

from mistral_mock.completion.values import patterns
from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Callable


def count_calls() -> tuple[list[str], Callable[[str], str]]:
    """A function of a text that is cached, and the texts for which it has run."""
    seen: list[str] = []

    @cache_short(4, longest=10)
    def spell(text: str) -> str:
        seen.append(text)
        return text.upper()

    return seen, spell


def test_short_texts_are_remembered() -> None:
    seen, spell = count_calls()
    assert [spell("short"), spell("short")] == ["SHORT", "SHORT"]
    assert seen == ["short"]


def test_long_texts_are_not_remembered() -> None:
    seen, spell = count_calls()
    assert spell("longer than ten") == spell("longer than ten") == "LONGER THAN TEN"
    assert len(seen) == 2


def test_tree_of_a_long_pattern_goes_when_it_has_been_used() -> None:
    tree = weakref.ref(patterns.parse("(ab)?" * 2_000))
    gc.collect()
    assert tree() is None
