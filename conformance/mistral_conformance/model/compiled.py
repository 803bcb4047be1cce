"""Compiled schemas of the document, each compiled once per process.

A schema is compiled together with the components that it reaches, not with all of them: the whole
document has hundreds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_conformance.model.views import copied, without_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Document, Json

    View = Callable[[Any], Any]

COMPONENTS = "#/components/"
DIGITS = r"^-?[0-9]+(\.[0-9]+)?$"
AS_BOOLEANS = [0, 1, "0", "1", "true", "false"]
_compiled: dict[tuple[Document, int, View], tuple[Json, jsonschema_rs.Validator]] = {}


def as_it_is(node: Any) -> Any:  # noqa: ANN401 - any part of a document
    """Return a schema itself."""
    return node


def opened(node: Any) -> Any:  # noqa: ANN401 - the same
    """Return a copy of a schema without the values of open enums: more appear without notice."""
    return copied(node, without_listed)


def loosened(node: Any) -> Any:  # noqa: ANN401 - the same
    """Return such a copy that takes true and digits for numbers, and the like for booleans.

    Libraries that turn types into each other read JSON so.
    """
    return copied(node, lambda each: _with_other_types(without_listed(each)))


def compile_schema(
    document: Document, schema: Json, view: View = as_it_is
) -> jsonschema_rs.Validator:
    """Return a validator of values against a schema of the document, formats included.

    It judges by a view of the schema: `as_it_is`, `opened` or `loosened`.
    """
    key = (document, id(schema), view)
    if key not in _compiled:
        whole = view({**schema, "components": reachable(document, schema)})
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        _compiled[key] = schema, validator  # holds the schema, so that its id stays its own
    return _compiled[key][1]


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


def _with_other_types(node: Json) -> Json:
    kind = node.get("type")
    if kind in ("integer", "number"):
        return {**node, "type": [kind, "boolean", "string"], "pattern": DIGITS}
    if kind == "boolean":
        rest = {name: each for name, each in node.items() if name != "type"}
        return {**rest, "anyOf": [{"type": "boolean"}, {"enum": AS_BOOLEANS}]}
    return node
