"""Signals, queries and updates: how callers talk to an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.answers import json_answer
from mistral_mock.errors import invalid_field
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, lookup, playing
from mistral_mock.resources.workflows.player import definition
from mistral_mock.resources.workflows.records import SIGNAL, UPDATE, Execution, Moment
from mistral_mock.resources.workflows.templates import fill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("workflows.executions.signal_workflow_execution")
def signal_execution(ctx: Context) -> Answer:
    """202; the signal is noted, and waits for the execution to take it."""
    execution = lookup.find_open(ctx)
    _, sent = _read(ctx, execution, "signals")
    _note(ctx, execution, SIGNAL, sent)
    return json_answer({"message": "Signal accepted"}, 202)


@operation("workflows.executions.query_workflow_execution")
def query_execution(ctx: Context) -> Answer:
    """The answer of the execution as it is now; one that has ended still answers."""
    execution = lookup.find_execution(ctx)
    query, sent = _read(ctx, execution, "queries")
    now = ctx.now()
    run = playing.play(execution, now).runs[-1]
    status = engine.view_of(execution, now).status
    scope = {**run.scope, "sent": sent, "status": status}
    return json_answer({"query_name": query["name"], "result": fill(query.get("answer"), scope)})


@operation("workflows.executions.update_workflow_execution")
def update_execution(ctx: Context) -> Answer:
    """The answer of the execution to a change."""
    update, sent = _read(ctx, lookup.find_open(ctx), "updates")
    execution = _note(ctx, lookup.find_open(ctx), UPDATE, sent)
    place = len(execution.moments) - 1
    answers = playing.play(execution, ctx.now()).runs[-1].answers
    return json_answer({"update_name": update["name"], "result": answers.get(place)})


def _read(ctx: Context, execution: Execution, kind: str) -> tuple[Mapping[str, Any], Any]:
    """What the workflow says about the name in the body, and what is sent along.

    Raises:
        APIError: 422, the workflow knows no such name, or what is sent does not fit.

    """
    name = ctx.body["name"]
    found = definition(execution.script, kind, name)
    if not found:
        known = ", ".join(repr(one["name"]) for one in execution.script.get(kind, ()))
        message = f"Value error, the workflow has no such name; its {kind}: {known or 'none'}"
        raise invalid_field("name", message, name)
    sent = lookup.read_value(ctx.body.get("input"))
    lookup.check_value(found.get("input_schema"), sent)
    return found, sent


def _note(ctx: Context, execution: Execution, kind: str, value: object) -> Execution:
    moment = Moment(at=ctx.clock.stamp(), kind=kind, name=ctx.body["name"], value=value)
    return ctx.table(Execution).put(execution.after(moment))
