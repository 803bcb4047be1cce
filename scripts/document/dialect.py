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
    """The document, changed in place, in the words of OpenAPI 3.1."""
    is_old = str(document.get("openapi", "")).startswith("3.0")
    if is_old:
        document["openapi"] = VERSION
    _rewrite(document, fixed=is_old)
    return document


def _rewrite(node: Any, *, fixed: bool) -> None:  # noqa: ANN401 - JSON of any kind
    """Rewrite everything below the node; with `fixed`, an enum of one value is a constant."""
    if isinstance(node, list):
        for item in node:
            _rewrite(item, fixed=fixed)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key not in _VALUES or (key == "default" and isinstance(value, dict)):
            _rewrite(value, fixed=fixed)
    _rewrite_bounds(node)
    values = node.get("enum")
    if fixed and isinstance(values, list) and len(values) == 1 and "type" in node:
        node["const"] = node.pop("enum")[0]
    if _takes_null(node):
        _separate_null(node)


def _rewrite_bounds(node: Tree) -> None:
    """A flag beside a bound becomes the bound itself."""
    for flag, bound in _BOUNDS:
        if isinstance(node.get(flag), bool):
            is_exclusive = node.pop(flag)
            if is_exclusive and bound in node:
                node[flag] = node.pop(bound)


def _takes_null(node: Tree) -> bool:
    """Whether null is allowed by a flag or in a list of types; both ways are taken out."""
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
