"""Which operation of the document a recorded request was for, and the ids in its path."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from attrs import frozen

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document, Operation

PARAMETER = re.compile(r"\\\{(\w+)\\\}")


@frozen
class Match:
    """An operation and the values of its path parameters."""

    operation: Operation
    ids: dict[str, str]


class Paths:
    """The paths of a document, those with fewer parameters first."""

    def __init__(self, document: Document) -> None:
        known = sorted(document.operations.values(), key=lambda each: len(each.path_ids))
        self._known = [(_pattern(each.path), each) for each in known]

    def find(self, method: str, path: str) -> Match | None:
        """Return the operation of a request, None where the document has none."""
        bare = path.rstrip("/")
        for pattern, operation in self._known:
            if operation.method == method and (match := pattern.fullmatch(bare)):
                ids = {name: unquote(each) for name, each in match.groupdict().items()}
                return Match(operation, ids)
        return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(path.rstrip("/"))))


@lru_cache(4)
def paths_of(document: Document) -> Paths:
    """Return the paths of a document, read once."""
    return Paths(document)
