"""How a recording differs from the document: what was recorded once may be wrong today."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import mistral_openapi
from mistral_mock.answers import JSON
from mistral_mock.schemas import Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_mock.errors import Problem
    from mistral_mock.operations import Operation
    from mistral_mock.recording.exchange import Event, Question, Recording, Response

MOST = 5
"""Differences that are told of one recording."""
DAY = len("2026-01-01")
API = "/v1/"
DONE = "[DONE]"
REFUSED = 400


def find_drift(recording: Recording, operation: Operation | None) -> list[str]:
    """Return what a recording has that the document has not, in words; empty when they agree."""
    if operation is None:  # signed URLs are not operations
        in_api = recording.question.path.startswith(API)
        return ["the document has no such operation"] if in_api else []
    found = [*check_question(recording.question, operation)]
    if recording.response.status is not None:
        found += check_response(recording.response, operation)
    return found[:MOST]


def find_age(recording: Recording) -> str | None:
    """Return the older document that a recording is of; None when it is of the present one."""
    current: str = mistral_openapi.load()["info"]["version"]
    if recording.document and recording.document < current:
        return f"recorded under the document of {recording.document}, this one is of {current}"
    day = recording.moment[:DAY]
    if not recording.document and day and day < current:
        return f"recorded on {day}, before the document of {current}"
    return None


def check_question(asked: Question, operation: Operation) -> Iterator[str]:
    """Yield why the document would not take the request."""
    for schema in operation.bodies.values():
        if asked.body.kind == "json":
            yield from map(tell, schema.problems(asked.body.value, ("request",)))


def check_response(given: Response, operation: Operation) -> Iterator[str]:
    """Yield why the document does not know the answer."""
    status = str(given.status)
    content = load_responses(operation.id).get(status)
    if content is None:
        if int(status) < REFUSED:
            yield f"answer: the document has no {status}"
        return
    if content and given.body.kind != "none" and given.media_type not in content:
        yield f"answer: the document has {', '.join(content)}, not {given.media_type or 'no type'}"
    elif given.body.kind == "events":
        yield from check_events(given, operation)
    elif given.body.kind == "json" and JSON in content:
        yield from map(tell, content[JSON].problems(given.body.value, ("answer",)))


def check_events(given: Response, operation: Operation) -> Iterator[str]:
    """Yield why the document does not know an event."""
    schemas = load_events(operation.id)
    for number, one in enumerate(given.body.value):
        if one.raw is None and one.data != DONE:
            yield from check_event(one, number, schemas)


def check_event(one: Event, number: int, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Yield why the document does not know an event."""
    schema = schemas.get(one.name or "", schemas.get(""))
    if not one.is_json:
        yield f"answer.events[{number}]: its data are not JSON"
    elif schema is not None:
        yield from map(tell, schema.problems(one.data, ("answer", "events", number)))


def tell(problem: Problem) -> str:
    """Return a problem in words; its value stays unsaid."""
    place = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in problem.loc)
    return f"{place[1:]}: {problem.msg}"


@cache
def load_responses(operation_id: str) -> Mapping[str, Mapping[str, Schema]]:
    """Return the schemas of an operation's answers, by status and media type."""
    found: dict[str, Mapping[str, Schema]] = {}
    for status, raw in find_object(operation_id)["responses"].items():
        content = mistral_openapi.resolve(raw).get("content", {})
        found[status] = {media: Schema(one["schema"]) for media, one in content.items()}
    return found


@cache
def load_events(operation_id: str) -> Mapping[str, Schema]:
    """Return the schemas of what events bring, by their names; the empty name is for all others."""
    stream = find_object(operation_id).get("x-mistral-stream") or {}
    named = {"": stream["data"]} if "data" in stream else {}
    named |= stream.get("events", {})
    return {name: Schema({"$ref": reference}) for name, reference in named.items()}


@cache
def find_object(operation_id: str) -> Mapping[str, Any]:
    """Return the operation object of the document."""
    return next(one.object for one in mistral_openapi.operations() if one.id == operation_id)
