"""What a text comes to: its tokens, its summary, the words that it uses most."""

from __future__ import annotations

from collections import Counter

from attrs import frozen

from mistral_mock.completion import tokens
from mistral_mock.extraction.summary import summarise

SHORTEST_WORD = 5
MOST_WORDS = 100
"""Words that a text is remembered by."""
READ_WITHIN = 100_000
"""Characters of a text whose words count."""


@frozen
class Digest:
    """What a text comes to."""

    text: str
    tokens: int
    summary: str
    words: dict[str, int]
    """The words that it uses most, in lower case, and how often each."""


def digest(text: str) -> Digest:
    """Take a whole text in, in time proportional to its length."""
    return Digest(text, tokens.count_tokens(text), summarise(text), count_words(text))


def count_words(text: str) -> dict[str, int]:
    """Return the words of five letters and more that the text uses most."""
    found = text[:READ_WITHIN].split()
    words = Counter(word.lower() for word in found if len(word) >= SHORTEST_WORD and word.isalpha())
    return dict(words.most_common(MOST_WORDS))
