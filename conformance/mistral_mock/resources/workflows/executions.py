"""Executions: start, read, cancel, terminate, set back; one by one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import APIError, Problem, invalid, invalid_field, not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import definitions, engine, lookup, playing, views, waiting
from mistral_mock.resources.workflows.player import definition
from mistral_mock.resources.workflows.records import (
    CANCEL,
    RESET,
    SIGNAL,
    TERMINATE,
    UPDATE,
    Execution,
    Moment,
    Registration,
    Workflow,
)
from mistral_mock.resources.workflows.templates import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_mock.answers import Answer, Later
    from mistral_mock.context import Context


@operation("workflows.execute_workflow")
def execute_workflow(ctx: Context) -> Answer | Later:
    """Start a workflow; answer at once or, when asked to wait, with the result."""
    workflow = lookup.find_workflow(ctx)
    return _execute(ctx, workflow, _choose(ctx, workflow))


@operation("workflows.execute_workflow_registration")
def execute_registration(ctx: Context) -> Answer | Later:
    """Start one registration of a workflow, as `execute_workflow` does."""
    registration, workflow = definitions.find_registration(ctx)
    return _execute(ctx, workflow, registration)


@operation("workflows.executions.get_workflow_execution")
def get_execution(ctx: Context) -> Answer:
    """Return the execution, as its present run shows it."""
    execution = lookup.find_execution(ctx)
    return json_answer(views.view_execution(execution, engine.view_of(execution, ctx.now())))


@operation("workflows.executions.cancel_workflow_execution")
def cancel_execution(ctx: Context) -> Answer:
    """Return 204; the execution ends when it has tidied up."""
    _note(ctx, lookup.find_open(ctx), CANCEL)
    return no_content()


@operation("workflows.executions.terminate_workflow_execution")
def terminate_execution(ctx: Context) -> Answer:
    """Return 204; the execution has ended."""
    _note(ctx, lookup.find_open(ctx), TERMINATE)
    return no_content()


@operation("workflows.executions.batch_cancel_workflow_executions")
def cancel_executions(ctx: Context) -> Answer:
    """Return what became of each execution."""
    return _try_each(ctx, lambda execution: _note(ctx, execution, CANCEL))


@operation("workflows.executions.batch_terminate_workflow_executions")
def terminate_executions(ctx: Context) -> Answer:
    """Return what became of each execution."""
    return _try_each(ctx, lambda execution: _note(ctx, execution, TERMINATE))


@operation("workflows.executions.reset_workflow")
def reset_execution(ctx: Context) -> Answer:
    """Return 204; a new run goes on after an event of the present one, which ends if it still ran.

    The event is one of the present run's history, but not the last of a run that has ended.
    """
    execution = lookup.find_execution(ctx)
    run = engine.view_of(execution, ctx.now())
    number, last = ctx.body["event_id"], len(run.happenings) - (0 if run.open else 1)
    if not 1 <= number <= last:
        message = f"Value error, the event is none of 1 to {last}, which one can go back to"
        raise invalid_field("event_id", message, number)
    _note(ctx, execution, RESET, **ctx.body)
    return no_content()


def _execute(ctx: Context, workflow: Workflow, registration: Registration) -> Answer | Later:
    _refuse(ctx, workflow)
    lookup.check_value(registration.script.get("input_schema"), ctx.body.get("input"))
    body = {name: value for name, value in ctx.body.items() if value is not None}
    execution = engine.start(
        ctx.world,
        engine.Starter(ctx.caller.workspace_id, ctx.caller.user_id),
        registration,
        engine.Order(
            input=body.get("input", {}),
            at=ctx.clock.stamp(),
            execution_id=body.get("execution_id"),
            tracing_attributes=body.get("custom_tracing_attributes", {}),
            force_new_trace=body.get("force_new_trace", False),
            extensions=body.get("extensions", {}),
        ),
    )
    if body.get("wait_for_result"):
        return waiting.wait(ctx.world, execution, body.get("timeout_seconds"))
    return json_answer(views.view_execution(execution, engine.view_of(execution, ctx.now())))


def _refuse(ctx: Context, workflow: Workflow) -> None:
    """Refuses what cannot start.

    Raises:
        APIError: 422 for an archived workflow, and for an id that is empty or taken (our choice:
            an execution keeps its id for good, and no conflict is documented).

    """
    if workflow.archived:
        place = next(iter(ctx.path))
        message = "Value error, the workflow is archived"
        raise invalid(Problem(("path", place), message, input=ctx.path[place]))
    id_ = ctx.body.get("execution_id")
    if id_ is not None and not id_.strip():
        raise invalid_field("execution_id", "Value error, it is empty", id_)
    if id_ and engine.find_execution(ctx.world, ctx.caller.workspace_id, id_):
        message = "Value error, another execution has this id"
        raise invalid_field("execution_id", message, id_)


def _choose(ctx: Context, workflow: Workflow) -> Registration:
    """Return the registration that is to run: of the deployment asked for, else one that is served.

    Raises:
        APIError: 404, the workflow is not registered there.

    """
    found = engine.registrations_of(ctx.world, workflow)
    name, queue = ctx.body.get("deployment_name"), ctx.body.get("task_queue")
    if name is not None:
        found = [one for one in found if one.deployment_name == name]
    if queue is not None:
        found = [one for one in found if one.task_queue == queue]
    if not found:
        raise not_found(f"Workflow {workflow.name!r} is not registered there")
    served = (one for one in found if views.is_served(ctx.world, workflow, one))
    return next(served, found[0])


def _note(ctx: Context, execution: Execution, kind: str, **details: object) -> None:
    """Note what is done to an execution now."""
    moment = Moment(at=ctx.clock.stamp(), kind=kind, details=details)
    ctx.table(Execution).put(execution.after(moment))


def _try_each(ctx: Context, act: Callable[[Execution], None]) -> Answer:
    """Do something to each execution of the body that goes on; tell where that failed."""
    results: dict[str, Any] = {}
    for id_ in dict.fromkeys(ctx.body["execution_ids"]):
        try:
            act(lookup.find_open(ctx, id_))
        except APIError as error:
            body: Any = error.body
            results[id_] = {"status": "failure", "error": str(body["detail"])}
        else:
            results[id_] = {"status": "success", "error": None}
    return json_answer({"results": results})


@operation("workflows.executions.signal_workflow_execution")
def signal_execution(ctx: Context) -> Answer:
    """202; the signal is noted, and waits for the execution to take it."""
    execution = lookup.find_open(ctx)
    _, sent = _read(ctx, execution, "signals")
    _send(ctx, execution, SIGNAL, sent)
    return json_answer({"message": "Signal accepted"}, 202)


@operation("workflows.executions.query_workflow_execution")
def query_execution(ctx: Context) -> Answer:
    """Return the answer of the execution as it is now; one that has ended still answers."""
    execution = lookup.find_execution(ctx)
    query, sent = _read(ctx, execution, "queries")
    now = ctx.now()
    run = playing.play(execution, now).runs[-1]
    status = engine.view_of(execution, now).status
    scope = {**run.scope, "sent": sent, "status": status}
    return json_answer({"query_name": query["name"], "result": fill(query.get("answer"), scope)})


@operation("workflows.executions.update_workflow_execution")
def update_execution(ctx: Context) -> Answer:
    """Return the answer of the execution to a change."""
    update, sent = _read(ctx, lookup.find_open(ctx), "updates")
    execution = _send(ctx, lookup.find_open(ctx), UPDATE, sent)
    place = len(execution.moments) - 1
    answers = playing.play(execution, ctx.now()).runs[-1].answers
    return json_answer({"update_name": update["name"], "result": answers.get(place)})


def _read(ctx: Context, execution: Execution, kind: str) -> tuple[Mapping[str, Any], Any]:
    """Return what the workflow says about the name in the body, and what is sent along.

    Raises:
        APIError: 422, the workflow does not know the name, or what is sent does not fit.

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


def _send(ctx: Context, execution: Execution, kind: str, value: object) -> Execution:
    moment = Moment(at=ctx.clock.stamp(), kind=kind, name=ctx.body["name"], value=value)
    return ctx.table(Execution).put(execution.after(moment))
