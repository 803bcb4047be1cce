"""Compiled schemas of the document, each compiled once per process.

A schema is compiled together with the components that it reaches, not with all of them: the whole
document has hundreds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json

COMPONENTS = "#/components/"
OPEN = "x-mistral-open"
_compiled: dict[tuple[Document, int, bool], tuple[Json, jsonschema_rs.Validator]] = {}


def compile_schema(
    document: Document, schema: Json, *, with_newer: bool = False
) -> jsonschema_rs.Validator:
    """Return a validator of values against a schema of the document, formats included.

    `with_newer` admits each value of the type where an enum is open.
    """
    key = (document, id(schema), with_newer)
    if key not in _compiled:
        whole = {**schema, "components": reachable(document, schema)}
        whole = opened(whole) if with_newer else whole
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        _compiled[key] = schema, validator  # holds the schema, so that its id stays its own
    return _compiled[key][1]


def opened(node: Any) -> Any:  # noqa: ANN401 - any part of a document
    """Return a copy of a schema without the values of open enums: more appear without notice."""
    if isinstance(node, list):
        return [opened(each) for each in node]
    if not isinstance(node, dict):
        return node
    listed = {"enum", "const"} if node.get(OPEN) is True else set()
    return {name: opened(each) for name, each in node.items() if name not in listed}


def reachable(document: Document, schema: Json) -> dict[str, Json]:
    """Return the components that a schema refers to, directly or not, by kind and name."""
    found: dict[str, Json] = {}
    waiting = [*references(schema)]
    while waiting:
        kind, name = waiting.pop()
        if name not in found.setdefault(kind, {}):
            found[kind][name] = document.raw["components"][kind][name]
            waiting += _references_of(document, kind, name)
    return found


def references(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any part of a document
    """Kind and name of each component that a part of a document refers to itself."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(COMPONENTS):
            kind, name = target.removeprefix(COMPONENTS).split("/")[:2]
            yield kind, name
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


@cache
def _references_of(document: Document, kind: str, name: str) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(references(document.raw["components"][kind][name])))
