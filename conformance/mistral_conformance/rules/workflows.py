"""Workflows and their registrations: listed, read, changed, archived and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.workflows import (
    ARCHIVE,
    EXECUTE_REGISTRATION,
    GET_REGISTRATION,
    GET_WORKFLOW,
    GREET,
    LIST_REGISTRATIONS,
    LIST_WORKFLOWS,
    UNARCHIVE,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(MUST, "document: WorkflowRegistrationGetResponse", (LIST_REGISTRATIONS, GET_REGISTRATION))
def registration_is_readable(ctx: Context) -> None:
    """A registration is shown under the old name of the answer, too, in the list and by its id."""
    listed = ctx.answer(LIST_REGISTRATIONS, query={"limit": 3})
    _need_some(ctx, listed["workflow_registrations"])
    expect_equal(
        ctx, listed["workflow_versions"], listed["workflow_registrations"], "the old name", listed
    )
    for item in listed["workflow_registrations"]:
        answer = ctx.answer(GET_REGISTRATION, workflow_registration_id=item["id"])
        found = answer["workflow_registration"]
        expect_equal(ctx, answer["workflow_version"], found, "the old name", answer)


@rule(
    MUST,
    "document: workflows.get_workflow_registrations (with_workflow)",
    (LIST_REGISTRATIONS, GET_REGISTRATION, GET_WORKFLOW),
)
def registration_tells_its_workflow(ctx: Context) -> None:
    """A registration tells its workflow when it is asked to, and only then."""
    listed = ctx.answer(LIST_REGISTRATIONS, query={"with_workflow": "true", "limit": 1})
    _need_some(ctx, listed["workflow_registrations"])
    item = listed["workflow_registrations"][0]
    own = ctx.answer(GET_WORKFLOW, workflow_identifier=item["workflow_id"])
    name = own.at("workflow.name")
    shown = item["workflow"]
    ctx.expect(shown, "the workflow that was asked for is null", listed)
    expect_equal(ctx, shown["name"], name, "the workflow", listed, own)
    ids = {"workflow_registration_id": item["id"]}
    plain = ctx.answer(GET_REGISTRATION, ids)
    expect_equal(ctx, plain["workflow_registration"]["workflow"], None, "the workflow", plain)


@rule(
    MUST,
    "document: workflows.execute_workflow_registration",
    (EXECUTE_REGISTRATION, LIST_REGISTRATIONS),
)
def registration_runs(ctx: Context) -> None:
    """Executing a registration starts its workflow in its deployment."""
    query = {"workflow_search": GREET, "archived": "false", "active_only": "true"}
    listed = ctx.answer(LIST_REGISTRATIONS, query=query)
    _need_some(ctx, listed["workflow_registrations"])
    one = listed["workflow_registrations"][0]
    started = ctx.answer(
        EXECUTE_REGISTRATION, workflow_registration_id=one["id"], json={"input": {"name": "Ada"}}
    )
    expect_equal(ctx, started["workflow_name"], GREET, "the workflow", started)
    expect_equal(ctx, started["workflow_id"], one["workflow_id"], "its id", started)
    expect_equal(ctx, started["deployment_name"], one["deployment_name"], "deployment", started)


@rule(
    SHOULD,
    "document: workflows.get_workflows (those of the workspace,  those shared with it)",
    (LIST_WORKFLOWS, GET_WORKFLOW, ARCHIVE, UNARCHIVE),
    needs=("neighbour",),
)
def belong_to_their_workspace(ctx: Context) -> None:
    """Another workspace does not see a workflow that is not shared, and changes none that is."""
    listed = ctx.answer(LIST_WORKFLOWS, query={"include_shared": "false", "limit": 1000})
    own = [
        each["id"]
        for each in listed["workflows"]
        if not (each["metadata"] and each["metadata"]["shared_namespace"])
    ]
    _need_some(ctx, own)
    seen = ctx.as_("neighbour").call(LIST_WORKFLOWS, query={"limit": 1000})
    ids = {each["id"] for each in ctx.expect_status(seen, 200)["workflows"]}
    ctx.expect(not ids & set(own), "another workspace sees it", listed, seen)
    neighbour = ctx.as_("neighbour")
    ctx.expect_status(neighbour.call(GET_WORKFLOW, workflow_identifier=own[0]), 403, 404)
    theirs = neighbour.call(LIST_WORKFLOWS, query={"include_shared": "false", "limit": 1000})
    for id_ in ids - {each["id"] for each in ctx.need(theirs)["workflows"]}:
        for operation in (ARCHIVE, UNARCHIVE):
            answer = neighbour.call(operation, workflow_identifier=id_)
            expect_refused(ctx, answer, f"{operation} of what is only shared")


def _need_some(ctx: Context, items: list[Any]) -> None:
    if not items:
        ctx.skip("the server has no workflow")
