"""Whether a conversation could have the entries of an answer, and a call its arguments."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import mistral_openapi
from mistral_mock.replies import templates
from mistral_mock.replies.problem import ReplyError, check_json, check_names, demand
from mistral_mock.schemas import Schema

Place = tuple[str | int, ...]

CALLING = ("function.call", "tool.execution")
ENTRIES = {
    "message.output": ("MessageOutputEntry", {"content"}, set[str]()),
    "function.call": ("FunctionCallEntry", {"name", "arguments"}, set[str]()),
    "tool.execution": ("ToolExecutionEntry", {"name", "arguments"}, {"info"}),
}
"""The entries of an answer: their schemas, what they must have, and what they may have."""


def check_entries(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for entries that an answer of a conversation may have."""
    demand(isinstance(value, list) and bool(value), place, "it is a list of entries, not empty")
    for number, entry in enumerate(value):
        at = (*place, number)
        kind = str(entry.get("type")) if isinstance(entry, dict) else ""
        demand(kind in ENTRIES, (*at, "type"), f"it is one of {', '.join(ENTRIES)}")
        schema, due, optional = ENTRIES[kind]
        lacking = sorted(due - entry.keys())
        demand(not lacking, at, f"it lacks {' and '.join(lacking)}")
        check_names(entry, {"type", *due, *optional}, at)
        check_json(entry, at)
        for name, one in entry.items():
            check_field(kind, schema, name, one, (*at, name))


def check_field(kind: str, schema: str, name: str, value: object, place: Place) -> None:
    """Pass for a field of an entry that the document allows."""
    if kind in CALLING and name == "arguments":
        check_arguments(value, place)
        return
    if kind in CALLING and name == "name":
        demand(value != "", place, "a call names what it calls")
    if isinstance(value, str) and templates.PLACE.fullmatch(value):
        return  # looked at when it is filled
    problems = read_schema(schema).properties[name].problems(value, ())
    if problems:
        raise ReplyError((*place, *problems[0].loc), problems[0].msg)


@cache
def read_schema(name: str) -> Schema:
    """Return a schema of the document."""
    return Schema(mistral_openapi.load()["components"]["schemas"][name])


def check_arguments(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for an object, or the text of one."""
    if isinstance(value, str) and not templates.PLACE.search(value):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ReplyError(place, f"it is not JSON: {error}") from error
    if not isinstance(value, str):
        demand(isinstance(value, dict), place, "arguments are an object")
        check_json(value, place)
