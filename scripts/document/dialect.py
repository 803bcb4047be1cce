"""Other ways to say the same: OpenAPI 3.0, and lists of types, said as OpenAPI 3.1 says them.

Corrections point into schemas, so that one thing has to be written in one way: what may be null is
an `anyOf` with null, and a bound that is exclusive is a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from document.tree import Tree

VERSION = "3.1.0"
_NULL = {"type": "null"}
_VALUES = frozenset({"example", "examples", "default", "enum", "const"})
"""Keys that hold values, not schemas."""
_AROUND = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly"}
    | {"writeOnly", "externalDocs", "xml"}
)
"""Keys that are about the place, not about what is there when it is not null."""
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def modernise(document: Tree) -> Tree:
    """Return the document, changed in place, in the words of OpenAPI 3.1."""
    is_old = str(document.get("openapi", "")).startswith("3.0")
    if is_old:
        document["openapi"] = VERSION
        _fix_tags(document)
    _rewrite(document)
    return document


def _fix_tags(document: Tree) -> None:
    """Make an enum of one value, which 3.0 has for constants, one where it stands.

    One with a name of its own stays: that is a list which may grow.
    """
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    named = {id(one) for one in schemas.values()} if isinstance(schemas, dict) else set()
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        if not isinstance(node, dict):
            continue
        waiting += _inside(node)
        values = node.get("enum")
        is_one = isinstance(values, list) and len(values) == 1 and "type" in node
        if is_one and id(node) not in named:
            node["const"] = node.pop("enum")[0]


def _rewrite(node: Any) -> None:  # noqa: ANN401 - JSON of any kind
    """Rewrite everything below the node."""
    if isinstance(node, list):
        for item in node:
            _rewrite(item)
    if not isinstance(node, dict):
        return
    for value in _inside(node):
        _rewrite(value)
    _rewrite_bounds(node)
    if _takes_null(node):
        _separate_null(node)


def _inside(node: Tree) -> list[Any]:
    """Return what of the node may hold schemas; a field may be called `default`."""
    return [
        value
        for key, value in node.items()
        if key not in _VALUES or (key == "default" and isinstance(value, dict))
    ]


def _rewrite_bounds(node: Tree) -> None:
    """Make a flag beside a bound the bound itself."""
    for flag, bound in _BOUNDS:
        if isinstance(node.get(flag), bool):
            is_exclusive = node.pop(flag)
            if is_exclusive and bound in node:
                node[flag] = node.pop(bound)


def _takes_null(node: Tree) -> bool:
    """Say whether null is allowed by a flag or in a list of types; both ways are taken out."""
    types = node.get("type")
    listed = False
    if isinstance(types, list) and "null" in types and len(types) > 1:
        listed = True
        rest = [one for one in types if one != "null"]
        node["type"] = rest[0] if len(rest) == 1 else rest
    flag = node.get("nullable")
    if isinstance(flag, bool):
        del node["nullable"]
    return listed or flag is True


def _separate_null(node: Tree) -> None:
    """Make null a member of its own; what there is beside it becomes the other."""
    inner = {
        key: node.pop(key) for key in list(node) if key not in _AROUND and not key.startswith("x-")
    }
    if isinstance(inner.get("enum"), list):
        inner["enum"] = [value for value in inner["enum"] if value is not None]
    union = next((key for key in ("anyOf", "oneOf") if key in inner), None)
    if union and inner.keys() == {union}:
        members = [one for one in inner[union] if one != _NULL]
        node |= inner | {union: [*members, dict(_NULL)]}
        return
    alone = inner.get("allOf")
    if alone and inner.keys() == {"allOf"} and len(alone) == 1:
        inner = alone[0]
    node["anyOf"] = [inner, dict(_NULL)] if inner else [{}]
