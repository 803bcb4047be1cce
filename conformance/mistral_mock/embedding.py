"""Texts as vectors: the same text gives the same vector, and similar texts lie near each other.

A text is read as its words and the groups of three letters in these. Each of them points in some
directions of its own, which follow from it alone; the vector is the sum, of length 1. That is no
understanding, but texts that share words are closer than others.
"""

from __future__ import annotations

import math
import re
import struct
from array import array
from base64 import b64encode
from collections import Counter
from hashlib import blake2b, shake_256
from typing import TYPE_CHECKING

from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = 3072
"""The most numbers that any model gives; a shorter vector is the beginning of the longer one."""
WORD = re.compile(r"\w+|[^\w\s]")
GROUP = 3
WORD_WEIGHT = 1.0
GROUP_WEIGHT = 0.3
TELLING_LENGTH = 6
"""Words as long as this tell most; shorter ones, such as articles, tell less."""
DIRECTIONS = 32
"""How many numbers a feature moves; half of them lie where all vectors have numbers."""
NEAR = 256
CACHED = 4096
MIDDLE = 127.5
SHADE = 0.0001
"""What a text's own bytes add: little, but no number of a vector is 0."""
BYTE = 127
BITS = 8
FORMATS = {"float": "f", "int8": "b", "uint8": "B", "binary": "b", "ubinary": "B"}
"""The kinds of numbers, as `struct` writes them, little-endian."""


def embed(text: str, size: int) -> list[float]:
    """Return the text's vector of so many numbers.

    Its length is 1, each number is a 32-bit float.
    """
    shade = shake_256(text.encode("utf-8", "surrogatepass")).digest(FULL)
    full = [(byte - MIDDLE) * SHADE for byte in shade]
    for feature, weight in read_features(text):
        moves = find_moves(feature)
        for place in moves[0]:
            full[place] += weight
        for place in moves[1]:
            full[place] -= weight
    return normalise(full[:size])


def read_features(text: str) -> Iterator[tuple[str, float]]:
    """Yield what a text is made of, and how much each counts.

    A text without words counts as itself.
    """
    words = Counter(word[0] for word in WORD.finditer(text.casefold()))
    if not words:
        yield f"text {text}", WORD_WEIGHT
    for word, count in words.items():
        weight = (1 + math.log(count)) * min(len(word), TELLING_LENGTH) / TELLING_LENGTH
        yield f"word {word}", WORD_WEIGHT * weight
        padded = f"<{word}>"
        for start in range(len(padded) - GROUP + 1):
            yield f"group {padded[start : start + GROUP]}", GROUP_WEIGHT * weight


@cache_short(CACHED)
def find_moves(feature: str) -> tuple[array[int], array[int]]:
    """Return the places that a feature moves up, and those that it moves down."""
    digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=2 * DIRECTIONS).digest()
    up, down = array("H"), array("H")  # small, as thousands of features are remembered
    for index, number in enumerate(struct.unpack(f"<{DIRECTIONS}H", digest)):
        place = (number >> 1) % (NEAR if index < DIRECTIONS // 2 else FULL)
        (up if number & 1 else down).append(place)
    return up, down


def normalise(vector: list[float]) -> list[float]:
    """Return the vector with length 1."""
    length = math.sqrt(sum(number * number for number in vector))
    return list(struct.unpack(f"<{len(vector)}f", pack([n / length for n in vector], "float")))


def quantise(vector: list[float], kind: str) -> Sequence[float]:
    """Return the vector in another kind of numbers: bytes, or one bit for each number's sign."""
    if kind == "float":
        return vector
    if kind in {"binary", "ubinary"}:
        packed = pack_bits(vector)
        return packed if kind == "ubinary" else [byte - 128 for byte in packed]
    largest = max(abs(number) for number in vector) or 1.0
    scaled = [round(number / largest * BYTE) for number in vector]
    return scaled if kind == "int8" else [number + BYTE + 1 for number in scaled]


def pack_bits(vector: list[float]) -> list[int]:
    """Return one byte for eight numbers, the first one highest: 1 where a number is above 0."""
    bits = [number > 0 for number in vector] + [False] * (-len(vector) % BITS)
    groups = (bits[start : start + BITS] for start in range(0, len(bits), BITS))
    return [sum(bit << (BITS - 1 - index) for index, bit in enumerate(each)) for each in groups]


def pack(numbers: Sequence[float], kind: str) -> bytes:
    """Return the numbers as bytes, little-endian."""
    return struct.pack(f"<{len(numbers)}{FORMATS[kind]}", *numbers)


def spell(numbers: Sequence[float], kind: str) -> str:
    """Return the numbers' bytes as base64."""
    return b64encode(pack(numbers, kind)).decode()
