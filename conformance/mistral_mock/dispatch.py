"""Runs one operation: for the application, and for handlers that send requests themselves.

A batch job runs its requests this way, through the same checks as those that come from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import inputs, registry
from mistral_mock.answers import JSON, Later
from mistral_mock.errors import APIError, not_found, not_implemented

if TYPE_CHECKING:
    from mistral_mock.answers import Answer, EventStream
    from mistral_mock.context import Context
    from mistral_mock.errors import Problem


def run(ctx: Context) -> Answer | EventStream | Later:
    """The operation's answer to input that holds what the document asks for.

    Raises:
        APIError: The operation refuses, or the mock does not implement it (501).

    """
    handle = registry.handler(ctx.operation_id)
    if handle is None:
        raise not_implemented(ctx.operation_id)
    return handle(ctx)


def send(ctx: Context, method: str, url: str, body: Any) -> Answer | EventStream:  # noqa: ANN401 - JSON
    """The answer to a JSON request that a handler sends in the name of its caller.

    Errors are answers too. An operation that takes a form, or whose answer comes later, is not
    found this way.
    """
    path, _, query = url.partition("?")
    try:
        operation, texts = ctx.world.router.find(method, path, ctx.request_id)
        if operation.takes_form:
            raise not_found("Forms cannot be sent this way")
        problems: list[Problem] = []
        values = inputs.check_path(operation, texts, problems)
        typed, sent = inputs.check_query(operation, query, problems)
        if JSON in operation.bodies:
            problems += operation.bodies[JSON].problems(body, ("body",))
        inputs.refuse(operation, problems)
        answer = run(
            evolve(
                ctx,
                operation_id=operation.id,
                path=values,
                query=typed,
                sent=sent,
                body=body,
                files={},
            )
        )
        if isinstance(answer, Later):
            raise not_found("Answers that come later cannot be sent this way")
    except APIError as error:
        return error.answer()
    return answer
