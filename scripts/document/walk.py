"""Where things are in an OpenAPI document: every schema, parameter, header and media type.

The walk knows what it is looking at: a property that is called `type` is not a keyword, and
an example that looks like a schema is not one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from document.tree import Tree, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE = (
    "items",
    "additionalProperties",
    "propertyNames",
    "not",
    "contains",
    "contentSchema",
    "unevaluatedItems",
    "unevaluatedProperties",
    "if",
    "then",
    "else",
)
_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAP = ("properties", "patternProperties", "dependentSchemas", "$defs")
_HOLDERS = frozenset((*_ONE, *_LIST, *_MAP))


@attrs.frozen
class Place:
    """A part of the document and where it is."""

    where: str
    """In words for messages: `Library.properties.id`, `POST /v1/files: body`."""
    node: Tree
    is_property: bool = False
    """Whether it is a named field of an object."""


def below(schema: Any, where: str) -> Iterator[Place]:  # noqa: ANN401 - JSON of any kind
    """Yield the schema and all schemas inside it, references not followed."""
    waiting = [Place(where, schema)] if isinstance(schema, dict) else []
    while waiting:  # not by recursion: each place would pass through a generator for each level
        place = waiting.pop()
        yield place
        if not _HOLDERS.isdisjoint(place.node):
            waiting += reversed([*_members(place.node, place.where)])


def _members(schema: Tree, where: str) -> Iterator[Place]:
    """Yield the schemas directly inside the schema."""
    for key in _ONE:
        if isinstance(inner := schema.get(key), dict):
            yield Place(f"{where}.{key}", inner)
    for key in _LIST:
        for at, inner in enumerate(schema.get(key, ())):
            if isinstance(inner, dict):
                yield Place(f"{where}.{key}[{at}]", inner)
    for key in _MAP:
        for name, inner in schema.get(key, {}).items():
            if isinstance(inner, dict):
                yield Place(f"{where}.{key}.{name}", inner, is_property=True)


def parameters(document: Tree) -> Iterator[Place]:
    """Yield every parameter of every operation."""
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield Place(f"{method.upper()} {path}: {parameter['name']}", parameter)


def bodies(document: Tree) -> Iterator[Place]:
    """Yield the media types of all request bodies."""
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}: body"
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield Place(f"{where} {media}", content)


def answers(document: Tree) -> Iterator[Place]:
    """Yield every answer: those of the operations and the shared ones."""
    for path, method, operation in operations(document):
        for status, answer in operation.get("responses", {}).items():
            yield Place(f"{method.upper()} {path}: {status}", answer)
    for name, answer in document.get("components", {}).get("responses", {}).items():
        yield Place(f"answer {name}", answer)


def answer_contents(document: Tree) -> Iterator[Place]:
    """Yield the media types of all answers."""
    for answer in answers(document):
        for media, content in answer.node.get("content", {}).items():
            yield Place(f"{answer.where} {media}", content)


def headers(document: Tree) -> Iterator[Place]:
    """Yield every header of an answer, and the shared ones."""
    for answer in answers(document):
        for name, header in answer.node.get("headers", {}).items():
            yield Place(f"{answer.where}: header {name}", header)
    for name, header in document.get("components", {}).get("headers", {}).items():
        yield Place(f"header {name}", header)


def schemas(document: Tree) -> Iterator[Place]:
    """Yield every schema of the document, the nested ones too."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from below(schema, name)
    for holder in (*parameters(document), *headers(document)):
        yield from below(holder.node.get("schema"), holder.where)
    for media in (*bodies(document), *answer_contents(document)):
        yield from below(media.node.get("schema"), media.where)
