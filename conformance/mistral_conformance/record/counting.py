"""Counts in words, so that one of a thing is not told as several."""

from __future__ import annotations


def plural(noun: str) -> str:
    """Return several of what a noun names: `libraries`, `accesses`, `batch jobs`."""
    if noun.endswith("y") and noun[-2:-1] not in {*"aeiou"}:
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def counted(number: int, noun: str, verb: str = "") -> str:
    """Return so many of a thing, and what they do: `1 case`, `2 cases`, `1 rule fails`."""
    told = noun if number == 1 else plural(noun)
    done = plural(verb) if verb and number == 1 else verb
    return f"{number} {told} {done}".rstrip()
