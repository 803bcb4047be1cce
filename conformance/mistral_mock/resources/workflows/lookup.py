"""Finds what a request names, and checks what it sends along."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from mistral_mock import json_text
from mistral_mock.errors import Problem, invalid, not_found
from mistral_mock.resources.workflows import engine
from mistral_mock.schemas import Schema
from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.records import Execution, Workflow

ENCODED = "b64payload"
LONGEST = 4_000
"""Characters of a workflow's input schema that is remembered ready to check."""


def find_workflow(ctx: Context) -> Workflow:
    """Return the workflow in the path, by name or id.

    Raises:
        APIError: 404, the workspace sees none.

    """
    identifier = ctx.path["workflow_identifier"]
    found = engine.find_workflow(ctx.world, ctx.caller.workspace_id, identifier)
    if found is None:
        raise not_found(f"Workflow {identifier!r} not found")
    return found


def find_execution(ctx: Context, execution_id: str | None = None) -> Execution:
    """Return the execution with the id, by default that of the path.

    Raises:
        APIError: 404, the workspace has none.

    """
    id_ = ctx.path["execution_id"] if execution_id is None else execution_id
    found = engine.find_execution(ctx.world, ctx.caller.workspace_id, id_)
    if found is None:
        raise not_found("Workflow execution not found")
    return found


def find_open(ctx: Context, execution_id: str | None = None) -> Execution:
    """Return the same, when it goes on.

    Raises:
        APIError: 404, there is none or it has ended (our choice, as workflow engines do).

    """
    found = find_execution(ctx, execution_id)
    if not engine.view_of(found, ctx.now()).open:
        raise not_found("Workflow execution has already ended")
    return found


def read_value(sent: object) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return what is sent with a signal, query or update: plain, or as the bytes of JSON text.

    Raises:
        APIError: 422, the bytes are not JSON text, or they are encrypted or compressed.

    """
    if not isinstance(sent, dict) or ENCODED not in sent:
        return sent
    if sent.get("empty"):
        return None
    loc = ("body", "input", ENCODED)
    if sent.get("encoding_options"):
        message = "Value error, the mock reads plain payloads only"
        raise invalid(Problem(("body", "input", "encoding_options"), message, input=sent))
    try:
        return json_text.read(b64decode(str(sent[ENCODED]), validate=True))
    except ValueError:
        message = "Value error, it is not Base64 of JSON text"
        raise invalid(Problem(loc, message, input=sent[ENCODED])) from None


def check_value(schema: Mapping[str, Any] | None, value: object) -> None:
    """Hold a value to a schema of its workflow; nothing sent counts as an empty object.

    Raises:
        APIError: 422, with what is wrong.

    """
    if schema is not None:
        given = {} if value is None else value
        problems = _compile(json.dumps(schema, sort_keys=True)).problems(given, ("body", "input"))
        if problems:
            raise invalid(*problems)


@cache_short(256, LONGEST)
def _compile(text: str) -> Schema:
    return Schema(json.loads(text))
