"""Titles become names: what a correction gives a `title` is a component of that name.

Upstream has no titles left when corrections apply, so every title is one of ours. On a component
it is the component's new name; on a schema that is written in place it makes a component of it.
Equal schemas may share a title and become one component. References follow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from document.problems import DocumentProblem
from document.tree import duplicate
from document.walk import schemas

if TYPE_CHECKING:
    from document.tree import Tree

PREFIX = "#/components/schemas/"
_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_PLACE = frozenset({"default", "deprecated", "readOnly", "writeOnly", "description"})
"""Keywords that are about the place where a schema is used, not about the schema."""


def name_schemas(document: Tree) -> None:
    """Rename and extract, in place, whatever carries a title.

    Raises:
        DocumentProblem: A title is no name, or two different schemas want the same one.

    """
    _rename(document)
    components: Tree = document["components"]["schemas"]
    titled = [place for place in schemas(document) if "title" in place.node]
    for place in reversed(titled):  # what is inside goes before what it is in
        name = _checked(place.node.pop("title"), place.where)
        body = _extract(place.node, name, place.where)
        if components.setdefault(name, body) != body:
            raise DocumentProblem(f"{place.where}: another schema is called {name}; rename one")


def rename_schemas(document: Tree, names: dict[str, str]) -> None:
    """Give components other names, in place, where the document has no component of that name."""
    components: Tree = document.get("components", {}).get("schemas", {})
    chosen = {old: new for old, new in names.items() if old in components and new not in components}
    if chosen:
        document["components"]["schemas"] = {
            chosen.get(name, name): schema for name, schema in components.items()
        }
        _point(document, {PREFIX + old: PREFIX + new for old, new in chosen.items()})


def tag_operations(document: Tree) -> None:
    """Give every operation with an id its tag, in place: the id without its last word."""
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("operationId"):
                operation["tags"] = [operation["operationId"].rpartition(".")[0]]


def _checked(title: object, where: str) -> str:
    if not isinstance(title, str) or not _NAME.fullmatch(title):
        raise DocumentProblem(f"{where}: the title {title!r} is no name for a schema")
    return title


def _rename(document: Tree) -> None:
    """Give components with a title that name."""
    components: Tree = document["components"]["schemas"]
    names = {
        old: _checked(schema.pop("title"), old)
        for old, schema in components.items()
        if isinstance(schema, dict) and "title" in schema
    }
    renamed: Tree = {}
    for old, schema in components.items():
        name = names.get(old, old)
        if name in renamed and renamed[name] != schema:
            raise DocumentProblem(f"{old}: another schema is called {name}; rename one")
        renamed[name] = schema
    document["components"]["schemas"] = renamed
    _point(document, {PREFIX + old: PREFIX + new for old, new in names.items()})


def _point(node: Any, names: dict[str, str]) -> None:  # noqa: ANN401 - JSON of any kind
    """Let every text that is one of the old references be the new one."""
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        if isinstance(value, str):
            node[key] = names.get(value, value)
        elif isinstance(value, dict | list):
            _point(value, names)


def _extract(node: Tree, name: str, where: str) -> Tree:
    """Leave a reference where the schema was; what it is without null, and without its place.

    Raises:
        DocumentProblem: Nothing that needs a name is there.

    """
    body = {key: value for key, value in node.items() if not _is_of_place(key)}
    left: Tree = {key: value for key, value in node.items() if _is_of_place(key)}
    reference = {"$ref": PREFIX + name}
    kind = next((key for key in ("anyOf", "oneOf") if {"type": "null"} in body.get(key, ())), None)
    if kind:
        body[kind] = [member for member in body[kind] if member != {"type": "null"}]
        if len(body[kind]) == 1:
            raise DocumentProblem(f"{where}: give the title to the member that is not null")
        left["anyOf"] = [reference, {"type": "null"}]
    else:
        left |= reference
    extracted = duplicate(body)
    node.clear()
    node.update(left)
    return extracted


def _is_of_place(key: str) -> bool:
    return key in _PLACE or key.startswith("x-mistral-deprecated")
