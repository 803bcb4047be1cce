"""Choices that look random and follow from a seed alone."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Dice:
    """A source of choices; the same seed gives the same ones in the same order."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._drawn = 0

    def fork(self, *purpose: object) -> Dice:
        """Return other dice, which do not depend on what was drawn from these."""
        return Dice(blake2b(repr(purpose).encode(), key=self._seed[:64]).digest())

    def below(self, limit: int) -> int:
        """Return a number from 0 up to, not including, a positive limit."""
        self._drawn += 1
        number = blake2b(self._drawn.to_bytes(8, "big"), key=self._seed[:64], digest_size=16)
        return int.from_bytes(number.digest(), "big") % limit

    def between(self, least: int, most: int) -> int:
        """Return a number from `least` to `most`, both included."""
        return least + self.below(most - least + 1)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def rotate(self, options: Sequence[T]) -> list[T]:
        """Return all options, beginning with any of them."""
        start = self.below(len(options)) if options else 0
        return [*options[start:], *options[:start]]

    def word(self, length: int, letters: str = ALPHANUMERIC) -> str:
        """Return a text of so many letters."""
        return "".join(self.pick(letters) for _ in range(length))
