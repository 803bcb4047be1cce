"""Upstream shapes that no tool reads as meant, put right before anything else looks at them.

- A path key such as `/v1/conversations#stream` is no path: the fragment never reaches a server.
  It is the same URL with another request and another answer. Such a variant folds into the plain
  operation: its answer's media types are added, its request is noted under `x-mistral-folded`.
- Two path keys that differ only in the names of their placeholders are one path.
- `$defs` inside a component are reached by references from the document's root, where nothing
  is: they become components. So does what a reference reaches inside a component.
- What OpenAPI 3.0 says otherwise is said as in 3.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from document.dialect import modernise
from document.problems import DocumentProblem
from document.tree import METHODS, Tree, duplicate, follow, references

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_COMPONENTS = "#/components/schemas/"
_LOCAL = "#/$defs/"
_GENERIC = frozenset({"schema", "items", "properties", "anyOf", "oneOf", "allOf", "content"})
"""Keys that say nothing about what a schema is part of."""


def normalise(document: Tree) -> Tree:
    """Return the document with plain paths, inline parameters and no local definitions."""
    document = modernise(hoist(duplicate(document)))
    paths: Tree = {}
    for key in sorted(document["paths"], key=lambda key: ("#" in key, key)):
        bare, _, fragment = key.partition("#")
        path = next((known for known in paths if shape(known) == shape(bare)), bare)
        for method, operation in _operations(document, document["paths"][key]):
            rename_placeholders(operation, bare, path)
            present = paths.setdefault(path, {}).get(method)
            if present is None:
                paths[path][method] = operation
            elif fragment:
                _fold(present, operation, fragment)
            else:
                raise DocumentProblem(f"{key}: {method} is there twice under two placeholder names")
    return document | {"paths": paths}


def rename_paths(document: Tree, names: dict[str, str]) -> None:
    """Give the placeholders of paths other names, in place; the document has plain paths."""
    paths: Tree = document["paths"]
    for path in [path for path in paths if path in names]:
        for operation in paths[path].values():
            rename_placeholders(operation, path, names[path])
    document["paths"] = {names.get(path, path): item for path, item in paths.items()}


def shape(path: str) -> str:
    """Return the path with nameless placeholders: what a server tells apart."""
    return PLACEHOLDER.sub("{}", path)


def _operations(document: Tree, item: Tree) -> list[tuple[str, Tree]]:
    """Return the operations of a path item, each with all its parameters inline."""
    item = _pointed_at(document, item)
    shared = item.get("parameters", [])
    found: list[tuple[str, Tree]] = []
    for method in METHODS:
        if isinstance(operation := item.get(method), dict):
            operation = _with_parts(document, operation)
            own = [_inline(document, entry) for entry in operation.get("parameters", [])]
            names = {(entry["name"], entry["in"]) for entry in own}
            above = (_inline(document, entry) for entry in shared)
            own += [entry for entry in above if (entry["name"], entry["in"]) not in names]
            found.append((method, operation | ({"parameters": own} if own else {})))
    return found


def _with_parts(document: Tree, operation: Tree) -> Tree:
    """Return the operation with its body and answers in place, where references stood."""
    parts: Tree = {}
    if "requestBody" in operation:
        parts["requestBody"] = _pointed_at(document, operation["requestBody"])
    if "responses" in operation:
        parts["responses"] = {
            status: _pointed_at(document, answer)
            for status, answer in operation["responses"].items()
        }
    return operation | parts


def _pointed_at(document: Tree, node: Tree) -> Tree:
    """Return the node, or a copy of what it refers to.

    Raises:
        DocumentProblem: It refers to nothing.

    """
    if "$ref" not in node:
        return node
    target = follow(document, node["$ref"])
    if not isinstance(target, dict) or "$ref" in target:
        raise DocumentProblem(f"{node['$ref']} is used but does not exist upstream")
    copied: Tree = duplicate(target)
    return copied


def _inline(document: Tree, parameter: Tree) -> Tree:
    """Return the parameter itself where a reference stands."""
    if "$ref" not in parameter:
        return parameter
    target = follow(document, parameter["$ref"])
    if not isinstance(target, dict):
        raise DocumentProblem(f"the parameter {parameter['$ref']} does not exist upstream")
    copied: Tree = duplicate(target)
    return copied


def rename_placeholders(operation: Tree, old: str, new: str) -> None:
    """Give path parameters the names that the path `new` has at their positions."""
    names = dict(zip(PLACEHOLDER.findall(old), PLACEHOLDER.findall(new), strict=True))
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["name"] = names.get(parameter["name"], parameter["name"])


def _fold(present: Tree, variant: Tree, fragment: str) -> None:
    """Add to the plain operation what its variant can answer and takes."""
    for status, answer in variant.get("responses", {}).items():
        known = present.setdefault("responses", {}).setdefault(status, answer)
        for media, content in answer.get("content", {}).items():
            known.setdefault("content", {}).setdefault(media, content)
    note: Tree = {"fragment": fragment, "upstream-id": variant.get("operationId")}
    for media, content in variant.get("requestBody", {}).get("content", {}).items():
        note.setdefault("request", {})[media] = content.get("schema", {})
    present.setdefault("x-mistral-folded", []).append(note)


def hoist(document: Tree) -> Tree:
    """Return the document, changed in place: `$defs`, and what is referred to, are components."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    inner = dict(_inside_components(document, schemas))
    _redirect(document, {reference: _COMPONENTS + name for reference, name in inner.items()})
    for owner, node in list(_with_definitions(document, "")):
        local = node.pop("$defs")
        names = {name: _free_name(schemas, owner, name, body) for name, body in local.items()}
        schemas.update({names[name]: body for name, body in local.items()})
        for touched in (node, *local.values()):
            _point(touched, names)
    return document


def _inside_components(document: Tree, schemas: Tree) -> Iterator[tuple[str, str]]:
    """Yield references to what is inside a component, each with what it becomes here."""
    for reference in sorted(set(references(document))):
        owner, *below = reference.removeprefix(_COMPONENTS).split("/")
        body = follow(document, reference)
        if not reference.startswith(_COMPONENTS) or not below or not isinstance(body, dict):
            continue
        is_definition = below[-2:-1] == ["$defs"]  # its place goes, and with it one of the two
        own = below[-1] if is_definition else owner + below[-1][:1].upper() + below[-1][1:]
        name = _free_name(schemas, owner, own, body)
        schemas[name] = body if is_definition else duplicate(body)
        yield reference, name


def _redirect(node: Any, targets: dict[str, str]) -> None:  # noqa: ANN401 - JSON of any kind
    """Let references lead elsewhere."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, (dict, list)):
            _redirect(value, targets)
        elif isinstance(value, str) and value in targets:
            node[key] = targets[value]


def _with_definitions(node: Any, owner: str) -> Iterator[tuple[str, Tree]]:  # noqa: ANN401 - JSON of any kind
    """Yield every schema with `$defs` and the name of what it is in; examples are not looked at."""
    if isinstance(node, list):
        for item in node:
            yield from _with_definitions(item, owner)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("$defs"), dict):
        title = str(node.get("title", ""))
        yield (title if title.isidentifier() else owner), node
    for key, value in node.items():
        if key not in {"example", "examples", "default"}:
            yield from _with_definitions(value, owner if key in _GENERIC else key)


def _free_name(schemas: Tree, owner: str, name: str, body: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """Return the component name for a local definition; the owner's name tells two apart."""
    return name if name not in schemas or schemas[name] == body else f"{owner}{name}"


def _point(node: Any, names: dict[str, str]) -> None:  # noqa: ANN401 - JSON of any kind
    """Turn references to local definitions into references to components."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and value.startswith(_LOCAL):
                local = value.removeprefix(_LOCAL)
                node[key] = _COMPONENTS + names.get(local, local)
            else:
                _point(value, names)
    elif isinstance(node, list):
        for value in node:
            _point(value, names)
