"""Numbers within bounds."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mistral_mock.completion.values.outcome import UnsatisfiableError

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice

SPREAD = 100
"""How far from the bound that there is a number may lie."""
CENTS = Fraction(1, 100)


def make_integer(schema: dict[str, Any], dice: Dice) -> int:
    """Return a whole number that the schema's bounds and `multipleOf` allow.

    Raises:
        UnsatisfiableError: There is none between the bounds.

    """
    step = exact(schema.get("multipleOf", 1))
    return int(pick_multiple(schema, Fraction(step.numerator), dice))


def make_number(schema: dict[str, Any], dice: Dice) -> float:
    """Return a number that the schema's bounds and `multipleOf` allow; whole ones are integers.

    Raises:
        UnsatisfiableError: There is none between the bounds.

    """
    if "multipleOf" in schema:
        return simplify(pick_multiple(schema, exact(schema["multipleOf"]), dice))
    try:
        return simplify(pick_multiple(schema, CENTS, dice))
    except UnsatisfiableError:
        return simplify(find_between(schema))


def pick_multiple(schema: dict[str, Any], step: Fraction, dice: Dice) -> Fraction:
    """Return a multiple of the step between the bounds."""
    low, high = find_bounds(schema)
    lowest = -math.inf if low is None else math.ceil(low / step)
    highest = math.inf if high is None else math.floor(high / step)
    if low is not None and low == exact_or_none(schema, "exclusiveMinimum"):
        lowest = math.floor(low / step) + 1
    if high is not None and high == exact_or_none(schema, "exclusiveMaximum"):
        highest = math.ceil(high / step) - 1
    if lowest > highest:
        raise UnsatisfiableError("no number lies between the bounds")
    return step * dice.between(*narrow(lowest, highest))


def narrow(lowest: float, highest: float) -> tuple[int, int]:
    """Return a small range inside of a range that may have no end."""
    if lowest <= 1 and highest >= SPREAD:
        return 1, SPREAD
    if lowest == -math.inf:
        return int(highest) - SPREAD, int(highest)
    if highest == math.inf:
        return int(lowest), int(lowest) + SPREAD
    return int(lowest), min(int(highest), int(lowest) + SPREAD)


def find_bounds(schema: dict[str, Any]) -> tuple[Fraction | None, Fraction | None]:
    """Return the tighter of both lower bounds, and of both upper ones."""
    lows = [exact_or_none(schema, "minimum"), exact_or_none(schema, "exclusiveMinimum")]
    highs = [exact_or_none(schema, "maximum"), exact_or_none(schema, "exclusiveMaximum")]
    low = max((bound for bound in lows if bound is not None), default=None)
    return low, min((bound for bound in highs if bound is not None), default=None)


def find_between(schema: dict[str, Any]) -> Fraction:
    """Return the middle between both bounds."""
    low, high = find_bounds(schema)
    if low is None or high is None or low > high:
        raise UnsatisfiableError("no number lies between the bounds")
    return (low + high) / 2


def exact_or_none(schema: dict[str, Any], word: str) -> Fraction | None:
    """Return a bound as it is written in decimals, or None."""
    return exact(schema[word]) if word in schema else None


def exact(number: float) -> Fraction:
    """Return the number as it is written in decimals: 0.1 is a tenth.

    Raises:
        UnsatisfiableError: The number is infinite, as 1e999 is to Python.

    """
    if math.isinf(number):
        raise UnsatisfiableError("a bound is too large")
    return Fraction(repr(number))


def count(schema: dict[str, Any], word: str, default: int) -> int:
    """Return the value of a keyword that counts; 2.0 counts like 2."""
    return int(schema.get(word, default))


def simplify(number: Fraction) -> float:
    """Return a JSON number: an integer when it is whole."""
    return int(number) if number.denominator == 1 else float(number)
