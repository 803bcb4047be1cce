"""One reading of every error body that the API is known to send.

The shapes come from public reports: a gateway's `message`, a framework's `detail` as text, list or
object, the documented `object/message/type/param/code`, the same with an object or JSON text as
`message`, and no body at all. Pure functions; nothing here raises on odd input.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias, cast

import attr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Object: TypeAlias = "dict[str, object]"

# How much of a body that is not JSON may stand in for a message, in characters.
_EXCERPT = 300

# Headers that name a request, the API's own first: those after it are of the gateways before it.
_ID_HEADERS = ("mistral-correlation-id", "x-request-id", "x-kong-request-id", "request-id")

# How many objects inside each other an error body may nest before the rest is left unread.
_DEPTH = 4


@attr.frozen
class Detail:
    """One thing wrong with a request: where (`body.name`), what, and the API's own error type."""

    location: str
    message: str
    type: str | None = None

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message


@attr.frozen
class Problem:
    """What an error body says, whatever its shape: empty text and None where it says nothing."""

    message: str = ""
    code: str | None = None
    type: str | None = None
    param: str | None = None
    details: tuple[Detail, ...] = ()
    request_id: str | None = None


def read_problem(content: bytes, redact: Callable[[str], str] = str) -> Problem:
    """Return what an error body says; a body that is not JSON becomes the message, shortened.

    `redact` takes secrets out of every text, after JSON is read and before texts are shortened.
    """
    text = content.decode("utf-8", "replace").strip()
    if not text:
        return Problem()
    body = _loads(text)
    if isinstance(body, dict):
        return _redacted(read_problem_object(cast("_Object", body)), redact)
    if isinstance(body, str) and body:
        return Problem(message=redact(body))
    if isinstance(body, list):
        problem = _redacted(Problem(details=_details(cast("list[object]", body))), redact)
        message = _joined(problem.details) or excerpt(redact(text))
        return attr.evolve(problem, message=message)
    return Problem(message=excerpt(redact(text)))


def _redacted(problem: Problem, redact: Callable[[str], str]) -> Problem:
    """Return a problem whose texts went through `redact`."""

    def seen(text: str | None) -> str | None:
        return None if text is None else redact(text)

    return Problem(
        message=redact(problem.message),
        code=seen(problem.code),
        type=seen(problem.type),
        param=seen(problem.param),
        details=tuple(
            Detail(redact(each.location), redact(each.message), seen(each.type))
            for each in problem.details
        ),
        request_id=seen(problem.request_id),
    )


def read_problem_object(body: _Object, depth: int = _DEPTH) -> Problem:
    """Return what an error object says, looking inside `error` and object messages too."""
    nested, detail = body.get("error"), body.get("detail")
    message = body.get("message")
    if isinstance(message, str) and message.lstrip().startswith("{"):
        message = _loads(message) or message
    for inner in (nested, message, detail):
        if isinstance(inner, dict) and depth:
            return _merged(read_problem_object(cast("_Object", inner), depth - 1), body)
    details = _details(cast("list[object]", detail)) if isinstance(detail, list) else ()
    texts = [part for part in (nested, detail, message) if isinstance(part, str) and part]
    return Problem(
        message=" ".join(texts) or _joined(details),
        code=_text(body.get("code")) or _text(body.get("error_code")),
        type=_text(body.get("type")),
        param=_text(body.get("param")),
        details=details,
        request_id=_text(body.get("request_id")),
    )


def request_id(headers: Mapping[str, str], problem: Problem | None = None) -> str | None:
    """Return the id under which the server knows the request, from its headers or error body."""
    for name in _ID_HEADERS:
        if value := headers.get(name):
            return value
    return (problem.request_id if problem else None) or headers.get("cf-ray")


def _merged(problem: Problem, outer: _Object) -> Problem:
    """Return the problem of an inner object, its gaps filled from the object around it."""
    return attr.evolve(
        problem,
        code=problem.code or _text(outer.get("code")),
        type=problem.type or _text(outer.get("type")),
        param=problem.param or _text(outer.get("param")),
        request_id=problem.request_id or _text(outer.get("request_id")),
    )


def _details(items: list[object]) -> tuple[Detail, ...]:
    """Return the entries of a validation error list; entries of another kind as their text."""
    return tuple(
        _detail(cast("_Object", item)) if isinstance(item, dict) else Detail("", str(item))
        for item in items
    )


def _detail(item: _Object) -> Detail:
    location = item.get("loc")
    steps = cast("list[object]", location) if isinstance(location, list) else [location or ""]
    message = item.get("msg") or item.get("message") or json.dumps(item)
    return Detail(".".join(map(str, steps)), str(message), _text(item.get("type")))


def _joined(details: tuple[Detail, ...]) -> str:
    return "; ".join(map(str, details))


def _text(value: object) -> str | None:
    """Return a text or number as text; anything else, and an empty text, as None."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return str(value)


def _loads(text: str) -> object:
    """Return the JSON value of `text`, or None when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def excerpt(text: str) -> str:
    """Return the beginning of a text, enough to see what it is."""
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
