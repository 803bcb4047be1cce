"""A long text is searched window by window, and nothing is found otherwise than at once."""

from __future__ import annotations

import json
import re
from typing import cast

import pytest

from mistral_mock import answers, json_text, long_text

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

    list(long_text.find(cast("re.Pattern[str]", Pattern()), "a" * 1_000_000))
    assert max(seen) <= long_text.WINDOW + long_text.LONGEST
    assert sum(seen) <= 1_100_000


def test_large_json_reads_the_same() -> None:
    value = {"a": [{"b": [number / 7] * 300} for number in range(2_000)], "c": {"d": "é"}, "e": []}
    assert json.loads(answers.encode(value)) == value


@pytest.mark.parametrize(
    ("text", "crowded"),
    [
        ("[" + "[]," * 600_000 + "1]", True),
        ("[" + "1," * 600_000 + "1]", True),
        ('["' + ',[\\"' * 600_000 + '"]', False),
    ],
)
def test_json_of_too_many_values_is_refused_before_it_is_read(text: str, crowded: object) -> None:
    if crowded:
        with pytest.raises(ValueError, match="more than 250,000 values"):
            json_text.read(text.encode())
    else:
        assert json_text.read(text.encode())
