"""Examples: the main bodies have one, and every one fits its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from document.lint.finding import Finding, Rule
from document.tree import Tree, alone, operations
from document.walk import answer_contents, bodies, headers, parameters, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 80
"""How much of each end of a long message is shown, in characters."""


def bodies_have_examples(document: Tree) -> Iterator[Finding]:
    """Yield every JSON or form request body shows an example."""
    for place in bodies(document):
        if not place.node.get("examples"):
            yield Finding(place.where, "no example; give one in prose")


def successes_have_examples(document: Tree) -> Iterator[Finding]:
    """Yield every answer of success that has text shows an example."""
    for path, method, operation in operations(document):
        for status, answer in operation.get("responses", {}).items():
            for media, content in answer.get("content", {}).items():
                binary = media == "application/octet-stream" or media.startswith("audio/")
                if status.startswith("2") and not binary and not content.get("examples"):
                    where = f"{method.upper()} {path}: {status} {media}"
                    yield Finding(where, "no example; give one in prose")


def examples_are_valid(document: Tree) -> Iterator[Finding]:
    """Yield every example fits the schema beside it."""
    for where, schema, value in _examples(document):
        checked = alone(document, schema)
        validator = jsonschema_rs.Draft202012Validator(checked, validate_formats=True)
        for error in validator.iter_errors(value):
            at = "/".join(str(part) for part in error.instance_path)
            yield Finding(where, f"the example is wrong at /{at}: {_shortened(error.message)}")


def _shortened(message: str) -> str:
    """Return the message without the middle of a long value, which it begins with."""
    if len(message) <= 2 * _SHOWN:
        return message
    return f"{message[:_SHOWN]} ... {message[-_SHOWN:]}"


def defaults_are_valid(document: Tree) -> Iterator[Finding]:
    """Yield every default fits its own schema."""
    for place in schemas(document):
        if "default" in place.node:
            checked = alone(document, place.node)
            if not jsonschema_rs.Draft202012Validator(checked).is_valid(place.node["default"]):
                yield Finding(place.where, f"the default {place.node['default']!r} is wrong")


def _examples(document: Tree) -> Iterator[tuple[str, Tree, Any]]:
    """Place, schema and value of every example."""
    for place in schemas(document):
        for value in place.node.get("examples", ()):
            yield place.where, {k: v for k, v in place.node.items() if k != "examples"}, value
    carriers = (
        *bodies(document),
        *answer_contents(document),
        *parameters(document),
        *headers(document),
    )
    for place in carriers:
        schema = place.node.get("schema", {})
        for name, example in place.node.get("examples", {}).items():
            yield f"{place.where}: {name}", schema, example.get("value")
        if "example" in place.node:
            yield place.where, schema, place.node["example"]


EXAMPLES: tuple[Rule, ...] = (
    bodies_have_examples,
    successes_have_examples,
    examples_are_valid,
    defaults_are_valid,
)
