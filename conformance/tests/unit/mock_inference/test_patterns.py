from __future__ import annotations

import re

import pytest

from mistral_mock.completion.dice import Dice
from mistral_mock.completion.values.outcome import UnsatisfiableError
from mistral_mock.completion.values.patterns import make_match


@pytest.mark.parametrize(
    "pattern",
    [
        r"^$",
        r"abc",
        r"^[A-Z]{2}-\d{4}$",
        r"^(\d{3})?[- ]?\d{4}$",
        r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
        r"^(?:red|green|blue)+$",
        r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$",
        r"^[\w.-]{3,}$",
        r"^[]a]+$",
        r"^[a\-z]$",
        r"^[a-]$",
        r"^\x41\u0042\t$",
        r"^\D\W\S$",
        r"^.{5}$",
        r"^a{0}b??c*?$",
        r"^\$\{\w+\}$",
        r"^#(\d|[a-f]){6}$",
        r"\bword\b",
        r"^(a|b(c|d)){3,4}$",
        r"^{$",
    ],
)
@pytest.mark.parametrize("stretch", [0, 1, 5])
def test_text_matches_its_pattern(pattern: str, stretch: int) -> None:
    for seed in range(10):
        text = make_match(pattern, Dice(bytes([seed])), stretch)
        assert re.search(pattern, text), text


@pytest.mark.parametrize(
    "pattern", [r"(?!a)b", r"(?<=a)b", r"(a)\1", r"a)", r"(a", r"[a", "\\", r"a{20001}", r"\x4"]
)
def test_syntax_that_is_not_read_is_told(pattern: str) -> None:
    with pytest.raises(UnsatisfiableError):
        make_match(pattern, Dice(b"x"), 1)


def test_pattern_nested_without_end_is_told() -> None:
    with pytest.raises(UnsatisfiableError):
        make_match("(" * 5000 + "a" + ")" * 5000, Dice(b"x"), 1)
