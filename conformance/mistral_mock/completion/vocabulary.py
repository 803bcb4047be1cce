"""Words of the request, from which free texts in calls and JSON answers are taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice

CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)[\w-]*\w")
NAME = re.compile(r"(?<=[^.!?:\s] )[^\W\d_a-z][\w'-]+(?: [^\W\d_a-z][\w'-]+)*")
WORD = re.compile(r"[^\W\d_]{3,}")
CODE_NAMES = re.compile(r"(^|_)(id|ids|code|number|no|key|ref|reference|sku|zip|date)$|[a-z]Id$")
NUMBER = re.compile(r"(?<![\w.,-])-?\d{1,15}(?:\.\d{1,10})?(?![\w-])")
WHOLE_TEXTS = re.compile(
    r"(^|_)(query|question|text|prompt|message|content|input|sentence|request|expression"
    r"|summary|abstract|description|explanation|reason|reasoning|analysis|comment|details)$"
)
QUOTE = re.compile(
    r"(?<!\w)(?:'([A-Z][^'\n]{1,80})'|\"([A-Z][^\"\n]{1,80})\"|“([^”\n]{2,80})”)(?!\s*:|\w)"
)
TITLES = re.compile(r"(^|_)(name|title|book|film|movie|song|work)$")
EDGES = re.compile(r"^[^\w+/]+|[^\w/%]+$")
"""What may stand around a piece of a text."""
MOST_PIECES = 200
READ_WITHIN = 20_000
LONGEST_WORD = 60
FALLBACK = "example"
FORMS = frozenset({"CSV", "HTML", "JSON", "Markdown", "XML", "YAML"})
"""Names that say what an answer has to look like, not what it is about."""


@frozen
class Vocabulary:
    """What a text has: codes such as T1001, names such as Paris, and other words."""

    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    """What stands in quotation marks, such as titles."""
    pieces: tuple[str, ...] = ()
    """What stands between white space, such as addresses: for texts of a format or a pattern."""
    numbers: tuple[float, ...] = ()
    text: str = ""
    """The text itself, for properties that want all of it."""

    def pick(self, wanted: str, dice: Dice) -> str:
        """What may be meant by a property of this name: the first of a kind, or any word."""
        if CODE_NAMES.search(wanted) and self.codes:
            return self.codes[0]
        if WHOLE_TEXTS.search(wanted) and self.text:
            return self.text
        if TITLES.search(wanted) and self.quotes:
            return self.quotes[0]
        if self.names:
            return self.names[0]
        return dice.pick(self.words or self.codes or (FALLBACK,))

    def put_last(self, used: str) -> Vocabulary:
        """The same for what is picked next: all others of a kind come before what was used."""
        turned: dict[str, Any] = {
            kind: (*found[1:], used)
            for kind in ("codes", "names", "quotes")
            if (found := getattr(self, kind))[:1] == (used,)
        }
        return evolve(self, **turned) if turned else self

    def mentions(self, value: object) -> bool:
        """Whether the text has a word such as this value."""
        spelled = str(value).lower()
        known = (*self.codes, *self.names, *self.words)
        return any(spelled == word.lower() for word in known)


def read_vocabulary(text: str) -> Vocabulary:
    """The words of a text, each once."""
    found = text[:READ_WITHIN]
    quotes = ["".join(groups) for groups in QUOTE.findall(found)]
    named = QUOTE.sub("“”", found) if quotes else found
    return Vocabulary(
        codes=find_words(CODE, found),
        names=find_subjects(NAME, named) or find_subjects(NAME, found),
        words=find_subjects(WORD, found),
        quotes=tuple(dict.fromkeys(quotes)),
        pieces=find_pieces(found),
    )


def find_pieces(text: str) -> tuple[str, ...]:
    """The first pieces of a text, each once, without the punctuation around them."""
    stripped = (EDGES.sub("", piece) for piece in text.split())
    return tuple(dict.fromkeys(piece for piece in stripped if piece))[:MOST_PIECES]


def find_numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text, in their order; whole ones are integers."""
    found = NUMBER.findall(text[:READ_WITHIN])
    return tuple(float(one) if "." in one else int(one) for one in found)


def find_words(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The matches of a pattern, each once, long ones cut."""
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in pattern.findall(text)))


def find_subjects(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The same without names of forms."""
    return tuple(word for word in find_words(pattern, text) if word not in FORMS)
