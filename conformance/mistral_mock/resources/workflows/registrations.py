"""Registrations of workflows: list and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import pages
from mistral_mock.answers import json_answer
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, views
from mistral_mock.resources.workflows.records import Registration, Workflow

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

Pair = tuple[Registration, Workflow]


@operation("workflows.get_workflow_registrations")
def list_registrations(ctx: Context) -> Answer:
    """One page of registrations, in the order of the fixture world."""
    found = {registration.id: pair for pair in _visible(ctx) for registration in pair[:1]}
    chosen = [pair[0] for pair in found.values() if fits(ctx, pair)]
    page, following = pages.slice_after(
        ctx.world.signer, chosen, ctx.query["cursor"], ctx.query["limit"], "cursor"
    )
    shown = [_view(ctx, found[registration.id]) for registration in page]
    return json_answer(
        {"workflow_registrations": shown, "next_cursor": following, "workflow_versions": shown}
    )


@operation("workflows.get_workflow_registration")
def get_registration(ctx: Context) -> Answer:
    """One registration, and whether a live worker serves it."""
    registration, workflow = find(ctx)
    shown = _view(ctx, (registration, workflow))
    shown["active"] = views.is_served(ctx.world, workflow, registration)
    return json_answer({"workflow_registration": shown, "workflow_version": shown})


def find(ctx: Context) -> Pair:
    """The registration in the path and its workflow.

    Raises:
        APIError: 404, the caller sees none.

    """
    id_ = ctx.path["workflow_registration_id"]
    pair = next((pair for pair in _visible(ctx) if pair[0].id == id_), None)
    if pair is None:
        raise not_found("Workflow registration not found")
    return pair


def fits(ctx: Context, pair: Pair) -> bool:
    """The registration is what the filters of the list ask for."""
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
    """All registrations that the caller sees and wants to see."""
    own = ctx.caller.workspace_id
    return [
        (registration, workflow)
        for workflow in engine.workflows(ctx.world, own)
        for registration in engine.registrations_of(ctx.world, workflow)
        if workflow.workspace_id == own or ctx.query.get("include_shared", True)
    ]


def _view(ctx: Context, pair: Pair) -> dict[str, Any]:
    asked = ctx.query["with_workflow"]
    return views.view_registration(*pair, with_workflow=asked)
