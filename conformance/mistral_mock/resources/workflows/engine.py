"""Starts executions and finds them, for the operations and for whatever else starts some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock.resources.workflows import playing
from mistral_mock.resources.workflows.records import (
    Execution,
    Registration,
    Workflow,
    record_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Run
    from mistral_mock.world import World


@frozen
class Starter:
    """In whose name an execution starts; a caller's `Identity` has the same two ids."""

    workspace_id: str
    user_id: str


@frozen(kw_only=True)
class Order:
    """What starts, and when."""

    input: dict[str, Any]
    """Already checked, see `inputs.check_input`."""
    at: datetime
    execution_id: str | None = None
    """None for one that the mock makes up."""
    schedule_id: str | None = None
    parent: Execution | None = None
    tracing_attributes: Mapping[str, str] = field(factory=dict)
    force_new_trace: bool = False
    extensions: Mapping[str, Any] = field(factory=dict)


def start(world: World, starter: Starter, registration: Registration, order: Order) -> Execution:
    """Start an execution; its id must be free in the workspace."""
    workflow = world.store.table(Workflow).get(registration.workflow_id)
    if workflow is None:
        raise LookupError(f"there is no workflow {registration.workflow_id}")
    execution_id = order.execution_id or world.ids.uuid4()
    return world.store.table(Execution).put(
        Execution(
            id=record_id(starter.workspace_id, execution_id),
            workspace_id=starter.workspace_id,
            execution_id=execution_id,
            workflow_id=workflow.id,
            workflow_name=workflow.name,
            display_name=workflow.display_name,
            registration_id=registration.id,
            deployment_name=registration.deployment_name,
            script=registration.script,
            input=order.input,
            started_at=order.at,
            run_id=world.ids.uuid4(),
            user_id=starter.user_id,
            schedule_id=order.schedule_id,
            parent_execution_id=order.parent.execution_id if order.parent else None,
            root_execution_id=order.parent.root_execution_id if order.parent else execution_id,
            tracing_attributes=dict(order.tracing_attributes),
            force_new_trace=order.force_new_trace,
            extensions=dict(order.extensions),
        )
    )


def executions(world: World, workspace_id: str) -> list[Execution]:
    """Return all executions of a workspace, oldest first."""
    return world.store.table(Execution).children(workspace_id)


def find_execution(world: World, workspace_id: str, execution_id: str) -> Execution | None:
    """Return the execution of a workspace with this id, or None."""
    return world.store.table(Execution).get(record_id(workspace_id, execution_id))


def sees(workspace_id: str, workflow: Workflow) -> bool:
    """Say whether the workflow is the workspace's own or shared with it."""
    return workflow.workspace_id == workspace_id or workflow.shared_namespace is not None


def workflows(world: World, workspace_id: str) -> list[Workflow]:
    """Return all workflows that a workspace sees, in the order of the fixture world."""
    return [one for one in world.store.table(Workflow) if sees(workspace_id, one)]


def find_workflow(world: World, workspace_id: str, identifier: str) -> Workflow | None:
    """Return the workflow with this name or id that a workspace sees, or None."""
    found = workflows(world, workspace_id)
    return next((one for one in found if identifier in {one.name, one.id}), None)


def registrations_of(world: World, workflow: Workflow) -> list[Registration]:
    """Return the registrations of a workflow, oldest first."""
    return world.store.table(Registration).children(workflow.id)


def runs_of(execution: Execution, now: datetime) -> list[Run]:
    """Return the runs that have begun, oldest first, as they are at a moment."""
    return playing.course_of(execution).so_far(now)


def view_of(execution: Execution, now: datetime) -> Run:
    """Return the present run of an execution, as it is at a moment."""
    return runs_of(execution, now)[-1]
