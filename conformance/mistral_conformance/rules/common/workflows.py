"""Workflows that rules rely on: no call registers one, so the server has to have them.

`greet` ends at once and greets a name, `approve_order` waits for a signal, `count_down` carries on
in two more runs of a second each, `check_invoices` tries a step again and tidies up when it is
cancelled, `break_down` fails after a second, `open_account` starts another execution, which starts
a third one. `translate` is another workspace's, shared with all, and ends at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.readings import some
from mistral_conformance.rules.common.steps import watch, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

CANCEL_MANY = "workflows.executions.batch_cancel_workflow_executions"
TERMINATE_MANY = "workflows.executions.batch_terminate_workflow_executions"
LIST_WORKFLOWS = "workflows.get_workflows"
GET_WORKFLOW = "workflows.get_workflow"
ARCHIVE = "workflows.archive_workflow"
UNARCHIVE = "workflows.unarchive_workflow"
LIST_REGISTRATIONS = "workflows.get_workflow_registrations"
GET_REGISTRATION = "workflows.get_workflow_registration"
EXECUTE = "workflows.execute_workflow"
EXECUTE_REGISTRATION = "workflows.execute_workflow_registration"
GET_EXECUTION = "workflows.executions.get_workflow_execution"
HISTORY = "workflows.executions.get_workflow_execution_history"
SIGNAL = "workflows.executions.signal_workflow_execution"
QUERY = "workflows.executions.query_workflow_execution"
UPDATE = "workflows.executions.update_workflow_execution"
CANCEL = "workflows.executions.cancel_workflow_execution"
TERMINATE = "workflows.executions.terminate_workflow_execution"


RESET = "workflows.executions.reset_workflow"
STREAM = "workflows.executions.stream"

GREET = "greet"
APPROVE = "approve_order"
COUNT = "count_down"
CHECK = "check_invoices"
BREAK = "break_down"
OPEN_ACCOUNT = "open_account"
GREETED = {"name": "Ada"}
"""What `greet` takes."""
TRANSLATE = "translate"
TRANSLATED = {"text": "Ada"}
"""What `translate` takes."""

RUNNING = "RUNNING"
RETRYING = "RETRYING_AFTER_ERROR"
OPEN = frozenset({RUNNING, RETRYING, None})
STEP_S = 1
STEPS = 8
"""How often, and after how long, a rule looks again whether an execution has ended."""
LOOKS = 4
"""How often a rule looks for what an execution does soon."""


def need_workflow(ctx: Context, name: str) -> dict[str, Any]:
    """Return the workflow with the name, as the list shows it; skips where the server has none."""
    query = {"search": name, "archived": "false"}
    listed = ctx.prepare(LIST_WORKFLOWS, query=query)
    found = [each for each in listed["workflows"] if each["name"] == name]
    if not found:
        ctx.skip(f"the server has no workflow {name!r}")
    return cast("dict[str, Any]", found[0])


def start(ctx: Context, name: str, **body: object) -> Exchange:
    """Return a new execution of the workflow; skips where the server has none of this name."""
    need_workflow(ctx, name)
    return ctx.answer(EXECUTE, workflow_identifier=name, json=body)


def execute(ctx: Context, name: str = GREET, by: Api | None = None, **fields: object) -> Exchange:
    """Return a new execution with a marked id, as a preparation.

    Its input fits `greet` or the order.
    """
    need_workflow(ctx, name)
    given = {"amount": 1} if name == APPROVE else GREETED
    body = {"input": given, "execution_id": ctx.marker.name(f"run-{word(ctx)}"), **fields}
    return ctx.need((by or ctx.api).call(EXECUTE, workflow_identifier=name, json=body))


def finished(ctx: Context, execution: Exchange) -> Exchange:
    """Return the execution once it has ended, as a preparation; skips where that takes too long."""
    seen = watch(ctx, lambda: _look(ctx, execution), _goes_on, STEP_S, STEPS)
    if _goes_on(ctx.need(seen[-1])):
        ctx.skip(f"the execution does not end within {STEPS * STEP_S} seconds")
    return seen[-1]


def terminate(ctx: Context, ids: Sequence[str]) -> None:
    """End executions, whatever the server says to it."""
    for id_ in ids:
        ctx.api.call(TERMINATE, execution_id=id_)


def read(ctx: Context, execution: Exchange) -> Exchange:
    """Return the execution as it is now."""
    return ctx.expect_status(_look(ctx, execution), 200)


def wait_end(ctx: Context, execution: Exchange) -> Exchange:
    """Return the execution when it has ended, or as it is after some seconds of server time."""
    return watch(ctx, lambda: read(ctx, execution), _goes_on, STEP_S, STEPS + 1)[-1]


def _look(ctx: Context, execution: Exchange) -> Exchange:
    return ctx.api.call(GET_EXECUTION, execution_id=execution["execution_id"])


def _goes_on(execution: Exchange) -> bool:
    return execution.ok and execution["status"] in OPEN


def act(ctx: Context, operation: str, execution: Exchange, **body: object) -> Exchange:
    """Do something to an execution."""
    id_ = execution["execution_id"]
    if not body:
        return ctx.api.call(operation, execution_id=id_)
    return ctx.api.call(operation, execution_id=id_, json=body)


def hear(ctx: Context, execution: Exchange, **query: str) -> Exchange:
    """Return the stream of an execution that has ended."""
    ids = {"execution_id": execution["execution_id"]}
    return ctx.expect_status(ctx.api.listen(STREAM, ids, query=query), 200)


def events_in(heard: Exchange) -> list[dict[str, Any]]:
    """Return the events that a stream has told."""
    return picked(each.json()["data"] for each in heard.events)


def types_in(heard: Exchange) -> list[str]:
    """Return their types."""
    return picked(each["event_type"] for each in events_in(heard))


def history_of(answer: Exchange) -> list[dict[str, Any]]:
    """Return the events of a history.

    None where it has another form, which the document leaves open.
    """
    told = answer.json()
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        return []
    return some(events, "events", answer)


def ask(ctx: Context, execution: Exchange, name: str, due: object) -> Exchange:
    """Return the answer to a query once it is the due one, or the last of a few: signals lag."""

    def look() -> Exchange:
        return ctx.expect_status(act(ctx, QUERY, execution, name=name), 200)

    return watch(ctx, look, lambda answer: answer["result"] != due, STEP_S, LOOKS)[-1]
