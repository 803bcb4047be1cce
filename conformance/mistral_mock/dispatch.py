"""Runs one operation: for the application, and for handlers that send requests themselves.

A batch job runs its requests this way, through the same checks as those that come from outside.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import inputs, registry
from mistral_mock.answers import JSON, Later
from mistral_mock.context import Context
from mistral_mock.edge import find_edge
from mistral_mock.errors import APIError, not_found, not_implemented
from mistral_mock.operations import MULTIPART, find_operation
from mistral_mock.replies import building

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer, EventStream
    from mistral_mock.errors import Problem
    from mistral_mock.identities import Identity
    from mistral_mock.operations import Operation
    from mistral_mock.registry import Handler
    from mistral_mock.world import World


LOG = logging.getLogger(__name__)


def run(ctx: Context, handle: Handler | None) -> Answer | EventStream | Later:
    """Return the operation's answer to input that holds what the document asks for.

    `handle` is the operation's handler, which a reply that answers everything can do without.
    An operation that ends in an error, whichever, has changed nothing.

    Raises:
        APIError: The operation refuses, or the mock does not implement it (501).

    """
    if ctx.given is not None and ctx.given.is_whole:
        return building.make_whole(ctx.given.answer, find_operation(ctx.operation_id))
    if handle is None:
        raise not_implemented(ctx.operation_id)
    edge = find_edge(ctx.settings.the_era, ctx.operation_id)
    with ctx.store.transaction():
        return edge.shape_answer(handle(edge.shape_request(ctx)))


def send(
    ctx: Context,
    method: str,
    url: str,
    body: Any,  # noqa: ANN401 - JSON
    *,
    scripted: bool = True,
) -> Answer | EventStream:
    """Return the answer to a JSON request that a handler sends in the name of its caller.

    Errors are answers too. An operation that takes a form, or whose answer comes later, is not
    found this way. Unless it is `scripted`, replies are not for it, even strict ones.
    """
    path, _, query = url.partition("?")
    try:
        operation, texts = ctx.world.router.find(method, path, ctx.request_id)
        return _send(ctx, operation, texts, query, body, scripted=scripted)
    except APIError as error:
        return error.answer()


def _send(
    ctx: Context,
    operation: Operation,
    texts: Mapping[str, str],
    query: str,
    body: Any,  # noqa: ANN401 - JSON
    *,
    scripted: bool,
) -> Answer | EventStream:
    problems: list[Problem] = []
    values = inputs.check_path(operation, texts, problems)
    typed, sent = inputs.check_query(operation, query, problems)
    if operation.takes_form:
        body = _as_form(operation, body)
    if JSON in operation.bodies:
        body, found = inputs.check_json(operation, body, ctx.settings)
        problems += found
    elif operation.takes_form:
        problems += operation.bodies[MULTIPART].problems(body, ("body",))
    inputs.refuse(operation, problems)
    given = {"path": values, "query": typed, "sent": sent, "body": body, "files": {}}
    asked = evolve(ctx, operation_id=operation.id, given=None, **given)
    try:
        if scripted:
            asked = evolve(asked, given=ctx.world.root.replies.take(asked))
        answer = run(asked, registry.handler(operation.id))
    except APIError:
        raise
    except Exception as error:
        LOG.exception("%s failed", operation.id)
        raise inputs.fail(operation) from error
    if isinstance(answer, Later):
        raise not_found("Answers that come later cannot be sent this way")
    return answer


def for_caller(world: World, caller: Identity, base_url: str) -> Context:
    """Return a context for what the mock does by itself, at no request, in the name of a caller."""
    return Context(
        world=world,
        caller=caller,
        request_id=world.ids.request_id(world.clock.now()),
        base_url=base_url,
    )


def _as_form(operation: Operation, body: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the fields of a form as `inputs` gives them: defaults for those that are absent.

    Raises:
        APIError: 404, the form needs a file.

    """
    schema = operation.bodies[MULTIPART]
    files = {name for name, each in schema.properties.items() if each.is_file}
    if files & schema.required:
        raise not_found("Files cannot be sent this way")
    if not isinstance(body, dict):
        return body
    absent = schema.properties.keys() - files - schema.required - body.keys()
    defaults = {name: schema.properties[name].default for name in absent}
    return {**body, **{name: each for name, each in defaults.items() if each is not None}}
