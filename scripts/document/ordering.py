"""One order for everything in the curated document, whatever order its parts came in."""

from __future__ import annotations

import re
from typing import Any

from document.tree import METHODS, Tree

DOCUMENT = ("openapi", "info", "servers", "security", "tags", "paths", "components")
COMPONENTS = ("securitySchemes", "responses", "headers", "schemas")
OPERATION = (
    "operationId", "tags", "summary", "description", "deprecated", "x-*", "security",
    "parameters", "requestBody", "responses",
)  # fmt: skip
PARAMETER = ("name", "in", "description", "required", "deprecated", "x-*", "style", "explode")
SCHEMA = (
    "$ref", "title", "description", "type", "format", "deprecated", "x-*", "const", "enum",
    "default", "required", "properties",
)  # fmt: skip


def arrange(document: Tree) -> Tree:
    """The document with stable key order; lists and properties keep theirs."""
    arranged = _by(document, DOCUMENT)
    arranged["paths"] = {
        path: {method: _operation(item[method]) for method in METHODS if method in item}
        for path, item in sorted(document["paths"].items(), key=lambda pair: _path_key(pair[0]))
    }
    components = _by(document["components"], COMPONENTS)
    for kind, entries in components.items():
        components[kind] = {name: _inner(entries[name]) for name in sorted(entries)}
    arranged["components"] = components
    return arranged


def _path_key(path: str) -> tuple[str, ...]:
    """Sorts a path before the paths below it."""
    return tuple(path.split("/"))


def _by(node: Tree, order: tuple[str, ...]) -> Tree:
    """The node in the given order; keys that it does not name come last, sorted."""
    extension = order.index("x-*") if "x-*" in order else len(order)

    def rank(key: str) -> tuple[int, str]:
        if key in order:
            return order.index(key), ""
        return (extension if key.startswith("x-") else len(order)), key

    return {key: node[key] for key in sorted(node, key=rank)}


def _operation(operation: Tree) -> Tree:
    """The operation in order, its answers by status."""
    arranged = {key: _inner(value) for key, value in _by(operation, OPERATION).items()}
    answers = arranged.get("responses", {})
    arranged["responses"] = {status: answers[status] for status in sorted(answers)}
    return arranged


def _inner(node: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Parameters and schemas in order; maps of names and all other things as they are."""
    if isinstance(node, list):
        return [_inner(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "in" in node and "name" in node:
        return {key: _inner(value) for key, value in _by(node, PARAMETER).items()}
    if _is_schema(node):
        return {key: _keyword(key, value) for key, value in _by(node, SCHEMA).items()}
    return {key: _inner(value) for key, value in node.items()}


def _keyword(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """The value of a schema keyword; names and literal values are left alone."""
    if key in {"properties", "patternProperties", "$defs"}:
        return {name: _inner(schema) for name, schema in value.items()}
    literal = key in {"default", "const", "enum", "examples", "example"} or key.startswith("x-")
    return value if literal else _inner(value)


def _is_schema(node: Tree) -> bool:
    """Whether the object looks like a schema and not like a map of names."""
    marks = {"$ref", "type", "anyOf", "oneOf", "allOf", "enum", "const", "properties"}
    return any(mark in node and not _nested(node, mark) for mark in marks)


def _nested(node: Tree, mark: str) -> bool:
    """Whether the mark is the name of a property instead of a keyword."""
    return isinstance(node[mark], dict) and mark != "properties"


def tag_key(name: str) -> tuple[str, ...]:
    """Sorts a tag before the tags below it."""
    return tuple(re.split(r"\.", name))
