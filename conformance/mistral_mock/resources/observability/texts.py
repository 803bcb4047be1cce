"""The text of chat messages, and how much two texts have in common."""

from __future__ import annotations

import re
from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Message = Mapping[str, Any]

WORD = re.compile(r"\w+")
STEM = 5
"""Words that begin with the same so many letters count as the same: `friendly`, `friends`."""


def read_content(content: object) -> str:
    """Return the text of a message's content: a string, or the text chunks of a list."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(filter(None, map(_read_chunk, content)))


def _read_chunk(chunk: object) -> str:
    text = chunk.get("text") if isinstance(chunk, dict) else chunk
    return text if isinstance(text, str) else ""


def read_messages(messages: Iterable[Message], *roles: str) -> str:
    """Return the text of the messages with these roles, of all messages when no role is named."""
    wanted = (each for each in messages if not roles or each.get("role") in roles)
    return "\n".join(read_content(each.get("content")) for each in wanted)


def read_last(messages: Iterable[Message], role: str) -> str | None:
    """Return the text of the last message of a role, or None."""
    found = [each for each in messages if each.get("role") == role]
    return read_content(found[-1].get("content")) if found else None


def count_words(text: str) -> Counter[str]:
    """Return how often each word occurs, in lower case and without its ending."""
    return Counter(word[:STEM].rstrip("s") or word for word in WORD.findall(text.casefold()))


def measure_likeness(left: Counter[str], right: Counter[str]) -> float:
    """Return the cosine of two counts of words: 1 for equal ones, 0 without a word in common."""
    shared = sum(count * right[word] for word, count in left.items())
    lengths = sqrt(sum(each**2 for each in left.values()) * sum(each**2 for each in right.values()))
    return shared / lengths if lengths else 0.0
