"""Texts that match a regular expression.

Reads the part of the syntax that schemas use: characters, classes, groups, alternatives and
repetitions. Look-around and back references are not read.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.completion.values.outcome import UnsatisfiableError
from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.completion.dice import Dice

    Make = Callable[[Dice, int], str]

LONGEST = 20_000
"""Characters that a pattern may demand."""
WORD = string.ascii_letters + string.digits + "_"
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
CLASSES = {"d": string.digits, "w": WORD, "s": " "}
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
CODES = {"x": 2, "u": 4}
PROPERTIES = {"L": "abcdefgh", "Lu": "ABCDEFGH", "Ll": "abcdefgh", "N": "01234", "Nd": "01234"}
ANCHORS = "bBAZz"
QUANTIFIER = re.compile(r"([*+?]|\{\d{1,5}(,(\d{1,5})?)?\})[?+]?")
GROUP = re.compile(r"\((\?(:|P?<[A-Za-z_]\w*>))?")


@frozen
class Node:
    """A part of a pattern: the shortest text it matches, and how to make one.

    `make` takes dice and how much longer than necessary repetitions may be.
    """

    least: int
    make: Make


def make_match(pattern: str, dice: Dice, stretch: int) -> str:
    """Return a text that matches; repetitions run up to `stretch` times more often than they must.

    Raises:
        UnsatisfiableError: The pattern uses syntax that is not read here.

    """
    return parse(pattern).make(dice, stretch)


@cache_short(256)
def parse(pattern: str) -> Node:
    """Return the pattern as a tree.

    Raises:
        UnsatisfiableError: As in `make_match`.

    """
    try:
        node, end = parse_alternatives(pattern, 0)
    except (IndexError, ValueError, RecursionError) as error:
        raise UnsatisfiableError(f"the pattern {pattern!r} is beyond this server") from error
    if end != len(pattern):
        raise UnsatisfiableError(f"the pattern {pattern!r} is beyond this server")
    return node


def parse_alternatives(pattern: str, at: int) -> tuple[Node, int]:
    """Alternatives up to the end of the pattern or of the group."""
    options: list[Node] = []
    while True:
        node, at = parse_sequence(pattern, at)
        options.append(node)
        if at == len(pattern) or pattern[at] == ")":
            return choose(options), at
        at += 1


def parse_sequence(pattern: str, at: int) -> tuple[Node, int]:
    """Return what stands side by side."""
    nodes: list[Node] = []
    while at < len(pattern) and pattern[at] not in "|)":
        node, at = parse_atom(pattern, at)
        found = QUANTIFIER.match(pattern, at)
        if found:
            node, at = repeat(node, *read_quantifier(found[1])), found.end()
        nodes.append(node)
    return join(nodes), at


def parse_atom(pattern: str, at: int) -> tuple[Node, int]:
    """Return one character, class or group."""
    letter = pattern[at]
    if letter in "^$":
        return literal(""), at + 1
    if letter == ".":
        return one_of(WORD), at + 1
    if letter == "[":
        letters, end = parse_class(pattern, at + 1)
        return one_of(letters), end
    if letter == "(":
        return parse_group(pattern, at)
    if letter == "\\":
        letters, end = parse_escape(pattern, at + 1)
        return (one_of(letters) if letters else literal("")), end
    return literal(letter), at + 1


def parse_group(pattern: str, at: int) -> tuple[Node, int]:
    """Return a group, named or not."""
    found = GROUP.match(pattern, at)
    if not found or pattern[found.end()] == "?":
        raise ValueError("look-around")
    node, end = parse_alternatives(pattern, found.end())
    if pattern[end] != ")":
        raise ValueError("a group without an end")
    return node, end + 1


def parse_escape(pattern: str, at: int) -> tuple[str, int]:
    """Return the letters that an escape stands for; none for an anchor."""
    letter = pattern[at]
    if letter in CODES:
        end = at + 1 + CODES[letter]
        return chr(int(pattern[at + 1 : end], 16)), end
    if letter == "p":
        end = pattern.index("}", at)
        return PROPERTIES.get(pattern[at + 2 : end], "a"), end + 1
    if letter.lower() in CLASSES:
        letters = CLASSES[letter.lower()]
        return (letters if letter.islower() else without(letters)), at + 1
    if (letter.isdigit() and letter != "0") or letter == "k":
        raise ValueError("a back reference")
    return ("" if letter in ANCHORS else CONTROLS.get(letter, letter)), at + 1


def parse_class(pattern: str, at: int) -> tuple[str, int]:
    """Return the letters of a class such as `[a-z_]`."""
    negated = pattern[at] == "^"
    at += negated
    letters, first = "", at
    while pattern[at] != "]" or at == first:
        found, at = parse_member(pattern, at)
        if pattern[at] == "-" and pattern[at + 1] != "]" and len(found) == 1:
            last, at = parse_member(pattern, at + 1)
            found = "".join(map(chr, range(ord(found), min(ord(last), ord(found) + 300) + 1)))
        letters += found
    if not letters and not negated:
        raise ValueError("an empty class")
    return (without(letters) if negated else letters), at + 1


def parse_member(pattern: str, at: int) -> tuple[str, int]:
    """Return the letters of one member of a class."""
    if pattern[at] == "\\":
        return parse_escape(pattern, at + 1)
    return pattern[at], at + 1


def read_quantifier(text: str) -> tuple[int, int | None]:
    """Return how often at least and, unless there is no end, at most."""
    if text in "*+?":
        return (int(text == "+"), 1 if text == "?" else None)
    least, comma, most = text[1:-1].partition(",")
    if not comma:
        return int(least), int(least)
    return int(least), int(most) if most else None


def without(letters: str) -> str:
    """Return the printable letters that are not among these."""
    return "".join(letter for letter in PRINTABLE if letter not in letters) or "\N{SNOWMAN}"


def literal(text: str) -> Node:
    """Exactly this text."""
    return Node(len(text), lambda _dice, _stretch: text)


def one_of(letters: str) -> Node:
    """Return any of these letters."""
    return Node(1, lambda dice, _stretch: dice.pick(letters))


def join(nodes: list[Node]) -> Node:
    """Return one after the other."""
    least = sum(node.least for node in nodes)
    return Node(least, lambda dice, stretch: "".join(node.make(dice, stretch) for node in nodes))


def choose(nodes: list[Node]) -> Node:
    """Return any of the alternatives."""
    if len(nodes) == 1:
        return nodes[0]
    least = min(node.least for node in nodes)
    return Node(least, lambda dice, stretch: dice.pick(nodes).make(dice, stretch))


def repeat(node: Node, least: int, most: int | None) -> Node:
    """Return the same several times."""
    if least * max(node.least, 1) > LONGEST:
        raise ValueError("a text too long")

    def make(dice: Dice, stretch: int) -> str:
        end = least + stretch if most is None else min(most, least + stretch)
        count = dice.between(least, max(least, end))
        return "".join(node.make(dice, stretch) for _ in range(count))

    return Node(least * node.least, make)
