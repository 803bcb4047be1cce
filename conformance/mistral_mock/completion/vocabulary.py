"""Words of the request, from which free texts in calls and JSON answers are taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice

CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)[\w-]*\w")
NAME = re.compile(r"(?<=[^.!?:\s] )[^\W\d_a-z][\w'-]+(?: [^\W\d_a-z][\w'-]+)*")
OPENING = re.compile(
    r"(?:^|(?<=[.!?:\n] )|(?<=\n))([^\W\d_a-z][\w-]+(?: [^\W\d_a-z][\w-]+)*)"
    r"(?=\s+(?:is|was|has|will|in)\b|\s*[:,.!?\n]|['\u2019]s\b|\s*$)"
)
"""A name at the start of a sentence, by what follows: `Paris is where I live`, `London: rain?`."""
WORD = re.compile(r"[^\W\d_]{3,}")
CODE_NAMES = re.compile(r"(^|_)(id|ids|code|number|no|key|ref|reference|sku|zip|date)$|[a-z]Id$")
NUMBER = re.compile(r"(?<![\w.,-])-?\d{1,15}(?:\.\d{1,10})?(?![\w-])")
WHOLE_TEXTS = re.compile(
    r"(^|_)(query|question|text|prompt|message|content|input|sentence|request|expression"
    r"|body|summary|abstract|description|explanation|reason|reasoning|analysis|comment|details)$"
)
QUOTE = re.compile(
    r"(?<!\w)(?:'([A-Z][^'\n]{1,80})'|\"([A-Z][^\"\n]{1,80})\"|“([^”\n]{2,80})”)(?!\s*:|\w)"
)
ADDRESSES = re.compile(r"(^|_)(e?mail|recipient|sender|to|from|address)(_|$)")
LINKS = re.compile(r"(^|_)(url|uri|link|website|webpage)$")
TITLES = re.compile(r"(^|_)(name|title|book|film|movie|song|work)$")
MEANT = (
    (CODE_NAMES, "codes"),
    (ADDRESSES, "addresses"),
    (LINKS, "links"),
    (WHOLE_TEXTS, "texts"),
    (TITLES, "quotes"),
)
"""Which names of properties mean which kind of what is said."""
EDGES = re.compile(r"^[^\w+/]+|[^\w/%]+$")
"""What may stand around a piece of a text."""
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LINK = re.compile(r"(?:https?://|www\.)\S")
MOST_PIECES = 200
READ_WITHIN = 20_000
LONGEST_WORD = 60
FALLBACK = "example"
OPENERS = frozenset(
    {
        *("A", "All", "Also", "And", "Any", "Answer", "Be", "But", "Can", "Check", "Could", "Each"),
        *("Everything", "Example", "Finally", "First", "Good", "Great", "He", "Hello", "Help"),
        *("Here", "Hey", "Hi", "His", "How", "However", "If", "In", "It", "Its", "Later", "Let"),
        *("Look", "Maybe", "My", "Next", "No", "Nobody", "Nothing", "Now", "Ok", "Okay", "One"),
        *("Our", "Please", "She", "So", "Something", "Sorry", "Sure", "Text", "Thank", "Thanks"),
        *("That", "The", "Then", "There", "These", "They", "This", "Today", "Tomorrow", "Tonight"),
        *("Add", "Book", "Call", "Classify", "Describe", "Explain", "Extract", "Find", "Get"),
        *("Give", "List", "Make", "Open", "Read", "Return", "Say", "Search", "Send", "Show"),
        *("Summarise", "Summarize", "Take", "Tell", "Translate", "Use", "Write", "Do", "Is"),
        *("Question", "Well", "What", "When", "Where", "Which", "Who", "Whose", "Why", "Yes"),
        *("Yesterday", "You", "Your", "User", "Input", "Output", "Note", "Task", "Context"),
    }
)
"""Words that begin a sentence and name nothing."""
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

    @property
    def texts(self) -> tuple[str, ...]:
        """The text itself, where there is one."""
        return (self.text,) if self.text else ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The pieces that are addresses of electronic mail."""
        return tuple(one for one in self.pieces if ADDRESS.fullmatch(one))

    @property
    def links(self) -> tuple[str, ...]:
        """The pieces that are addresses of pages."""
        return tuple(one for one in self.pieces if LINK.match(one))

    def pick(self, wanted: str, dice: Dice) -> str:
        """Return what may be meant by a property of this name: the first of a kind, or any word."""
        for pattern, kind in MEANT:
            found: tuple[str, ...] = getattr(self, kind) if pattern.search(wanted) else ()
            if found:
                return found[0]
        if self.names:
            return self.names[0]
        return dice.pick(self.words or self.codes or (FALLBACK,))

    def put_last(self, used: str) -> Vocabulary:
        """Return the same for what is picked next: all others of a kind precede what was used."""
        turned: dict[str, Any] = {
            kind: (*found[1:], used)
            for kind in ("codes", "names", "quotes")
            if (found := getattr(self, kind))[:1] == (used,)
        }
        return evolve(self, **turned) if turned else self

    def mentions(self, value: object) -> bool:
        """Say whether the text has a word such as this value."""
        spelled = str(value).lower()
        known = (*self.codes, *self.names, *self.words)
        return any(spelled == word.lower() for word in known)


def read_vocabulary(text: str) -> Vocabulary:
    """Return the words of a text, each once."""
    found = text[:READ_WITHIN]
    quotes = ["".join(groups) for groups in QUOTE.findall(found)]
    named = QUOTE.sub("“”", found) if quotes else found
    return Vocabulary(
        codes=find_words(CODE, found),
        names=find_names(named) or find_names(found),
        words=find_subjects(WORD, found),
        quotes=tuple(dict.fromkeys(quotes)),
        pieces=find_pieces(found),
    )


def find_pieces(text: str) -> tuple[str, ...]:
    """Return the first pieces of a text, each once, without the punctuation around them."""
    stripped = (EDGES.sub("", piece) for piece in text.split())
    return tuple(dict.fromkeys(piece for piece in stripped if piece))[:MOST_PIECES]


def find_numbers(text: str) -> tuple[float, ...]:
    """Return the numbers of a text, in their order; whole ones are integers."""
    found = NUMBER.findall(text[:READ_WITHIN])
    return tuple(float(one) if "." in one else int(one) for one in found)


def find_names(text: str) -> tuple[str, ...]:
    """Return the names in a text; those that stand inside of a sentence are the surer ones."""
    opening = [one for one in find_subjects(OPENING, text) if one.split()[0] not in OPENERS]
    inside = [
        one
        for one in find_subjects(NAME, text)
        if not any(each.endswith(f" {one}") for each in opening)
    ]
    return tuple(dict.fromkeys((*inside, *opening)))


def find_words(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Return the matches of a pattern, each once, long ones cut."""
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in pattern.findall(text)))


def find_subjects(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Return the same without names of forms."""
    return tuple(word for word in find_words(pattern, text) if word not in FORMS)
