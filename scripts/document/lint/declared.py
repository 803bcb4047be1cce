"""Declarations: what the groups that are declared still leave open, and how much the others do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from document.lint.finding import Finding
from mistral_conformance.model import read_model
from mistral_conformance.model.document import Document
from mistral_conformance.model.gaps import find_gaps

if TYPE_CHECKING:
    from document.sources import SourceList
    from document.tree import Tree


def find_undeclared(document: Tree, sources: SourceList) -> tuple[list[Finding], Counter[str]]:
    """Return the findings of declared groups, and by name how many gaps the other groups have."""
    declared = {each.name for each in sources.groups if each.declared}
    findings: list[Finding] = []
    remaining: Counter[str] = Counter()
    model = read_model(Document(document))
    for operation in model.document.operations.values():
        where = f"{operation.method} {operation.path}"
        group = sources.group_of(operation.method, operation.path) or "shared"
        gaps = list(find_gaps(model, operation))
        if group in declared:
            findings += [Finding(where, each) for each in gaps]
        else:
            remaining[group] += len(gaps)
    return findings, remaining
