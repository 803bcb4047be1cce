"""One group's part of the document: so that a person can describe it while others are unfinished.

A schema belongs to the group whose operations alone reach it, else to the shared part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from document.problems import DocumentProblem
from document.tree import METHODS, Tree, operations, reachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from document.lint import Finding
    from document.sources import SourceList

SHARED = "shared"
"""The stem of facts and prose that no single group owns."""
_SCHEMAS = "#/components/schemas/"


class Ownership:
    """Which group every operation, tag and schema of a document belongs to."""

    def __init__(self, document: Tree, sources: SourceList) -> None:
        self._operations: dict[str, str] = {}
        self._tags: dict[str, set[str]] = {}
        self._schemas: dict[str, set[str]] = {}
        for path, method, operation in operations(document):
            group = sources.group_of(method, path) or SHARED
            self._operations[f"{method.upper()} {path}"] = group
            for tag in operation.get("tags", ()):
                self._tags.setdefault(tag, set()).add(group)
            for reference in reachable(document, operation):
                name = reference.removeprefix(_SCHEMAS)
                self._schemas.setdefault(name, set()).add(group)

    def of_schema(self, name: str) -> str:
        """Return the group of a component."""
        return _only(self._schemas.get(name, set()))

    def of_tag(self, name: str) -> str:
        """Return the group of a tag: the first of those whose operations have it."""
        return min(self._tags.get(name, {SHARED}))

    def of_operation(self, place: str) -> str:
        """Return the group of an operation, given as `GET /v1/models`."""
        return self._operations.get(place, SHARED)

    def of_finding(self, finding: Finding) -> str | None:
        """Return the group that has to do something about a finding.

        None when only a look can tell.
        """
        where = finding.where
        if where.startswith(("#/", "document")):
            return None
        if operation := re.match(r"[A-Z]+ /[^:]*", where):
            return self.of_operation(operation[0])
        if where.startswith("tag "):
            return self.of_tag(where.removeprefix("tag "))
        return self.of_schema(re.split(r"[.:\[ ]", where)[0])


def _only(groups: set[str]) -> str:
    return next(iter(groups)) if len(groups) == 1 else SHARED


def part_of(document: Tree, group: str, sources: SourceList) -> Tree:
    """Return the document with one group's operations and their needs; all for the shared part.

    Raises:
        DocumentProblem: There is no such group.

    """
    if group == SHARED:
        return document
    if group not in {one.name for one in sources.groups}:
        names = ", ".join([SHARED, *sorted(one.name for one in sources.groups)])
        raise DocumentProblem(f"there is no group {group!r}; the groups are {names}")
    paths: Tree = {}
    for path, item in document["paths"].items():
        kept = {
            method: item[method]
            for method in METHODS
            if method in item and sources.group_of(method, path) == group
        }
        if kept:
            paths[path] = kept
    tags = {tag for _, _, one in operations({"paths": paths}) for tag in one.get("tags", ())}
    return document | {
        "paths": paths,
        "tags": [tag for tag in document.get("tags", ()) if tag.get("name") in tags],
        "components": _needed(document, reachable(document, paths)),
    }


def _needed(document: Tree, used: Iterable[str]) -> Tree:
    """Return the components that are used, and all security schemes."""
    wanted = set(used)
    return {
        kind: {
            name: entry
            for name, entry in entries.items()
            if kind == "securitySchemes" or f"#/components/{kind}/{name}" in wanted
        }
        for kind, entries in document["components"].items()
    }
