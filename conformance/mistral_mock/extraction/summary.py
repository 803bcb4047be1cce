"""A summary by simple extraction: the sentences whose words the text uses most."""

from __future__ import annotations

import re
from collections import Counter

SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n{2,}")
WORD = re.compile(r"[^\W\d_]{4,}")
READ_WITHIN = 100_000
"""Characters of the text that count; a summary of a long document comes from its beginning."""
LONGEST_SENTENCE = 400
"""Characters of a sentence that a summary shows."""


def summarise(text: str, sentences: int = 2) -> str:
    """Return the most telling sentences in the order of the text; the empty text for empty text."""
    found = split_sentences(text[:READ_WITHIN])
    weights = Counter(word.lower() for word in WORD.findall(text[:READ_WITHIN]))
    ranked = sorted(range(len(found)), key=lambda place: (-weigh(found[place], weights), place))
    return " ".join(shorten(found[place]) for place in sorted(ranked[:sentences]))


def split_sentences(text: str) -> list[str]:
    """Return the sentences, each on one line; headings and list items count as sentences."""
    parts = (" ".join(part.split()) for part in SENTENCE_END.split(text))
    return [part for part in parts if part]


def weigh(sentence: str, weights: Counter[str]) -> float:
    """Return how much a sentence says: the mean frequency of its words."""
    words = [word.lower() for word in WORD.findall(sentence)]
    return sum(weights[word] for word in words) / (len(words) + 2)


def shorten(sentence: str) -> str:
    """Return the sentence, cut after LONGEST_SENTENCE characters."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    return sentence[: LONGEST_SENTENCE - 1].rstrip() + "…"
