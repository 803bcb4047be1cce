"""Ids and times that differ from run to run, and which of them stand for each other.

An id that a test makes up is another one in each run, and so is what "now" is. A request that
differs from a recorded one in these alone asks the same, when each id stands for one other all the
way. An id that the recorded server gave is not made up: it has to be the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mistral_mock.recording.questions import Leaves

TOKEN = re.compile(
    r"(?P<moment>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)"
    r"|(?<![\w-])(?P<day>\d{4}-\d{2}-\d{2})(?![\w-])"
    r"|(?<![\w.-])(?P<epoch>1[5-9]\d{8}|2\d{9})(?![\w-])"
    r"|(?<![0-9A-Za-z])(?P<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?P<hex>(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?P<id>(?=(?:[A-Za-z]*[0-9]){2})(?=[0-9]*[A-Za-z])[0-9A-Za-z]{20,64})"
    r"(?![0-9A-Za-z])"
)
EPOCH = re.compile(r"1[5-9]\d{8}|2\d{9}")
"""Seconds since 1970, from 2017 on."""
CALL_ID = re.compile(r"(tool_call_id|tool_calls\[\d+\]\.id)$")
NAMING = re.compile(r"^body\.(model|agent_id|voice_id)$")
"""What a request picks by name, however random the name looks."""
NEAR_S = 3600.0
"""How far two times may be apart, seen from their nows, in seconds."""
NEAR_DAY_S = 86400.0


@frozen
class Token:
    """An id or a time within a text."""

    kind: str
    text: str


@frozen
class Cut:
    """A value taken apart: what stands between its tokens, and the tokens."""

    shape: object
    tokens: tuple[Token, ...] = ()


@frozen(slots=False)
class Nows:
    """When a recording was made, and when it is asked for, in seconds since 1970."""

    recorded: float
    present: float

    def are_alike(self, recorded: Token, asked: Token) -> bool:
        """Say whether both times are as far from their nows.

        A full time may be another one altogether.
        """
        if recorded.kind == "moment":
            return True
        before, after = read_time(recorded), read_time(asked)
        if before is None or after is None:
            return False
        near = NEAR_DAY_S if recorded.kind == "day" else NEAR_S
        return abs((before - self.recorded) - (after - self.present)) <= near


def cut(place: str, value: object) -> Cut:
    """Return a leaf taken apart."""
    if isinstance(value, int) and not isinstance(value, bool) and EPOCH.fullmatch(str(value)):
        return Cut("<epoch>", (Token("epoch", str(value)),))
    if not isinstance(value, str) or NAMING.search(place):
        return Cut(value)
    if CALL_ID.search(place):
        return Cut("<call>", (Token("call", value),))
    tokens = tuple(find_tokens(value))
    if not tokens:
        return Cut(value)
    return Cut(TOKEN.sub(lambda match: f"<{match.lastgroup}>", value), tokens)


def find_tokens(text: str) -> Iterator[Token]:
    """Yield the ids and times of a text, in order."""
    for match in TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match[0])


def find_shape(leaves: Leaves) -> tuple[object, ...]:
    """Return what stays of a request when all ids and times are taken out."""
    return tuple((place, cut(place, value).shape) for place, value in leaves.items())


def align(
    recorded: Leaves, asked: Leaves, nows: Nows, given: Collection[str]
) -> Mapping[str, str] | None:
    """Return which ids and times stand for which, the recorded ones first; None when they cannot.

    Both requests have the same shape. `given` are the ids that the recorded server gave.
    """
    bound: dict[str, str] = {}
    taken: dict[str, str] = {}
    for place, value in recorded.items():
        if value == asked[place]:
            pairs = [(one, one) for one in cut(place, value).tokens]
        else:
            ours, theirs = cut(place, value).tokens, cut(place, asked[place]).tokens
            pairs = list(zip(ours, theirs, strict=True))
        for old, new in pairs:
            if bound.setdefault(old.text, new.text) != new.text:
                return None
            if taken.setdefault(new.text, old.text) != old.text:
                return None
            if old.text != new.text and not may_differ(old, new, nows, given):
                return None
    return {old: new for old, new in bound.items() if old != new}


def may_differ(old: Token, new: Token, nows: Nows, given: Collection[str]) -> bool:
    """Say whether one of the two may stand for the other."""
    if old.kind in {"moment", "day", "epoch"}:
        return nows.are_alike(old, new)
    return old.text not in given and new.text not in given


def read_time(token: Token) -> float | None:
    """Return seconds since 1970; None when the text turns out not to be a time."""
    if token.kind == "epoch":
        return float(token.text)
    try:
        moment = datetime.fromisoformat(token.text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_moment(text: str, default: float) -> float:
    """Return when a recording was made, in seconds since 1970; the default when it does not say."""
    found = read_time(Token("moment", text))
    return default if found is None else found


def translate(leaves: Leaves, names: Mapping[str, str]) -> Leaves:
    """Return the leaves with other ids and times in place of some."""
    if not names:
        return leaves
    return {place: replace(value, names) for place, value in leaves.items()}


def replace(value: object, names: Mapping[str, str]) -> object:
    """Return a value with other ids and times in place of some."""
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in names:
        return int(names[str(value)])
    if not isinstance(value, str):
        return value
    return names.get(value) or replace_text(value, names)


def replace_text(text: str, names: Mapping[str, str]) -> str:
    """Return a text with other ids and times in place of some, all at once."""
    if not names:
        return text
    wanted = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    pattern = rf"(?<![0-9A-Za-z])(?:{wanted})(?![0-9A-Za-z])"
    return re.sub(pattern, lambda match: names[match[0]], text)
