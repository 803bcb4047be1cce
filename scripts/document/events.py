"""Events as they travel: their data is text, which holds JSON.

Upstream describes the data of an event as the object that it means. On the wire it is the text of
that object, and validators that read events judge what is on the wire.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from document.tree import follow, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

EVENTS = "text/event-stream"


def put_data_into_text(document: Tree) -> None:
    """Describe, in place, the data of events as text that holds what `x-mistral-stream` says."""
    for content, stream in _streams(document):
        schema = content["schema"]
        events = follow(document, schema["$ref"]) if "$ref" in schema else schema
        properties = (events or {}).get("properties", {})
        if "data" in properties:
            properties["data"] = _describe_data(stream)


def _describe_data(stream: dict[str, Any]) -> Tree:
    """Return text that holds JSON, or the text that ends the stream where one does."""
    held = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": stream["data"]},
    }
    end = stream.get("end")
    return {"anyOf": [{"type": "string", "const": end}, held]} if end else held


def write_examples_as_text(document: Tree) -> None:
    """Put the data of example events, which people write as objects, into text, in place."""
    for content, _ in _streams(document):
        for example in content.get("examples", {}).values():
            value = example.get("value", {})
            if isinstance(value.get("data"), dict):
                value["data"] = json.dumps(value["data"], ensure_ascii=False)


def _streams(document: Tree) -> Iterator[tuple[Tree, dict[str, Any]]]:
    """Yield the event streams of all answers, with what is said about their operation's."""
    for _, _, operation in operations(document):
        stream = operation.get("x-mistral-stream")
        for answer in operation.get("responses", {}).values():
            content = answer.get("content", {}).get(EVENTS)
            if stream and content and "schema" in content:
                yield content, stream
