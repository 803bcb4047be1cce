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
    "if",
    "then",
    "else",
)
_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAP = ("properties", "patternProperties", "dependentSchemas", "$defs")


@attrs.frozen
class Place:
    """A part of the document and where it is."""

    where: str
    """In words for messages: `Library.properties.id`, `POST /v1/files: body`."""
    node: Tree
    is_property: bool = False
    """Whether it is a named field of an object."""


def below(schema: Any, where: str) -> Iterator[Place]:  # noqa: ANN401 - JSON of any kind
    """The schema and all schemas inside it, references not followed."""
    waiting = [(schema, where, False)]
    while waiting:
        node, at, is_property = waiting.pop()
        if isinstance(node, dict):
            yield Place(at, node, is_property)
            waiting += reversed(list(_inside(node, at)))


def _inside(schema: Tree, where: str) -> Iterator[tuple[Any, str, bool]]:
    """The schemas directly inside a schema, where they are, and whether each is a property."""
    for key in _ONE:
        if key in schema:
            yield schema[key], f"{where}.{key}", False
    for key in _LIST:
        if key in schema:
            for at, item in enumerate(schema[key]):
                yield item, f"{where}.{key}[{at}]", False
    for key in _MAP:
        if key in schema:
            for name, item in schema[key].items():
                yield item, f"{where}.{key}.{name}", True


def parameters(document: Tree) -> Iterator[Place]:
    """Every parameter of every operation."""
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield Place(f"{method.upper()} {path}: {parameter['name']}", parameter)


def bodies(document: Tree) -> Iterator[Place]:
    """The media types of all request bodies."""
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}: body"
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield Place(f"{where} {media}", content)


def answers(document: Tree) -> Iterator[Place]:
    """Every answer: those of the operations and the shared ones."""
    for path, method, operation in operations(document):
        for status, answer in operation.get("responses", {}).items():
            yield Place(f"{method.upper()} {path}: {status}", answer)
    for name, answer in document.get("components", {}).get("responses", {}).items():
        yield Place(f"answer {name}", answer)


def answer_contents(document: Tree) -> Iterator[Place]:
    """The media types of all answers."""
    for answer in answers(document):
        for media, content in answer.node.get("content", {}).items():
            yield Place(f"{answer.where} {media}", content)


def headers(document: Tree) -> Iterator[Place]:
    """Every header of an answer, and the shared ones."""
    for answer in answers(document):
        for name, header in answer.node.get("headers", {}).items():
            yield Place(f"{answer.where}: header {name}", header)
    for name, header in document.get("components", {}).get("headers", {}).items():
        yield Place(f"header {name}", header)


def schemas(document: Tree) -> Iterator[Place]:
    """Every schema of the document, the nested ones too."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from below(schema, name)
    for holder in (*parameters(document), *headers(document)):
        yield from below(holder.node.get("schema"), holder.where)
    for media in (*bodies(document), *answer_contents(document)):
        yield from below(media.node.get("schema"), media.where)
