"""The sources that rules, laws and declarations cite, and what a stranger finds there.

A source is a text of citations, parted by semicolons:

    libraries.created-with-201          an entry of the register of evidence
    document: beta.libraries.create     a place in the curated document: an operation, a schema,
    document: Library.owner_id          a property of a schema, `x-mistral-...` or a keyword, or
                                        whatever a JSON pointer leads to
    RFC 9110 §15.5.6                    a published standard
    harm: what is stored is lost        why breaking it hurts, whoever says so
    own: our contract, section 3        of a rule that is not of this suite: whatever stands behind

A comment may follow in brackets.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_openapi.evidence import Kind, load_evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], str]

DOCUMENT, HARM, OWN = "document:", "harm:", "own:"
STANDARDS = ("RFC ", "HTML standard ")
COMMENT = re.compile(r"\s*\(([^()]*)\)$")
PART = re.compile(r"\s*;\s*")


class Weight(StrEnum):
    """What a citation can carry: only published things and harm make a MUST."""

    PUBLISHED = "published"
    HARM = "harm"
    CHOICE = "choice"
    OWN = "own"


@frozen
class Citation:
    """One citation: as it is written, what it can carry, and what is found there, in lines."""

    text: str
    weight: Weight
    found: tuple[str, ...]


class UnknownSource(ValueError):  # noqa: N818 - reads as a sentence
    """A citation that leads nowhere; the message names it."""


def read_citations(source: str, find: Find) -> tuple[Citation, ...]:
    """Return the citations of a source, each followed; `find` knows the places of the document.

    `find` raises LookupError, with a sentence, for what is no place.

    Raises:
        UnknownSource: one leads nowhere.

    """
    return tuple(_read(each, find) for each in PART.split(source.strip()) if each)


def strip_comment(text: str) -> str:
    """Return a citation without the comment that may follow it."""
    return COMMENT.sub("", text)


def _read(text: str, find: Find) -> Citation:
    comment = COMMENT.search(text)
    bare = strip_comment(text)
    note = (comment[1],) if comment else ()
    if bare.startswith(HARM):
        return Citation(text, Weight.HARM, note)
    if bare.startswith(OWN):
        return Citation(text, Weight.OWN, note)
    if bare.startswith(DOCUMENT):
        found = _in_document(bare.removeprefix(DOCUMENT).strip(), find)
        return Citation(text, Weight.PUBLISHED, (found, *note))
    if bare.startswith(STANDARDS):
        return Citation(text, Weight.PUBLISHED, note)
    entry = load_evidence().get(bare)
    if entry is None:
        raise UnknownSource(f"{text!r} is no entry of the register, no place, no standard")
    weight = Weight.CHOICE if entry.kind is Kind.CHOICE else Weight.PUBLISHED
    seen = tuple(f"seen in {each}" for each in entry.seen)
    why = (f"our choice: {entry.why}",) if entry.why else ()
    return Citation(text, weight, (f"{entry.says} [{entry.kind}]", *seen, *why, *note))


def _in_document(name: str, find: Find) -> str:
    try:
        return find(name)
    except LookupError as error:
        raise UnknownSource(str(error)) from error
