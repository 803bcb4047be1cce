"""How workflows, registrations and executions look in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.clock import spell, spell_optional
from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows import deployments, engine
from mistral_mock.resources.workflows.player import DEFAULT_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Run
    from mistral_mock.resources.workflows.records import Execution, Registration, Workflow
    from mistral_mock.world import World

ANYTHING: dict[str, Any] = {"type": "object", "additionalProperties": True}


def view_workflow(workflow: Workflow) -> dict[str, Any]:
    """Return a workflow in full."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "display_name": workflow.display_name,
        "type": "code",
        "description": workflow.description,
        "customer_id": workflow.customer_id,
        "workspace_id": workflow.workspace_id,
        "shared_namespace": workflow.shared_namespace,
        "available_in_chat_assistant": workflow.available_in_chat_assistant,
        "is_technical": workflow.is_technical,
        "archived": workflow.archived,
        "tags": list(workflow.tags),
    }


def view_basic(workflow: Workflow) -> dict[str, Any]:
    """Return a workflow as lists show it."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "display_name": workflow.display_name,
        "description": workflow.description,
        "metadata": {"shared_namespace": workflow.shared_namespace},
        "archived": workflow.archived,
        "tags": list(workflow.tags),
    }


def is_active(world: World, workflow: Workflow) -> bool:
    """Say whether a live worker serves one of the workflow's registrations."""
    return any(is_served(world, workflow, one) for one in engine.registrations_of(world, workflow))


def is_served(world: World, workflow: Workflow, registration: Registration) -> bool:
    """Say whether a live worker serves the registration."""
    return deployments.is_served(world, workflow.workspace_id, registration.deployment_name)


def view_registration(
    registration: Registration, workflow: Workflow, *, with_workflow: bool
) -> dict[str, Any]:
    """Return a registration; with its workflow when asked for."""
    return {
        "id": registration.id,
        "deployment_id": stable_id("deployment", registration.deployment_name),
        "task_queue": registration.task_queue,
        "definition": view_definition(registration.script),
        "workflow_id": registration.workflow_id,
        "workflow": view_workflow(workflow) if with_workflow else None,
        "deployment_name": registration.deployment_name,
        "compatible_with_chat_assistant": registration.compatible_with_chat_assistant,
    }


def view_definition(script: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a script takes, gives and reacts to."""
    return {
        "input_schema": script.get("input_schema", ANYTHING),
        "output_schema": script.get("output_schema"),
        "signals": [_view_message(one) for one in script.get("signals", ())],
        "queries": [_view_question(one) for one in script.get("queries", ())],
        "updates": [_view_question(one) for one in script.get("updates", ())],
        "enforce_determinism": script.get("enforce_determinism", False),
        "on_behalf_of": script.get("on_behalf_of", False),
        "execution_timeout": script.get("execution_timeout_s", DEFAULT_TIMEOUT_S),
        "plugin_metadata": None,
    }


def view_execution(execution: Execution, run: Run) -> dict[str, Any]:
    """Return an execution as one of its runs shows it, its result included."""
    return {
        "workflow_name": execution.workflow_name,
        "workflow_id": execution.workflow_id,
        "deployment_name": execution.deployment_name,
        "execution_id": execution.execution_id,
        "parent_execution_id": execution.parent_execution_id,
        "root_execution_id": execution.root_execution_id,
        "run_id": run.run_id,
        "user_id": execution.user_id,
        "status": run.status,
        "start_time": spell(run.started_at),
        "end_time": spell_optional(run.ended_at),
        "total_duration_ms": duration_ms(run.started_at, run.ended_at),
        "result": run.result,
    }


def duration_ms(begin: datetime, end: datetime | None) -> int | None:
    """Return the time between two moments, in milliseconds; None without an end."""
    return None if end is None else round((end - begin).total_seconds() * 1000)


def _view_message(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": definition["name"],
        "description": definition.get("description"),
        "input_schema": definition.get("input_schema", ANYTHING),
    }


def _view_question(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {**_view_message(definition), "output_schema": definition.get("output_schema")}
