"""Plain JSON trees: their types, and the walks that every step of the pipeline needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
Tree: TypeAlias = dict[str, Any]
"""A JSON object. `Any` stands for JSON of any depth."""

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
"""The keys of a path item that are operations, in the order in which they are written."""
_SCHEMAS = "#/components/schemas/"


def references(node: object) -> Iterator[str]:
    """Yield every reference below the node: `$ref` values and the targets of discriminators."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            elif key == "mapping" and isinstance(value, dict) and "propertyName" in node:
                yield from (target for target in value.values() if isinstance(target, str))
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def operations(document: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Path, method and operation object of each operation, in the document's order."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield path, method, item[method]


def follow(document: Tree, reference: str) -> Any | None:  # noqa: ANN401 - JSON of any kind
    """Return what a local reference (`#/a/b`) points at, or None when there is nothing."""
    if not reference.startswith("#"):
        return None
    node: Any = document
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def reachable(document: Tree, start: object) -> set[str]:
    """Return the references that the node leads to, directly or through others."""
    found: set[str] = set()
    waiting = list(references(start))
    while waiting:
        reference = waiting.pop()
        if reference not in found:
            found.add(reference)
            waiting.extend(references(follow(document, reference)))
    return found


def alone(document: Tree, schema: Tree) -> Tree:
    """Return the schema with the components that it needs, and no others: each costs time."""
    needed = {ref.removeprefix(_SCHEMAS) for ref in reachable(document, schema)}
    components = document.get("components", {}).get("schemas", {})
    return schema | {
        "components": {"schemas": {name: components[name] for name in needed if name in components}}
    }


def duplicate(node: T) -> T:
    """Return a deep copy that shares nothing with the node, nor one of its places with another.

    YAML aliases make one object of several places; a change of one of them must not reach the rest.
    """
    copied: Any = node
    if isinstance(node, dict):
        copied = {key: duplicate(item) for key, item in node.items()}
    elif isinstance(node, list):
        copied = [duplicate(item) for item in node]
    return cast("T", copied)
