"""Tokens: pieces of text, a few letters long, that put together give the text again."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 20_000
"""Characters of a text that are looked at without giving other threads a turn."""
TOKEN = re.compile(r"\s?\w{1,6}|\s?[^\w\s]|\s")


def split(text: str) -> list[str]:
    """Return the tokens of a text."""
    return TOKEN.findall(text) if len(text) <= AT_ONCE else list(find_tokens(text))


def find_tokens(text: str) -> Iterator[str]:
    """Return the tokens of a text one by one: other threads get a turn in between."""
    return (found[0] for found in TOKEN.finditer(text))


def count_tokens(text: str) -> int:
    """Return how many tokens a text has."""
    if len(text) <= AT_ONCE:
        return len(TOKEN.findall(text))
    return sum(1 for _ in TOKEN.finditer(text))


def take(text: str, limit: int) -> str:
    """Return the first tokens of a text, at most so many."""
    return "".join(islice(find_tokens(text), limit))
