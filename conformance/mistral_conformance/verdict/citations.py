"""The sources that rules, laws and declarations cite, and what a stranger finds there.

A source is a text of citations, parted by semicolons:

    libraries.created-with-201          an entry of the register of evidence
    document: beta.libraries.create     a place in the curated document: an operation, a schema,
    document: Library.owner_id          a property of a schema, `x-mistral-...` or a keyword, or
                                        whatever a JSON pointer leads to
    RFC 9110 §15.5.6                    a published standard
    harm: what is stored is lost        why breaking it hurts, whoever says so

A comment may follow in brackets.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_openapi.evidence import Kind, load_evidence

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document

DOCUMENT, HARM = "document:", "harm:"
STANDARDS = ("RFC ", "HTML standard ")
KEYWORDS = ("responses", "requestBody", "parameters", "security", "x-mistral-")
COMMENT = re.compile(r"\s*\(([^()]*)\)$")
PART = re.compile(r"\s*;\s*")


class Weight(StrEnum):
    """What a citation can carry: only published things and harm make a MUST."""

    PUBLISHED = "published"
    HARM = "harm"
    CHOICE = "choice"


@frozen
class Citation:
    """One citation: as it is written, what it can carry, and what is found there, in lines."""

    text: str
    weight: Weight
    found: tuple[str, ...]


class UnknownSource(ValueError):  # noqa: N818 - reads as a sentence
    """A citation that leads nowhere; the message names it."""


def read_citations(source: str, document: Document) -> tuple[Citation, ...]:
    """The citations of a source, each followed.

    Raises:
        UnknownSource: one leads nowhere.

    """
    return tuple(_read(each, document) for each in PART.split(source.strip()) if each)


def _read(text: str, document: Document) -> Citation:
    comment = COMMENT.search(text)
    bare = COMMENT.sub("", text)
    note = (comment[1],) if comment else ()
    if bare.startswith(HARM):
        return Citation(text, Weight.HARM, note)
    if bare.startswith(DOCUMENT):
        found = _in_document(bare.removeprefix(DOCUMENT).strip(), document)
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


def _in_document(name: str, document: Document) -> str:
    """Where in the document a name leads, as a JSON pointer.

    Raises:
        UnknownSource: nowhere.

    """
    if name.startswith("/"):
        return _pointer(name, document)
    if name in document.operations:
        return f"#{document.operations[name].pointer}"
    schema, _, rest = name.partition(".")
    schemas = document.raw["components"]["schemas"]
    if schema in schemas:
        return _property(schema, rest, document)
    if name.startswith(KEYWORDS):
        return f"{name} of each operation"
    raise UnknownSource(f"the document has no {name!r}")


def _pointer(pointer: str, document: Document) -> str:
    """A JSON pointer, with the reason and evidence of the declaration that it leads to.

    Raises:
        UnknownSource: nothing is there.

    """
    node: Any = document.raw
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise UnknownSource(f"the document has no {pointer!r}") from error
    told = [
        node[each] for each in ("reason", "evidence") if isinstance(node, dict) and each in node
    ]
    return "; ".join([f"#{pointer}", *map(str, told)])


def _property(schema: str, path: str, document: Document) -> str:
    pointer, node = f"#/components/schemas/{schema}", document.raw["components"]["schemas"][schema]
    for name in path.split(".") if path else ():
        node = document.resolve(node).get("properties", {}).get(name)
        if node is None:
            raise UnknownSource(f"{schema} has no property {path!r}")
        pointer = f"{pointer}/properties/{name}"
    return pointer
