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
    from document.walk import Place

PREFIX = "#/components/schemas/"
_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_PLACE = frozenset({"default", "deprecated", "readOnly", "writeOnly", "description"})
"""Keywords that are about the place where a schema is used, not about the schema."""


def name_schemas(document: Tree, problems: list[DocumentProblem] | None = None) -> None:
    """Rename and extract, in place, whatever carries a title.

    With `problems`, titles that cannot be names are taken off and added there.

    Raises:
        DocumentProblem: A title is no name, or two different schemas want the same one.

    """
    found: list[DocumentProblem] = []
    _rename(document, found)
    components: Tree = document["components"]["schemas"]
    titled = [place for place in schemas(document) if "title" in place.node]
    for place in reversed(titled):  # what is inside goes before what it is in
        try:
            _name(place, components)
        except DocumentProblem as problem:
            found.append(problem)
    if problems is not None:
        problems += found
    elif found:
        raise found[0]


def _name(place: Place, components: Tree) -> None:
    """Make a component of a schema with a title; that is taken off in any case."""
    name = _checked(place.node.pop("title"), place.where)
    if place.node.get("$ref") == PREFIX + name:
        return  # upstream has come to call it so too
    body, left = _separated(place.node, name, place.where)
    if components.setdefault(name, body) != body:
        raise _clash(name, place.where)
    place.node.clear()
    place.node.update(left)


def _clash(name: str, where: str) -> DocumentProblem:
    return _problem(
        f"another schema is called {name} too, and is not the same as the one at {where}; "
        "give one of them another title, or take the title off",
        name,
    )


def _problem(text: str, title: object) -> DocumentProblem:
    return DocumentProblem(f"curation/schema_names.yaml, the title {title}: {text}")


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
        raise _problem(f"it is no name for the schema at {where}; write a word in capitals", title)
    return title


def _rename(document: Tree, problems: list[DocumentProblem]) -> None:
    """Give components with a title that name; what cannot be one is added to the problems."""
    components: Tree = document["components"]["schemas"]
    names: dict[str, str] = {}
    for old, schema in components.items():
        if isinstance(schema, dict) and "title" in schema:
            try:
                names[old] = _checked(schema.pop("title"), old)
            except DocumentProblem as problem:
                problems.append(problem)
    wanted: dict[str, list[str]] = {}
    for old in components:
        wanted.setdefault(names.get(old, old), []).append(old)
    for name, owners in wanted.items():
        if any(components[old] != components[owners[0]] for old in owners):
            titled = [old for old in owners if old in names]
            problems += [_clash(name, old) for old in titled]
            names = {old: new for old, new in names.items() if old not in titled}
    document["components"]["schemas"] = {
        names.get(old, old): schema for old, schema in components.items()
    }
    _point(document, {PREFIX + old: PREFIX + new for old, new in names.items()})


def _point(node: Any, names: dict[str, str]) -> None:  # noqa: ANN401 - JSON of any kind
    """Let every text that is one of the old references be the new one."""
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        if isinstance(value, str):
            node[key] = names.get(value, value)
        elif isinstance(value, dict | list):
            _point(value, names)


def _separated(node: Tree, name: str, where: str) -> tuple[Tree, Tree]:
    """Return the schema without null and without its place, and the reference that stays there.

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
            raise _problem(f"give it to the member of {where} that is not null", name)
        left["anyOf"] = [reference, {"type": "null"}]
    else:
        left |= reference
    return duplicate(body), left


def _is_of_place(key: str) -> bool:
    return key in _PLACE or key.startswith("x-mistral-deprecated")
