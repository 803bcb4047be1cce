"""Workflows and their registrations: listed, read, changed, archived and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    ARCHIVE,
    EXECUTE_REGISTRATION,
    GET_REGISTRATION,
    GET_WORKFLOW,
    GREET,
    GREETED,
    LIST_REGISTRATIONS,
    LIST_WORKFLOWS,
    UNARCHIVE,
    terminate,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

INPUTS: dict[str, dict[str, Any]] = {GREET: GREETED, APPROVE: {"amount": 1}}
"""What the workflows take of which registrations are executed."""
MOST = 5
"""So many registrations of one workflow are executed."""


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
    """Executing a registration starts its workflow in its deployment, whichever it is of several.

    Of one workflow there may be registrations in several deployments.
    """
    started = 0
    for name, given in INPUTS.items():
        query = {"workflow_search": name, "archived": "false", "active_only": "true"}
        listed = ctx.answer(LIST_REGISTRATIONS, query={**query, "with_workflow": "true"})
        registrations = [
            each for each in listed["workflow_registrations"] if _name_of(each) in {name, None}
        ]
        for one in registrations[:MOST]:
            ids = {"workflow_registration_id": one["id"]}
            made = ctx.answer(EXECUTE_REGISTRATION, ids, json={"input": given})
            terminate(ctx, [made["execution_id"]])
            started += 1
            expect_equal(ctx, made["workflow_name"], name, "the workflow", listed, made)
            for field in ("workflow_id", "deployment_name"):
                if None not in {made.get(field), one.get(field)}:
                    expect_equal(ctx, made[field], one[field], f"its {field}", listed, made)
    if not started:
        ctx.skip("the server has no workflow whose input is known")


def _name_of(registration: dict[str, Any]) -> str | None:
    """Return the name of a registration's workflow, as far as the registration tells it."""
    workflow = registration.get("workflow")
    return workflow["name"] if isinstance(workflow, dict) else None


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
