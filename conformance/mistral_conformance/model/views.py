"""The document as schemathesis gets it: one view to generate requests from, two to judge answers.

Each view is a copy. What is left out, and why:

- schemas of event streams: their data are objects in the document but text on the wire, so that a
  judge of bodies would call every event wrong. The stream rules judge events, and who reads events
  one by one asks for a view that has their schemas.
- security, when generating: the rules of family `auth` send their own wrong keys.
- closedness (`additionalProperties: false`), when judging answers: a server may add fields.
- the text around JSON inside a text (`contentSchema`), when judging: events are read before that.
- open enums, in the lenient judge: a reader must take values that it does not know. The strict
  judge keeps them, for a rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Json

CLOSING = ("additionalProperties", "unevaluatedProperties")


def request_view(raw: Json) -> Json:
    """Return the document to generate requests from."""
    view = _without_event_schemas(copied(raw))
    view.pop("security", None)
    view.get("components", {}).pop("securitySchemes", None)
    for operation in _operations(view):
        operation.pop("security", None)
    return view


def answer_view(raw: Json, *, open_enums: bool, with_events: bool = False) -> Json:
    """Return the document to judge answers by; `open_enums` admits values that it does not list."""
    view: Json = copied(raw, _opened if open_enums else _unclosed)
    return view if with_events else _without_event_schemas(view)


def _unclosed(node: Json) -> Json:
    if "contentSchema" in node:
        node = dict(node["contentSchema"])
    for keyword in CLOSING:
        if node.get(keyword) is False:
            del node[keyword]
    return node


def _opened(node: Json) -> Json:
    return without_listed(_unclosed(node))


def without_listed(node: Json) -> Json:
    """Return an object of a document without the values of an open enum; the object is its own."""
    if node.get("x-mistral-open") is True:
        node.pop("enum", None)
        node.pop("const", None)
    return node


def copied(node: Any, change: Callable[[Json], Json] = lambda node: node) -> Any:  # noqa: ANN401
    """Return a copy of a part of a document, each object of it changed after those inside."""
    if isinstance(node, dict):
        return change({name: copied(value, change) for name, value in node.items()})
    if isinstance(node, list):
        return [copied(value, change) for value in node]
    return node


def _without_event_schemas(view: Json) -> Json:
    for operation in _operations(view):
        for response in operation.get("responses", {}).values():
            content = response.get("content", {})
            if EVENT_STREAM in content:
                content[EVENT_STREAM] = {}
    return view


def _operations(view: Json) -> Iterator[Json]:
    for item in view["paths"].values():
        for value in item.values():
            if isinstance(value, dict) and "responses" in value:
                yield value
