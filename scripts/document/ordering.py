"""One order for everything in the curated document, whatever order its parts came in."""

from __future__ import annotations

from document.tree import METHODS, Tree, duplicate, operations
from document.walk import answer_contents, answers, bodies, parameters, schemas

REST = "*"
"""Stands for every key that an order does not name; they come sorted."""
DOCUMENT = ("openapi", "info", "servers", "security", "tags", "paths", "components")
COMPONENTS = ("securitySchemes", "responses", "headers", "schemas")
OPERATION = (
    "operationId", "tags", "summary", "description", "deprecated", REST,
    "parameters", "requestBody", "responses",
)  # fmt: skip
INFO = ("title", "summary", "version", REST)
BODY = ("description", "required", REST, "headers", "content")
MEDIA = ("schema", REST, "examples")
PARAMETER = ("name", "in", "description", "required", "deprecated", REST, "schema")
SCHEMA = (
    "$ref", "title", "description", "type", "format", "const", "enum", "default", "deprecated",
    REST, "anyOf", "oneOf", "allOf", "required", "properties", "additionalProperties", "examples",
)  # fmt: skip


def arrange(document: Tree) -> Tree:
    """Return a copy in which every key has its place; lists and properties keep their order."""
    arranged: Tree = duplicate(document)
    for parameter in parameters(arranged):
        _sort(parameter.node, PARAMETER)
    for schema in schemas(arranged):
        _sort(schema.node, SCHEMA)
    for media in (*bodies(arranged), *answer_contents(arranged)):
        _sort(media.node, MEDIA)
    for answer in answers(arranged):
        _sort(answer.node, BODY)
    for _, _, operation in operations(arranged):
        _sort(operation, OPERATION)
        _sort(operation.get("requestBody", {}), BODY)
        _sort(operation.get("responses", {}), (REST,))
    for item in arranged["paths"].values():
        _sort(item, METHODS)
    for entries in arranged["components"].values():
        _sort(entries, (REST,))
    _sort(arranged["components"], COMPONENTS)
    paths = arranged["paths"]
    arranged["paths"] = {path: paths[path] for path in sorted(paths, key=_path_key)}
    _sort(arranged.get("info", {}), INFO)
    _sort(arranged, DOCUMENT)
    return arranged


def _path_key(path: str) -> tuple[str, ...]:
    """Sorts a path before the paths below it."""
    return tuple(path.split("/"))


def _sort(node: Tree, order: tuple[str, ...]) -> None:
    """Put the keys of the node in order, in place."""
    rest = order.index(REST) if REST in order else len(order)

    def rank(key: str) -> tuple[int, str]:
        return (order.index(key), "") if key in order else (rest, key)

    entries = [(key, node[key]) for key in sorted(node, key=rank)]
    node.clear()
    node.update(entries)
