"""Values around a schema's edge: those that just hold and those that just break it.

Candidates are simple and few; a compiled validator decides which side each one is on, so that no
guess about a schema can make a rule wrong.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mistral_conformance.model.compiled import as_it_is, compile_schema, loosened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json

ORDINARY: tuple[Any, ...] = (None, True, 7, 0.5, "conformance", [], {})
ALTERNATIVES = ("anyOf", "oneOf", "allOf")


def branches(document: Document, schema: Json) -> Iterator[Json]:
    """Yield the schema and every alternative inside it, references resolved."""
    node = document.resolve(schema)
    yield node
    for keyword in ALTERNATIVES:
        for each in node.get(keyword, []):
            yield from branches(document, each)


def values_inside(document: Document, schema: Json) -> list[Any]:
    """Bounds, enum values and null, as far as the schema admits them."""
    return _judged(document, schema, [None, *_edges(document, schema)], admitted=True)


def values_outside(document: Document, schema: Json) -> list[Any]:
    """Return values of wrong types and just beyond the bounds, if the schema refuses them.

    What a lenient server may take is not among them.
    """
    beyond = list(_beyond(document, schema))
    return _judged(document, schema, [*ORDINARY, *beyond], admitted=False)


def parsed(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a text says as JSON, the text itself where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def readings(text: str) -> list[Any]:
    """Return everything that a server may take a text from a path, query or form for."""
    found: list[Any] = [text, [text]]
    with suppress(ValueError):
        found.append(json.loads(text))
    if text in {"0", "1"}:
        found.append(text == "1")
    return found


def _judged(document: Document, schema: Json, values: list[Any], *, admitted: bool) -> list[Any]:
    validator = compile_schema(document, schema, as_it_is if admitted else loosened)
    distinct = {repr(each): each for each in values}.values()
    return [each for each in distinct if validator.is_valid(each) is admitted]


def _edges(document: Document, schema: Json) -> Iterator[Any]:
    for node in branches(document, schema):
        yield from node.get("enum", [])
        for keyword in ("minimum", "maximum"):
            if keyword in node:
                yield _number(node[keyword], node)


def _beyond(document: Document, schema: Json) -> Iterator[Any]:
    for node in branches(document, schema):
        if "minimum" in node:
            yield _number(node["minimum"] - 1, node)
        if "maximum" in node:
            yield _number(node["maximum"] + 1, node)
        if "exclusiveMinimum" in node:
            yield _number(node["exclusiveMinimum"], node)
        if "exclusiveMaximum" in node:
            yield _number(node["exclusiveMaximum"], node)
        if 0 < node.get("maxLength", 0) < 10_000:
            yield "x" * (node["maxLength"] + 1)


def _number(value: float, node: Json) -> float:
    return int(value) if node.get("type") == "integer" else value
