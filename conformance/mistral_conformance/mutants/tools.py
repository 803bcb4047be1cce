"""What defects are made of: handlers whose answers are changed on their way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import inputs
from mistral_mock.answers import encode
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.errors import Problem
    from mistral_mock.operations import Operation

    Handler = Callable[[Context], Answer]
    Location = tuple[str | int, ...]


def edited(handler: Handler, change: Callable[[Any], Any]) -> Handler:
    """Return the handler with the JSON of its answers changed."""

    def handle(ctx: Context) -> Answer:
        answer = handler(ctx)
        if not answer.body:
            return answer
        return evolve(answer, body=encode(change(json.loads(answer.body))))

    return handle


def answering(handler: Handler, **changes: Any) -> Handler:  # noqa: ANN401 - fields of Answer
    """Return the handler with the status, body or media type of its answers replaced."""
    return lambda ctx: evolve(handler(ctx), **changes)


def forgiving(handler: Handler, answer: Answer) -> Handler:
    """Return the handler with an answer in place of its errors."""

    def handle(ctx: Context) -> Answer:
        try:
            return handler(ctx)
        except APIError:
            return answer

    return handle


def only_for(suffix: str, handler: Handler, other: Handler) -> Handler:
    """Return the other handler for operations whose id ends so, else the healthy one."""
    return lambda ctx: (other if ctx.operation_id.endswith(suffix) else handler)(ctx)


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a change that leaves fields out."""
    return lambda found: {key: value for key, value in found.items() if key not in names}


def overlooking(name: str) -> Callable[[Operation, list[Problem]], None]:
    """Return a refusal that overlooks what is wrong with one field or parameter."""
    healthy = inputs.refuse
    return lambda operation, problems: healthy(
        operation, [each for each in problems if name not in each.loc]
    )
