"""An answer as the values that the document describes: one for JSON, one for each event."""

from __future__ import annotations

import importlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs
from document.events import EVENTS

import mistral_openapi
from mistral_client.sse import EventParser, ServerEvent
from mistral_client.strict import check
from mistral_generated.wire import read_event_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from mistral_conformance.record.recorded import Body

Json = dict[str, Any]
ENDS = "[DONE]"


@attrs.frozen
class Read:
    """The values of a body, their schema, and the events that they came in."""

    values: list[Any]
    schema: Json
    events: list[ServerEvent] | None = None


def read_answer(operation: mistral_openapi.Operation, status: int, body: Body) -> Read | str:
    """Return what a body holds, or why that cannot be told.

    Raises:
        ValueError: What says that it is JSON is none.
        KeyError: The document has no such answer.

    """
    if body.problem or body.content is None:
        return body.problem or "the recording has no body of the answer"
    if status == HTTPStatus.NO_CONTENT or not body.content:
        return "the answer is empty"
    if body.is_events and status < HTTPStatus.BAD_REQUEST:
        return _read_events(operation, body.content)
    if not body.is_json:
        return f"the answer is {body.media_type or 'of no known type'}, not JSON"
    content = declared(operation, status).get("content", {})
    schema: Json | None = content.get("application/json", {}).get("schema")
    if schema is None:
        return "the document describes no JSON here"
    return Read([body.json()], schema)


def declared(operation: mistral_openapi.Operation, status: int) -> Json:
    """Return what the document says about a status.

    Raises:
        KeyError: It says nothing.

    """
    answers = operation.object["responses"]
    for key in (str(status), f"{str(status)[0]}XX", "default"):
        if key in answers:
            return mistral_openapi.resolve(answers[key])
    raise KeyError(status)


def _read_events(operation: mistral_openapi.Operation, content: bytes) -> Read | str:
    stream = operation.extension("stream")
    if not stream:
        raise KeyError(EVENTS)
    parser = EventParser()
    events = [*parser.feed(content)]
    rest = parser.rest()
    events += [rest] if rest else []
    told = [event for event in events if event.data not in {"", ENDS}]
    if not told:
        return "the stream has no events"
    values = [json.loads(event.data) for event in told]
    return Read(values, {"$ref": stream["data"]}, told)


def unread(operation: mistral_openapi.Operation, body: Body, read: Read) -> Iterator[str]:
    """Yield what the client in strict mode finds wrong with a success."""
    stream = operation.extension("stream") if read.events else None
    module = _module(operation, stream["method"] if stream else None)
    items: Sequence[object] = read.events or [_Answer(body.content or b"")]
    for item in items:
        try:
            check(_parse(module, item))
        except (ValueError, RecursionError) as error:
            yield str(error)


def _parse(module: ModuleType, item: object) -> object:
    """Return what the client makes of an answer or of one event.

    Raises:
        ValueError: The client refuses it.

    """
    if isinstance(item, ServerEvent):
        readers = module.READERS
        return readers.get(item.event, readers[None])(read_event_object(item.data))
    return module.parse(item)


@attrs.frozen
class _Answer:
    """As much of an HTTP answer as the client parses."""

    content: bytes
    status_code: int = HTTPStatus.OK
    headers: dict[str, str] = attrs.field(factory=dict)


def _module(operation: mistral_openapi.Operation, method: str | None) -> ModuleType:
    """Return the generated module that reads the answers of an operation."""
    group, _, name = operation.id.rpartition(".")
    place = f"mistral_generated.api.{group.replace('.', '_')}.{method or name}"
    return importlib.import_module(place)
