"""The runs of all executions: filtered, ordered, read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import moments, pages
from mistral_mock.answers import json_answer
from mistral_mock.clock import NEVER
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, history, playing, views
from mistral_mock.resources.workflows.records import Execution, Workflow
from mistral_mock.store import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.course import Run

MYSELF = "current"
"""Stands for the user of the key."""


@frozen(kw_only=True)
class Row(Record):
    """A run with its execution; the id is that of the run."""

    called = "workflow run"

    execution: Execution
    run: Run

    @property
    def ended_at(self) -> datetime:
        """When it ended; what goes on ends last of all (our choice)."""
        return self.run.ended_at or NEVER


@operation("workflows.runs.list_runs")
def list_runs(ctx: Context) -> Answer:
    """Return a page of the runs that pass all filters, without their results."""
    found = order(find_rows(ctx), ctx)
    page, token = pages.slice_after(ctx, found, ctx.query["page_size"], "next_page_token")
    return json_answer({"executions": [view(row) for row in page], "next_page_token": token})


@operation("workflows.runs.get_run")
def get_run(ctx: Context) -> Answer:
    """Return the run with its result."""
    row = find_run(ctx)
    return json_answer(views.view_execution(row.execution, row.run))


@operation("workflows.runs.get_run_history")
def get_run_history(ctx: Context) -> Answer:
    """Return what the run's history holds so far."""
    row = find_run(ctx)
    return json_answer(history.history(row.run, decode=ctx.query["decode_payloads"]))


def view(row: Row) -> dict[str, Any]:
    """Return the run as lists show it: without its result."""
    shown = dict(views.view_execution(row.execution, row.run))
    del shown["result"]
    return shown


def find_run(ctx: Context) -> Row:
    """Return the run that the path names.

    Raises:
        APIError: 404, no execution of the workspace has it, or it has not begun.

    """
    run_id = ctx.path["run_id"]
    for execution in engine.executions(ctx.world, ctx.caller.workspace_id):
        if any(run.run_id == run_id for run in playing.course_of(execution).runs):
            for row in rows_of(execution, ctx.now()):
                if row.id == run_id:
                    return row
    raise not_found("Run not found")


def rows_of(execution: Execution, now: datetime) -> list[Row]:
    """Return the runs of an execution that have begun, as they are now."""
    runs = engine.runs_of(execution, now)
    return [Row(id=run.run_id, execution=execution, run=run) for run in runs]


def find_rows(ctx: Context) -> list[Row]:
    """Return all runs that pass the filters of the query.

    Each execution is looked at once; what is cheap to tell is told first.
    """
    bounds, now = Bounds.read(ctx), ctx.now()
    workflows = {each.id: each for each in ctx.table(Workflow) if is_wanted_workflow(ctx, each)}
    return [
        row
        for execution in engine.executions(ctx.world, ctx.caller.workspace_id)
        if execution.workflow_id in workflows and is_wanted_execution(ctx, execution)
        for row in rows_of(execution, now)
        if bounds.hold(row)
    ]


def is_wanted_workflow(ctx: Context, workflow: Workflow) -> bool:
    """Say whether the filters that look at the workflow let its runs pass."""
    query = ctx.query
    identifier, search = query["workflow_identifier"], query["search"]
    texts = (workflow.name, workflow.display_name, workflow.id)
    return (
        (identifier is None or identifier in {workflow.name, workflow.id})
        and any(pages.matches(text, search) for text in texts)
        and set(query["workflow_tags"] or ()) <= set(workflow.tags)
        and (query["include_internal"] or not workflow.is_technical)
    )


def is_wanted_execution(ctx: Context, execution: Execution) -> bool:
    """Say whether the filters that look at the execution let its runs pass."""
    query = ctx.query
    user_id = ctx.caller.user_id if query["user_id"] == MYSELF else query["user_id"]
    return (
        query["root_execution_id"] in {None, execution.root_execution_id}
        and query["deployment_name"] in {None, execution.deployment_name}
        and user_id in {None, execution.user_id}
        and all(is_marked(execution, pair) for pair in query["search_key"] or ())
    )


def is_marked(execution: Execution, pair: str) -> bool:
    """Say whether the execution has the key of a `key:value` pair, its value holding the pair's.

    Its marks are the tracing attributes that it was started with (our choice).
    """
    key, _, value = pair.partition(":")
    known = execution.tracing_attributes.get(key)
    return known is not None and pages.matches(known, value)


@frozen(kw_only=True)
class Bounds:
    """The filters that look at the run itself."""

    statuses: frozenset[str]
    started_after: datetime | None
    started_before: datetime | None
    ended_after: datetime | None
    ended_before: datetime | None

    @classmethod
    def read(cls, ctx: Context) -> Bounds:
        """Return those of the query."""
        status = ctx.query["status"] or []
        return cls(
            statuses=frozenset([status] if isinstance(status, str) else status),
            started_after=moments.read_query(ctx, "start_time_after"),
            started_before=moments.read_query(ctx, "start_time_before"),
            ended_after=moments.read_query(ctx, "end_time_after"),
            ended_before=moments.read_query(ctx, "end_time_before"),
        )

    def hold(self, row: Row) -> bool:
        """Say whether the run passes all of them."""
        ends = self.ended_after is not None or self.ended_before is not None
        return (
            (not self.statuses or row.run.status in self.statuses)
            and moments.is_within(row.run.started_at, self.started_after, self.started_before)
            and (not ends or row.run.ended_at is not None)
            and moments.is_within(row.ended_at, self.ended_after, self.ended_before)
        )


def order(rows: Iterable[Row], ctx: Context) -> list[Row]:
    """Return the runs in the order the query asks for, by their start unless it says otherwise."""
    down = ctx.query["order"] == "desc"
    if ctx.query["sort_by"] == "end_time":
        return sorted(rows, key=lambda row: (row.ended_at, row.run.started_at), reverse=down)
    return sorted(rows, key=lambda row: row.run.started_at, reverse=down)
