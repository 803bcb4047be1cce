"""Forms as they travel: a part is text or bytes, and there is no null among them.

Upstream gives the fields of a form the types that its server reads, where null stands for a part
that was not sent. Whoever sends null for it sends the word, which is some text like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.tree import follow, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

FORM = "multipart/form-data"
NULL = {"type": "null"}


def take_null_out_of_forms(document: Tree) -> None:
    """Describe, in place, the fields of forms without null; they may be left out instead."""
    for form in _forms(document):
        for name, field in form.get("properties", {}).items():
            members = field.get("anyOf", [])
            if NULL in members and name not in form.get("required", []):
                _take_null_out(field, [each for each in members if each != NULL])


def _take_null_out(field: Tree, left: list[Tree]) -> None:
    del field["anyOf"]
    field.update(left[0] if len(left) == 1 else {"anyOf": left})
    if field.get("default", ...) is None:
        del field["default"]


def _forms(document: Tree) -> Iterator[Tree]:
    """Yield the schemas of all forms."""
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if schema := content.get(FORM, {}).get("schema"):
            yield (follow(document, schema["$ref"]) or {}) if "$ref" in schema else schema
