"""Defects of workflows and registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import workflows as op
from mistral_mock.resources.workflows import engine

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part


DEFINITIONS = "resources.workflows.definitions"
EXECUTIONS = "resources.workflows.executions"


def _asking(handler: Part, **query: object) -> Part:
    """Return the handler with other values of the query."""
    return lambda ctx, *more: handler(evolve(ctx, query={**ctx.query, **query}), *more)


@mutant("workflows.list-shouts", op.LIST_WORKFLOWS, place="resources.workflows.views:view_basic")
def list_shouts(view_basic: Part) -> Part:
    """The list shows names in capital letters."""
    return lambda workflow: {
        **view_basic(workflow),
        "display_name": workflow.display_name.upper(),
    }


@mutant("workflows.first-page-is-all", op.LIST_WORKFLOWS, place=f"{DEFINITIONS}:list_workflows")
def first_page_is_all(list_workflows: Part) -> Part:
    """The first page of workflows has no next one."""
    return edited(list_workflows, lambda found: {**found, "next_cursor": None})


@mutant("workflows.one-tag-is-enough", op.LIST_WORKFLOWS, place=f"{DEFINITIONS}:_fits")
def one_tag_is_enough(fits: Part) -> Part:
    """A workflow with one of the tags is listed."""
    return lambda ctx, workflow: (
        any(_asking(fits, tags=[tag])(ctx, workflow) for tag in ctx.query["tags"] or [None] if tag)
        or (not ctx.query["tags"] and fits(ctx, workflow))
    )


@mutant("workflows.archived-start", op.ARCHIVE, op.EXECUTE, place=f"{EXECUTIONS}:_refuse")
def archived_start(refuse: Part) -> Part:
    """Archived workflows start as others do."""
    return lambda ctx, workflow: refuse(ctx, evolve(workflow, archived=False))


@mutant("workflows.old-name-is-empty", op.GET_REGISTRATION, place=f"{DEFINITIONS}:get_registration")
def old_name_is_empty(get_registration: Part) -> Part:
    """Under its old name a registration has no definition."""

    def change(found: Part) -> Part:
        old = {**found["workflow_version"], "definition": {"input_schema": {}}}
        return {**found, "workflow_version": old}

    return edited(get_registration, change)


@mutant(
    "workflows.registrations-hide-their-workflow",
    op.LIST_REGISTRATIONS,
    place=f"{DEFINITIONS}:list_registrations",
)
def registrations_hide_their_workflow(list_registrations: Part) -> Part:
    """The list of registrations tells no workflow, asked for it or not."""

    def change(found: Part) -> Part:
        told = [{**each, "workflow": None} for each in found["workflow_registrations"]]
        return {**found, "workflow_registrations": told, "workflow_versions": told}

    return edited(list_registrations, change)


@mutant(
    "workflows.registration-runs-elsewhere",
    op.EXECUTE_REGISTRATION,
    place=f"{EXECUTIONS}:execute_registration",
)
def registration_runs_elsewhere(execute_registration: Part) -> Part:
    """A registration is carried out by another deployment."""
    return edited(execute_registration, lambda found: {**found, "deployment_name": "elsewhere"})


@mutant(
    "workflows.everyone-sees-all",
    op.LIST_WORKFLOWS,
    op.GET_WORKFLOW,
    place="resources.workflows.engine:sees",
)
def everyone_sees_all(_sees: Part) -> Part:
    """Every workspace sees all workflows."""
    return lambda _workspace_id, _workflow: True


@mutant(
    "workflows.registrations-run-the-usual-one",
    op.EXECUTE_REGISTRATION,
    place=f"{DEFINITIONS}:find_registration",
)
def registrations_run_the_usual_one(find_registration: Part) -> Part:
    """Executing a registration starts the first one of its workflow."""

    def defect(ctx: Part) -> Part:
        found, workflow = find_registration(ctx)
        asked = ctx.operation_id == op.EXECUTE_REGISTRATION
        return engine.registrations_of(ctx.world, workflow)[0] if asked else found, workflow

    return defect
