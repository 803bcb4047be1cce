"""What a request asks, as leaves: each part of it under the place where it stands.

Two requests ask the same when their leaves are the same. What makes no difference to a server is
evened out: the order of names, fields that are null or say what the document takes for granted, a
text that stands alone in a list of one, the spelling of JSON within arguments.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from mistral_mock import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_mock.operations import Operation
    from mistral_mock.recording.exchange import Body, FormPart, Question

Leaves = dict[str, object]
"""Values by their places, such as `body.messages[0].content`."""
ARGUMENTS = "arguments"
MISSING = object()


def read_leaves(asked: Question, operation: Operation | None) -> Leaves:
    """Return the leaves of a request, in its order."""
    found: Leaves = {"method": asked.method}
    for number, segment in enumerate(asked.path.strip("/").split("/"), start=1):
        found[f"path[{number}]"] = unquote(segment)
    pairs = sorted(parse_qsl(asked.query, keep_blank_values=True))
    for number, (name, value) in enumerate(pairs):
        several = f"[{number}]" if f"query.{name}" in found else ""
        found[f"query.{name}{several}"] = value
    found.update(read_body(asked.body, find_defaults(operation)))
    return found


def find_defaults(operation: Operation | None) -> Mapping[str, Any]:
    """Return what the document takes for granted of the body's fields."""
    if operation is None:
        return {}
    return {
        name: schema.default
        for body in operation.bodies.values()
        for name, schema in body.properties.items()
    }


def read_body(body: Body, defaults: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the leaves of a body."""
    if body.kind == "json" and isinstance(body.value, dict):
        said = {
            name: one
            for name, one in body.value.items()
            if name not in defaults or one != defaults[name]
        }
        yield from walk(said, "body")
    elif body.kind == "json":
        yield from walk(body.value, "body")
    elif body.kind == "form":
        yield from walk_form(body.value)
    elif body.kind in {"text", "binary"}:
        content = body.value.encode() if isinstance(body.value, str) else body.value
        yield "body", digest(content)


def walk_form(parts: tuple[FormPart, ...]) -> Iterator[tuple[str, object]]:
    """Yield the leaves of a form; a file is what it is called and what it holds."""
    seen: dict[str, int] = {}
    for one in sorted(parts, key=lambda each: each.name):
        number = seen.get(one.name, 0)
        seen[one.name] = number + 1
        place = f"body.{one.name}" + (f"[{number}]" if number else "")
        if one.text is not None:
            yield place, one.text
        else:
            yield f"{place}.name", one.filename
            yield f"{place}.content", digest(one.content)


def digest(content: bytes) -> str:
    """Return what stands for the content of a file."""
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}"


def walk(value: Any, place: str) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON
    """Yield the leaves of a JSON value, in the order of their names."""
    if isinstance(value, dict):
        yield from walk_object(value, place)
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from walk(one, f"{place}[{number}]")
    else:
        yield place, "[]" if value == [] else mark(value)


def walk_object(value: Mapping[str, Any], place: str) -> Iterator[tuple[str, object]]:
    """Yield the leaves of an object; what is null might as well be absent."""
    said = {name: one for name, one in value.items() if one is not None}
    if not said:
        yield place, "{}"
    for name in sorted(said):
        one = said[name]
        if name == "content" and is_lone_text(one):
            one = one[0]["text"]
        elif name == ARGUMENTS and isinstance(one, str):
            one = read_arguments(one)
        yield from walk(one, f"{place}.{name}")


def is_lone_text(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Say whether a list of one piece of text, which says the same as the text."""
    return (
        isinstance(value, list)
        and len(value) == 1
        and isinstance(value[0], dict)
        and value[0].keys() == {"type", "text"}
        and value[0]["type"] == "text"
        and isinstance(value[0]["text"], str)
    )


def read_arguments(text: str) -> object:
    """Return the arguments of a call as JSON; text when they are none."""
    try:
        return json_text.read(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return text


def mark(value: object) -> object:
    """Return a value that equals no value of another type: true is not 1."""
    return (f"{value}".lower(),) if isinstance(value, bool) else value


def find_difference(asked: Leaves, recorded: Leaves) -> tuple[str, object, object] | None:
    """Return the first place where a request differs from a recorded one, with both values."""
    for place in [*asked, *(one for one in recorded if one not in asked)]:
        ours, theirs = asked.get(place, MISSING), recorded.get(place, MISSING)
        if ours != theirs:
            return place, ours, theirs
    return None
