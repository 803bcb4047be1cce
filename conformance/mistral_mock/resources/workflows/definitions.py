"""Workflows and their registrations: list, read, change, archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import pages
from mistral_mock.answers import json_answer
from mistral_mock.errors import forbidden, not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, lookup, views
from mistral_mock.resources.workflows.records import Registration, Workflow

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

Pair = tuple[Registration, Workflow]


@operation("workflows.get_workflows")
def list_workflows(ctx: Context) -> Answer:
    """Return one page of workflows, in the order of the fixture world or by their shown names."""
    found = [one for one in engine.workflows(ctx.world, ctx.caller.workspace_id) if _fits(ctx, one)]
    if ctx.query["sort_by"] is not None:
        found.sort(key=lambda one: one.display_name.casefold())
    if ctx.query["order"] == "desc":
        found.reverse()
    page, following = pages.slice_after(ctx, found, ctx.query["limit"], "cursor")
    shown = [views.view_basic(one) for one in page]
    return json_answer({"workflows": shown, "next_cursor": following})


@operation("workflows.get_workflow")
def get_workflow(ctx: Context) -> Answer:
    """Return one workflow, and whether a live worker serves it."""
    workflow = lookup.find_workflow(ctx)
    active = views.is_active(ctx.world, workflow)
    return json_answer({"workflow": {**views.view_workflow(workflow), "active": active}})


@operation("workflows.update_workflow")
def update_workflow(ctx: Context) -> Answer:
    """Return the changed workflow.

    A field that is absent or null stays, but a description is cleared.
    """
    workflow = _find_own(ctx)
    changes = {name: value for name, value in ctx.body.items() if value is not None}
    if "description" in ctx.body:
        changes["description"] = ctx.body["description"]
    if "tags" in changes:
        changes["tags"] = tuple(dict.fromkeys(changes["tags"]))
    fields = ("display_name", "description", "available_in_chat_assistant", "tags")
    return _save(ctx, evolve(workflow, **{n: v for n, v in changes.items() if n in fields}))


@operation("workflows.archive_workflow")
def archive_workflow(ctx: Context) -> Answer:
    """Return the workflow, out of use; doing it again changes nothing."""
    return _save(ctx, evolve(_find_own(ctx), archived=True))


@operation("workflows.unarchive_workflow")
def unarchive_workflow(ctx: Context) -> Answer:
    """Return the workflow, in use again; doing it again changes nothing."""
    return _save(ctx, evolve(_find_own(ctx), archived=False))


def _save(ctx: Context, workflow: Workflow) -> Answer:
    ctx.table(Workflow).put(workflow)
    return json_answer({"workflow": views.view_workflow(workflow)})


def _find_own(ctx: Context) -> Workflow:
    """Return the workflow in the path, when it is the workspace's own.

    Raises:
        APIError: 404; 403 for one that another workspace shares (our choice).

    """
    workflow = lookup.find_workflow(ctx)
    if workflow.workspace_id != ctx.caller.workspace_id:
        raise forbidden("Only the workspace of a workflow can change it")
    return workflow


def _fits(ctx: Context, workflow: Workflow) -> bool:
    """Say whether the workflow is what all filters of the list ask for."""
    wanted = ctx.query
    text = "\n".join(
        (workflow.name, workflow.display_name, workflow.description or "", workflow.id)
    )
    return (
        (wanted["include_shared"] or workflow.workspace_id == ctx.caller.workspace_id)
        and wanted["available_in_chat_assistant"]
        in {None, False, workflow.available_in_chat_assistant}
        and wanted["archived"] in {None, workflow.archived}
        and set(wanted["tags"] or ()) <= set(workflow.tags)
        and pages.matches(text, wanted["search"])
        and _is_served_as_wanted(ctx, workflow)
        and _has_wanted_executions(ctx, workflow)
    )


def _is_served_as_wanted(ctx: Context, workflow: Workflow) -> bool:
    """Say whether its deployments and their workers are what the filters ask for."""
    registered = {one.deployment_name for one in engine.registrations_of(ctx.world, workflow)}
    names = ctx.query["deployment_name"]
    status = "active" if ctx.query["active_only"] else ctx.query["deployment_status"]
    active = views.is_active(ctx.world, workflow)
    return (names is None or bool(registered & set(names))) and (
        status is None or active == (status == "active")
    )


def _has_wanted_executions(ctx: Context, workflow: Workflow) -> bool:
    """Say whether one of its executions is in a wanted state."""
    wanted = ctx.query["status"]
    if wanted is None:
        return True
    states = {wanted} if isinstance(wanted, str) else set(wanted)
    now = ctx.now()
    return any(
        engine.view_of(one, now).status in states
        for one in engine.executions(ctx.world, ctx.caller.workspace_id)
        if one.workflow_id == workflow.id
    )


@operation("workflows.get_workflow_registrations")
def list_registrations(ctx: Context) -> Answer:
    """Return one page of registrations, in the order of the fixture world."""
    found = {registration.id: pair for pair in _visible(ctx) for registration in pair[:1]}
    chosen = [pair[0] for pair in found.values() if is_registration_wanted(ctx, pair)]
    page, following = pages.slice_after(ctx, chosen, ctx.query["limit"], "cursor")
    shown = [_view_registration(ctx, found[registration.id]) for registration in page]
    return json_answer(
        {"workflow_registrations": shown, "next_cursor": following, "workflow_versions": shown}
    )


@operation("workflows.get_workflow_registration")
def get_registration(ctx: Context) -> Answer:
    """Return one registration, and whether a live worker serves it."""
    registration, workflow = find_registration(ctx)
    shown = _view_registration(ctx, (registration, workflow))
    shown["active"] = views.is_served(ctx.world, workflow, registration)
    return json_answer({"workflow_registration": shown, "workflow_version": shown})


def find_registration(ctx: Context) -> Pair:
    """Return the registration in the path and its workflow.

    Raises:
        APIError: 404, the caller sees none.

    """
    id_ = ctx.path["workflow_registration_id"]
    pair = next((pair for pair in _visible(ctx) if pair[0].id == id_), None)
    if pair is None:
        raise not_found("Workflow registration not found")
    return pair


def is_registration_wanted(ctx: Context, pair: Pair) -> bool:
    """Say whether the registration is what the filters of the list ask for."""
    registration, workflow = pair
    wanted: dict[str, Any] = dict(ctx.query)
    return (
        wanted["workflow_id"] in {None, workflow.id}
        and wanted["task_queue"] in {None, registration.task_queue}
        and wanted["workflow_search"] in {None, workflow.name}
        and wanted["archived"] in {None, workflow.archived}
        and wanted["available_in_chat_assistant"]
        in {None, False, workflow.available_in_chat_assistant}
        and (not wanted["active_only"] or views.is_served(ctx.world, workflow, registration))
    )


def _visible(ctx: Context) -> list[Pair]:
    """Return all registrations that the caller sees and wants to see."""
    own = ctx.caller.workspace_id
    return [
        (registration, workflow)
        for workflow in engine.workflows(ctx.world, own)
        for registration in engine.registrations_of(ctx.world, workflow)
        if workflow.workspace_id == own or ctx.query.get("include_shared", True)
    ]


def _view_registration(ctx: Context, pair: Pair) -> dict[str, Any]:
    asked = ctx.query["with_workflow"]
    return views.view_registration(*pair, with_workflow=asked)
