"""How fast pieces of an answer come. Times are in seconds of real time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.completion.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = 1000


@frozen(kw_only=True)
class Pace:
    """The time to the first piece, how many come in a second, and how much that varies."""

    first_s: float = 0.0
    per_second: float | None = None
    """None is as fast as they can."""
    jitter: float = 0.0
    """By how large a part of itself each pause is shorter or longer, from 0 to 1."""
    seed: int = 0

    def pauses(self) -> Iterator[float]:
        """Yield what is waited before each piece, without end; the same seed gives the same."""
        dice = Dice(str(self.seed).encode())
        gap = 0.0 if self.per_second is None else 1 / self.per_second
        yield self._vary(self.first_s, dice)
        while True:
            yield self._vary(gap, dice)

    def _vary(self, pause: float, dice: Dice) -> float:
        if not self.jitter or not pause:
            return pause
        share = dice.between(-STEPS, STEPS) / STEPS
        return pause * (1 + self.jitter * share)
