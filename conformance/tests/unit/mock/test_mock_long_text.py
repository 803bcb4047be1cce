"""A long text is searched window by window, and nothing is found otherwise than at once."""

from __future__ import annotations

import re

import pytest

from mistral_mock import long_text

GAP = re.compile(r"(?<=[.!?])\s+")


@pytest.mark.parametrize("before", range(95, 106))
def test_what_crosses_the_end_of_a_window_is_found(
    before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_text, "WINDOW", 100)
    text = "a" * before + ".   " + "b" * 250 + "! c"
    assert list(long_text.split(GAP, text)) == GAP.split(text)


def test_no_search_sees_more_than_a_window_and_what_may_cross_its_end() -> None:
    seen: list[int] = []

    class Pattern:
        def finditer(self, _: str, start: int, end: int) -> list[re.Match[str]]:
            seen.append(end - start)
            return []

    list(long_text.find(Pattern(), "a" * 1_000_000))  # type: ignore[arg-type] - it counts
    assert max(seen) <= long_text.WINDOW + long_text.LONGEST
    assert sum(seen) <= 1_100_000
