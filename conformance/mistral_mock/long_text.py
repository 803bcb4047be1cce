"""Searches in long texts, which give other threads a turn; one search alone keeps them waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

WINDOW = 100_000
"""Characters that are searched at once."""
LONGEST = 1000
"""Characters of what is looked for; of something longer only so many are found."""


def split(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the parts of a text between what the pattern finds."""
    end = 0
    for found in find(pattern, text):
        yield text[end : found.start()]
        end = found.end()
    yield text[end:]


def find(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield all places where the pattern is found, one after the other."""
    place = 0
    for start in range(0, len(text), WINDOW):
        end = start + WINDOW
        for found in pattern.finditer(text, max(place, start), end + LONGEST):
            if found.start() >= end:
                break
            place = found.end()
            yield found
