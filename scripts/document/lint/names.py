"""Names: operation ids, tags, and components that somebody uses."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from document.lint.finding import Finding, Rule
from document.tree import Tree, operations, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ENTRY = "no entry in tags; say in prose what its operations are for"
"""What is wrong with a tag that operations have and nothing describes."""
_ID = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)+")


def operation_ids(document: Tree) -> Iterator[Finding]:
    """Yield every operation has an id of its own, a dotted path."""
    ids = [str(operation.get("operationId", "")) for _, _, operation in operations(document)]
    counts = Counter(ids)
    for (path, method, _), name in zip(operations(document), ids, strict=True):
        where = f"{method.upper()} {path}"
        if not name:
            yield Finding(where, "no operationId; name it in curation/names.yaml")
        elif not _ID.fullmatch(name):
            yield Finding(where, f"the operationId {name!r} is not a dotted path of words")
        elif counts[name] > 1:
            yield Finding(where, f"the operationId {name!r} is there {counts[name]} times")


def operation_tags(document: Tree) -> Iterator[Finding]:
    """Yield operations whose one tag is not their id without the last word, or is not declared."""
    lacking: dict[str, Finding] = {}
    declared = {tag.get("name") for tag in document.get("tags", ())}
    for path, method, operation in operations(document):
        group = str(operation.get("operationId", "")).rpartition(".")[0]
        if not operation.get("operationId"):
            continue  # which the rule about ids tells
        if operation.get("tags") != [group]:
            yield Finding(f"{method.upper()} {path}", f"its only tag has to be {group!r}")
        elif group not in declared:
            lacking[group] = Finding(f"tag {group}", NO_ENTRY)
    yield from lacking.values()


def tags_are_used(document: Tree) -> Iterator[Finding]:
    """Yield every declared tag has an operation."""
    used = {tag for _, _, operation in operations(document) for tag in operation.get("tags", ())}
    for tag in document.get("tags", ()):
        if tag.get("name") not in used:
            yield Finding(f"tag {tag.get('name')}", "no operation has it; remove it from prose")


def components_are_used(document: Tree) -> Iterator[Finding]:
    """Yield every component is reached from an operation."""
    used = reachable(document, document.get("paths", {}))
    for kind, entries in document.get("components", {}).items():
        if kind == "securitySchemes":
            continue
        for name in entries:
            if f"#/components/{kind}/{name}" not in used:
                yield Finding(f"{kind} {name}", "nothing uses it; remove it by a correction")


def no_vendor_extensions(document: Tree) -> Iterator[Finding]:
    """Extensions are ours; a vendor's is either said again as ours or removed."""
    for where, key in _extensions(document, ""):
        if not key.startswith("x-mistral-"):
            yield Finding(where, f"the extension {key} is the vendor's; remove it by a correction")


def _extensions(node: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            in_headers = where.endswith(".headers")
            if str(key).startswith("x-") and not in_headers:
                yield where.removeprefix("."), key
            elif key not in {"example", "examples", "default"}:
                yield from _extensions(value, f"{where}.{key}")
    elif isinstance(node, list):
        for at, item in enumerate(node):
            yield from _extensions(item, f"{where}[{at}]")


NAMES: tuple[Rule, ...] = (
    operation_ids,
    operation_tags,
    tags_are_used,
    components_are_used,
    no_vendor_extensions,
)
