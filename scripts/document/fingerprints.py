"""Fingerprints of upstream sentences: so that none of them ever reaches this project.

The importer keeps a short hash of every upstream sentence, never the sentence. The lint hashes
our own sentences the same way; an equal hash is a copied sentence.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

WORDS_MIN = 5
"""Shorter sentences are nobody's; `The id of the file.` may be written twice."""
_TEXTS = frozenset(
    {"description", "summary", "title", "message", "x-speakeasy-deprecation-message"}
)


def fingerprints(text: str) -> set[str]:
    """Return a hash of every sentence in the text that is long enough to be somebody's."""
    found: set[str] = set()
    for sentence in re.split(r"[.!?:;\n]\s+|\n\n", text):
        words = re.findall(r"[a-z0-9]+", sentence.lower())
        if len(words) >= WORDS_MIN:
            found.add(hashlib.sha256(" ".join(words).encode()).hexdigest()[:12])
    return found


def texts(node: object) -> Iterator[str]:
    """Yield every text for people below the node; a property or a tag of that name is none."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _TEXTS and isinstance(value, str):
                yield value
            elif not (key == "mapping" and "propertyName" in node):
                yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)


def of_document(document: Tree) -> set[str]:
    """Return the fingerprints of every text in the document."""
    return {print_ for text in texts(document) for print_ in fingerprints(text)}


def write_fingerprints(prints: set[str], header: str) -> str:
    """Return the text of the fingerprint file: one to a line, sorted."""
    return header + "\n".join(sorted(prints)) + "\n"


def read_fingerprints(text: str, name: str) -> set[str]:
    """Return the fingerprints in the text of a fingerprint file.

    Raises:
        DocumentProblem: A line is neither a comment nor a fingerprint.

    """
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in lines:
        if not re.fullmatch(r"[0-9a-f]{12}", line):
            raise DocumentProblem(f"{name}: {line!r} is no fingerprint; import the facts again")
    return set(lines)
