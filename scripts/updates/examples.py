"""Drafts for examples that do not fit their schemas: what is missing, too much, or wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
from document.tree import follow

from updates.guesses import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

WRONG = "the example is wrong at /"
MISSING = re.compile(r'"([^"]+)" is a required property')
EXTRA = re.compile(r"Additional properties are not allowed \((.+) (?:was|were) unexpected\)")
SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@attrs.frozen
class Mend:
    """What an overlay action does to a value of an example."""

    steps: str
    """From the media type to the target, as JSONPath."""
    update: Tree | None
    """What is merged in; None where the target is removed."""


def split_place(where: str) -> tuple[str, str]:
    """Return the place of the media type, and the name of the example."""
    place, _, name = where.rpartition(": ")
    return place, name


def mend_of(name: str, text: str, media: Tree, document: Tree) -> Mend | None:
    """Return what makes the named example of a media type fit; None where a program cannot tell."""
    found = re.fullmatch(rf"{re.escape(WRONG)}(\S*): (.*)", text, re.DOTALL)
    example = media.get("examples", {}).get(name)
    if found is None or not isinstance(example, dict):
        return None
    path: list[str | int] = [
        int(part) if part.isdigit() else part for part in found[1].split("/") if part
    ]
    base = f".examples['{name}'].value"
    schema = schema_at(media.get("schema", {}), path, document)
    if missing := MISSING.match(found[2]):
        inner = schema_at(schema, [missing[1]], document)
        return Mend(base + _steps(path), {missing[1]: value_of(inner, document)})
    if extra := EXTRA.match(found[2]):
        names = ", ".join(re.findall(r"'[^']+'", extra[1]))
        return Mend(f"{base}{_steps(path)}[{names}]", None)
    if path and isinstance(path[-1], str):
        return Mend(base + _steps(path[:-1]), {path[-1]: value_of(schema, document)})
    if path:
        return None
    return Mend(f".examples['{name}']", {"value": _remade(example.get("value"), schema, document)})


def _remade(value: Any, schema: Any, document: Tree) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return a value of another form with what the old one had: a list enters or leaves a page."""
    made = value_of(schema, document)
    if isinstance(value, list) and isinstance(made, dict):
        lists = [name for name, one in made.items() if isinstance(one, list)]
        return made | {lists[0]: value} if len(lists) == 1 else made
    if isinstance(value, dict) and isinstance(made, list):
        inside = [one for one in value.values() if isinstance(one, list)]
        return inside[0] if len(inside) == 1 else made
    return made


def _steps(path: list[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else step_to(part) for part in path)


def step_to(name: str) -> str:
    """Return the step of a JSONPath to a field; a name that is no plain word is in quotes."""
    return f".{name}" if SIMPLE.fullmatch(name) else f"['{name}']"


def schema_at(schema: Any, path: list[str | int], document: Tree) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the schema of what stands at the path in a value; empty where none is found."""
    if not path:
        return schema
    for one in _members(schema, document):
        key = path[0]
        inner = one.get("items") if isinstance(key, int) else one.get("properties", {}).get(key)
        if isinstance(inner, dict):
            return schema_at(inner, path[1:], document)
    return {}


def _members(schema: Any, document: Tree) -> Iterator[Tree]:  # noqa: ANN401 - JSON of any kind
    """Yield the schema and all that it refers to or is put together from."""
    if not isinstance(schema, dict):
        return
    yield schema
    parts = [follow(document, schema["$ref"])] if "$ref" in schema else []
    parts += [one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ())]
    for part in parts:
        yield from _members(part, document)
