"""Where quotes and brackets stand open in Python, TypeScript and shell text."""

from __future__ import annotations

import re

import attrs

PAIRS = {"(": ")", "[": "]", "{": "}"}


@attrs.frozen
class Syntax:
    """What counts as text and as comment in a language, longest marks first."""

    quotes: tuple[str, ...]
    comments: tuple[tuple[str, str], ...]
    one_line: tuple[str, ...] = ()
    brackets: bool = True
    raw: tuple[str, ...] = ()


PYTHON = Syntax(quotes=('"""', "'''", '"', "'"), comments=(("#", "\n"),), one_line=('"', "'"))
TYPESCRIPT = Syntax(
    quotes=("`", '"', "'"), comments=(("//", "\n"), ("/*", "*/")), one_line=('"', "'")
)
SHELL = Syntax(quotes=('"', "'"), comments=(), brackets=False, raw=("'",))


@attrs.frozen
class Standing:
    """What stands open at the end of a text: bracket depth, and whether a quote is open."""

    depth: int
    quoted: bool

    @property
    def open(self) -> bool:
        """Whether the text cannot end here."""
        return self.depth > 0 or self.quoted


def standing(text: str, syntax: Syntax) -> Standing:
    """Return what stands open at the end of `text`; closers without an opener count below zero."""
    depth, place = 0, 0
    while place < len(text):
        comment = next((end for mark, end in syntax.comments if text.startswith(mark, place)), None)
        quote = next((mark for mark in syntax.quotes if text.startswith(mark, place)), None)
        if comment is not None:
            end = text.find(comment, place)
            place = len(text) if end < 0 else end + len(comment)
        elif quote is not None:
            closed = end_of_quote(text, place, quote, syntax)
            if closed is None:
                return Standing(depth, quoted=True)
            place = closed
        else:
            depth += bracket_step(text[place]) if syntax.brackets else 0
            place += 2 if text[place] == "\\" else 1
    return Standing(depth, quoted=False)


def bracket_step(letter: str) -> int:
    """By how much a letter changes the bracket depth: 1, -1 or 0."""
    return (letter in PAIRS) - (letter in PAIRS.values())


def end_of_quote(text: str, start: int, quote: str, syntax: Syntax) -> int | None:
    """Return the place after the closing quote, or None while it is open."""
    place = start + len(quote)
    while place < len(text):
        if text[place] == "\\" and quote not in syntax.raw:
            place += 2
        elif text[place] == "\n" and quote in syntax.one_line:
            return place
        elif text.startswith(quote, place):
            return place + len(quote)
        else:
            place += 1
    return None


def continues(line: str) -> bool:
    """Say whether a shell or Python line ends in a backslash that joins the next one to it."""
    return re.search(r"(?<!\\)(?:\\\\)*\\$", line.rstrip("\n")) is not None
