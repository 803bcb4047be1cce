"""Drafts for what groups that are declared leave open: the declarations that promise least."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from document.tree import follow

from updates.examples import step_to

if TYPE_CHECKING:
    from document.survey import Task
    from document.tree import Tree

_SAID = "DRAFT: say what."
_LEAST: dict[str, Tree] = {
    "resource": {"none": _SAID},
    "reference": {"resource": None},
    "filter": {"is": _SAID},
    "option": {"effect": "hint"},
    "link": {"lifetime_s": 3600},
    "states": {"ends": []},
}
"""What each declaration says while nobody knows more."""
_ENDS = re.compile(
    r"(?i)done|success|succeeded|complete|finish|fail|error|cancel|abort|expire|time[d_]|terminat"
)
"""The words by which a state is an end."""
_NAMED = re.compile(r"the (parameter|option) (\S+) ")
_POINTER = re.compile(r"(/\S+) is (?:an id|a state)")


def declared_as(task: Task, document: Tree) -> tuple[str, Tree] | None:
    """Return the target and the update of the declaration that a task asks for.

    None for another task.
    """
    asked = re.search(r": declare x-mistral-(\w+)", task.text)
    if asked is None:
        return None
    target = _target(task, document)
    update = {f"x-mistral-{asked[1]}": dict(_LEAST[asked[1]])}
    if asked[1] == "states":
        node = follow(document, "#" + (_POINTER.match(task.text) or ["", ""])[1])
        ends = [word for word in _enum(node, document) if _ENDS.search(word)]
        update["x-mistral-states"]["ends"] = ends
    return target, update


def _target(task: Task, document: Tree) -> str:
    method, _, path = task.where.partition(" ")
    operation = f"$.paths['{path}'].{method.lower()}"
    if found := _POINTER.match(task.text):
        return _as_path(found[1])
    named = _NAMED.search(task.text)
    if named is None:
        return operation
    if named[1] == "parameter":
        return f"{operation}.parameters[?@.name == '{named[2]}']"
    content = document["paths"][path][method.lower()]["requestBody"]["content"]
    media, body = next(iter(content.items()))
    place = f"{operation}.requestBody.content['{media}'].schema"
    if "$ref" in body["schema"]:
        place = f"$.components.schemas.{body['schema']['$ref'].rpartition('/')[2]}"
    return f"{place}.properties{step_to(named[2])}"


def _as_path(pointer: str) -> str:
    """Return the JSONPath of a JSON pointer."""
    parts = [one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:]]
    return "$" + "".join(f"[{one}]" if one.isdigit() else step_to(one) for one in parts)


def _enum(node: Any, document: Tree) -> list[str]:  # noqa: ANN401 - JSON of any kind
    """Return the values of an enum, wherever in a schema it is."""
    if not isinstance(node, dict):
        return []
    if "$ref" in node:
        return _enum(follow(document, node["$ref"]), document)
    inner = [one for key in ("anyOf", "oneOf", "allOf") for one in node.get(key, ())]
    found = [*node.get("enum", ()), *(value for one in inner for value in _enum(one, document))]
    return [value for value in found if isinstance(value, str)]
