"""Tokens: pieces of text, a few letters long, that put together give the text again."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\s?\w{1,6}|\s?[^\w\s]|\s")


def split(text: str) -> list[str]:
    """The tokens of a text."""
    return TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """How many tokens a text has."""
    return len(split(text))


def take(text: str, limit: int) -> str:
    """The first tokens of a text, at most so many."""
    return "".join(split(text)[:limit])
