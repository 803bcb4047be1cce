"""Errors that a server reports where an answer was due: with a success status, or as an event.

What an operation's schema promises decides. An object that has all of it is an answer, whatever
else it says. One that lacks some of it and holds an error's fields is an error, and so is one in an
error's full form where the schema promises nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from mistral_client.problems import Problem, read_problem_object
from mistral_generated.base import Model, known_fields

if TYPE_CHECKING:
    from collections.abc import Callable

_Object: TypeAlias = dict[str, object]

# Fields of which every error body has one.
TELLING: Final = frozenset({"detail", "error", "message"})

# Fields that error bodies have; an object with others may be anything.
_ENVELOPE: Final = TELLING | {
    "code",
    "error_code",
    "object",
    "param",
    "raw_status_code",
    "request_id",
    "status",
    "status_code",
    "type",
}


def find_problem(value: object, text: bytes | str, *, is_free: bool = False) -> Problem | None:
    """Return the problem that an answer reports, or None when it is what was asked for.

    `value` is what the operation's schema makes of the answer's `text`; `is_free` says that the
    schema allows anything.
    """
    if isinstance(value, Model):
        known = known_fields(value)
        if known:
            return _in_model(value, known, text)
        return _in_anything(text, is_free=True)
    if value is None or isinstance(value, dict):
        return _in_anything(text, is_free=is_free or value is None)
    return None


def find_problem_instead(text: bytes | str) -> Problem | None:
    """Return the problem that an object reports where no object at all was due."""
    body = _read(text)
    if body is None or not (_is_marked(body) or body.keys() & TELLING):
        return None
    return _told(body)


def returns_anything(parse: Callable[..., object]) -> bool:
    """Say whether the schema of what a generated `parse` reads allows anything."""
    hints: dict[str, object] = getattr(parse, "__annotations__", {})
    return hints.get("return") == "Any"


def _in_model(value: Model, known: frozenset[str], text: bytes | str) -> Problem | None:
    """Return the problem in an answer of a known form, which is no answer if it lacks a part."""
    unknown: _Object = value.__dict__.get("additional_properties", {})
    lacks = value.missing_fields or not value.__dict__.keys() & known
    kind = value.__dict__.get("object") or unknown.get("object")
    body = _read(text) if lacks or str(kind).lower() == "error" else None
    if body is None:
        return None
    return _told(body) if _is_marked(body) or unknown.keys() & TELLING else None


def _in_anything(text: bytes | str, *, is_free: bool) -> Problem | None:
    """Return the problem in an answer without a known form; if it is free, only a plain one.

    A message alone is no error there: it may say that all is well.
    """
    body = _read(text)
    if body is None or not body.keys() <= _ENVELOPE:
        return None
    alone = {"message"} if is_free else set[str]()
    is_error = body.keys() & TELLING and body.keys() != alone and not _is_well(body)
    return _told(body) if _is_marked(body) or is_error else None


def _is_well(body: _Object) -> bool:
    """Say whether an object names its kind, its type or its state, and it is no error."""
    named = (body.get(name) for name in ("object", "type", "status"))
    return any(isinstance(name, str) and "error" not in name.lower() for name in named)


def _is_marked(body: _Object) -> bool:
    """Say whether an object calls itself an error, or holds one."""
    named = (str(body.get("object", "")).lower(), str(body.get("type", "")).lower())
    return "error" in named or (isinstance(body.get("error"), dict) and bool(body["error"]))


def _told(body: _Object) -> Problem | None:
    """Return the problem that an error object tells; one without words only if it says its kind."""
    problem = read_problem_object(body)
    return problem if problem.message or problem.type or problem.code else None


def _read(text: bytes | str) -> _Object | None:
    """Return the object of a text, or None when it is none."""
    try:
        body: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("_Object", body) if isinstance(body, dict) else None
