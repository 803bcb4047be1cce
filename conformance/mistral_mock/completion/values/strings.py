"""Texts of a given format, pattern and length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from mistral_mock.completion.values.numbers import count
from mistral_mock.completion.values.outcome import UnsatisfiableError
from mistral_mock.completion.values.patterns import make_match

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.vocabulary import Vocabulary

STRETCHES = (1, 3, 0, 8, 20, 60, 200)
"""How much longer than necessary a pattern's repetitions may run, tried in this order."""
FILLER = "and so on "
LONGEST = 100_000


def make_string(schema: dict[str, Any], dice: Dice, words: Vocabulary, name: str) -> str:
    """Return a text that the schema allows; free texts take a word of the request.

    Raises:
        UnsatisfiableError: No text was found, or the schema asks for more than LONGEST.

    """
    least, most = count(schema, "minLength", 0), count(schema, "maxLength", LONGEST)
    if least > min(most, LONGEST):
        raise UnsatisfiableError("no text is that long")
    if "pattern" in schema:
        return make_matching(schema["pattern"], dice, least, most)
    if schema.get("format") in FORMATS:
        return make_formatted(schema["format"], dice, least, most)
    text = words.pick(name, dice)
    missing = max(least - len(text), 0)
    padded = text + " " + FILLER * (missing // len(FILLER) + 1) if missing else text
    return padded[: min(most, max(least, len(text)))]


def make_matching(pattern: str, dice: Dice, least: int, most: int) -> str:
    """Return a text of a length that matches a pattern."""
    for stretch in STRETCHES:
        for _ in range(4):
            text = make_match(pattern, dice, stretch)
            if least <= len(text) <= most:
                return text
    raise UnsatisfiableError(f"no text of that length was found for the pattern {pattern!r}")


def make_formatted(format_: str, dice: Dice, least: int, most: int) -> str:
    """Return a text of a length in a format."""
    for _ in range(4):
        text = FORMATS[format_](dice)
        if least <= len(text) <= most:
            return text
    raise UnsatisfiableError(f"no {format_} has that length")


def make_date(dice: Dice) -> str:
    """Return a day of 2026."""
    return f"2026-{dice.between(1, 12):02}-{dice.between(1, 28):02}"


def make_time(dice: Dice) -> str:
    """Return a time of the day, in UTC."""
    return f"{dice.between(0, 23):02}:{dice.between(0, 59):02}:{dice.between(0, 59):02}Z"


def make_uuid(dice: Dice) -> str:
    """Return a UUID of version 4."""
    return str(UUID(int=dice.below(1 << 128), version=4))


def make_host(dice: Dice) -> str:
    """Return a name under the domain that is reserved for examples."""
    return f"{dice.word(6, 'abcdefghij')}.example.com"


def make_ipv4(dice: Dice) -> str:
    """Return an address of the network that is reserved for documentation."""
    return f"192.0.2.{dice.between(1, 254)}"


def make_ipv6(dice: Dice) -> str:
    """Return an address of the network that is reserved for documentation."""
    return f"2001:db8::{dice.between(1, 0xFFFF):x}"


FORMATS: dict[str, Callable[[Dice], str]] = {
    "date": make_date,
    "date-time": lambda dice: f"{make_date(dice)}T{make_time(dice)}",
    "duration": lambda dice: f"PT{dice.between(1, 59)}M",
    "email": lambda dice: f"someone@{make_host(dice)}",
    "hostname": make_host,
    "idn-email": lambda dice: f"someone@{make_host(dice)}",
    "idn-hostname": make_host,
    "ipv4": make_ipv4,
    "ipv6": make_ipv6,
    "iri": lambda dice: f"https://{make_host(dice)}/",
    "iri-reference": lambda dice: f"https://{make_host(dice)}/",
    "json-pointer": lambda dice: f"/{dice.word(4)}",
    "regex": lambda dice: f"^{dice.word(4)}$",
    "relative-json-pointer": lambda dice: f"{dice.between(0, 3)}/{dice.word(4)}",
    "time": make_time,
    "uri": lambda dice: f"https://{make_host(dice)}/",
    "uri-reference": lambda dice: f"https://{make_host(dice)}/",
    "uri-template": lambda dice: f"https://{make_host(dice)}/{{id}}",
    "uuid": make_uuid,
}
