"""Deployments of workflows, and whether live workers serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mistral_mock import pages
from mistral_mock.answers import json_answer
from mistral_mock.clock import spell
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine
from mistral_mock.resources.workflows.deployment_records import Deployment, Worker
from mistral_mock.resources.workflows.records import record_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.world import World

PORTS = {"http": 80, "https": 443}


def is_served(world: World, workspace_id: str, name: str) -> bool:
    """Say whether a live worker serves the deployment with this name.

    One that no fixture world describes is taken to have workers (our choice), so that a world of
    workflows alone is enough to run them.
    """
    deployment = world.store.table(Deployment).get(record_id(workspace_id, name))
    return deployment is None or bool(live_workers(world, deployment, world.clock.now()))


def live_workers(
    world: World, deployment: Deployment, now: datetime, workflow_name: str | None = None
) -> list[Worker]:
    """Return the live workers of a deployment, those that serve the workflow when one is named."""
    workers = world.store.table(Worker).children(deployment.id)
    return [worker for worker in workers if worker.is_live(now) and worker.serves(workflow_name)]


@operation("workflows.deployments.list_deployments")
def list_deployments(ctx: Context) -> Answer:
    """Return a page of the deployments.

    Another workspace than the key's shows none (our choice).
    """
    workspace_id = ctx.query["workspace_id"] or ctx.caller.workspace_id
    own = workspace_id.lower() == ctx.caller.workspace_id
    found = ctx.table(Deployment).children(ctx.caller.workspace_id) if own else []
    found = order([each for each in found if is_wanted(ctx, each)], ctx)
    size = ctx.query["limit"] or max(len(found), 1)
    page, cursor = pages.slice_after(ctx, found, size, "cursor")
    shown = [view(ctx, each, ctx.query["workflow_name"]) for each in page]
    return json_answer(
        {"deployments": shown, "next_cursor": cursor, "workspace_id": workspace_id.lower()}
    )


@operation("workflows.deployments.get_deployment")
def get_deployment(ctx: Context) -> Answer:
    """Return the deployment with its workers, live or not."""
    deployment = find_deployment(ctx)
    workers = [view_worker(each, ctx.now()) for each in workers_of(ctx, deployment)]
    shown = view(ctx, deployment, ctx.query["workflow_name"])
    return json_answer({**shown, "workers": workers})


@operation("workflows.deployments.list_deployment_workers")
def list_deployment_workers(ctx: Context) -> Answer:
    """Return a page of the deployment's workers, oldest first."""
    now, status = ctx.now(), ctx.query["worker_status"]
    found = [
        worker
        for worker in workers_of(ctx, find_deployment(ctx))
        if status is None or worker.is_live(now) == (status == "active")
    ]
    page, cursor = pages.slice_after(ctx, found, ctx.query["limit"], "cursor")
    return json_answer(
        {"workers": [view_worker(each, now) for each in page], "next_cursor": cursor}
    )


def find_deployment(ctx: Context) -> Deployment:
    """Return the deployment that the path names.

    Raises:
        APIError: 404, the workspace has none of this name.

    """
    found = ctx.table(Deployment).get(record_id(ctx.caller.workspace_id, ctx.path["name"]))
    if found is None:
        raise not_found("Deployment not found")
    return found


def workers_of(ctx: Context, deployment: Deployment) -> list[Worker]:
    """Return the workers of a deployment, oldest first."""
    return ctx.table(Worker).children(deployment.id)


def is_active(ctx: Context, deployment: Deployment, workflow_name: str | None = None) -> bool:
    """Say whether a live worker serves the deployment, and the workflow when one is named."""
    return bool(live_workers(ctx.world, deployment, ctx.now(), workflow_name))


def is_wanted(ctx: Context, deployment: Deployment) -> bool:
    """Say whether the deployment passes all filters of the query."""
    query = ctx.query
    name, search = query["workflow_name"], query["search"]
    return (
        (not query["active_only"] or is_active(ctx, deployment, name))
        and query["is_hardened"] in {None, deployment.is_hardened}
        and (name is None or has_workflow(ctx, deployment, name))
        and (
            search is None
            or deployment.name.startswith(search)
            or deployment.deployment_id.startswith(search.lower())
        )
    )


def has_workflow(ctx: Context, deployment: Deployment, name: str) -> bool:
    """Say whether the workflow with this name has a registration in the deployment."""
    workflow = engine.find_workflow(ctx.world, ctx.caller.workspace_id, name)
    if workflow is None or workflow.name != name:
        return False
    found = engine.registrations_of(ctx.world, workflow)
    return any(each.deployment_name == deployment.name for each in found)


def order(found: Sequence[Deployment], ctx: Context) -> list[Deployment]:
    """Return the deployments in the order that the query asks for.

    By default the active ones and those that the service runs come first.
    """
    down = ctx.query["order"] == "desc"
    if ctx.query["order_by"] == "updated_at":
        return sorted(found, key=lambda each: last_change(ctx, each), reverse=down)
    ordered = sorted(found, key=lambda each: each.created_at, reverse=down)
    if ctx.query["order_by"] == "created_at":
        return ordered
    return sorted(ordered, key=lambda each: not is_active(ctx, each) and each.managed is None)


def last_change(ctx: Context, deployment: Deployment) -> datetime:
    """Return the last sign of life of its workers; its creation when it has none."""
    signs = [worker.last_sign(ctx.now()) for worker in workers_of(ctx, deployment)]
    return max(signs, default=deployment.created_at)


def view(ctx: Context, deployment: Deployment, workflow_name: str | None) -> dict[str, Any]:
    """Return the deployment as lists show it; a workflow decides which workers make it active."""
    workers = workers_of(ctx, deployment)
    changed_at = spell(last_change(ctx, deployment))
    locations = dict.fromkeys(worker.location["location_type"] for worker in workers)
    return {
        "id": deployment.deployment_id,
        "name": deployment.name,
        "is_active": is_active(ctx, deployment, workflow_name),
        "is_hardened": deployment.is_hardened,
        "created_at": spell(deployment.created_at),
        "updated_at": changed_at,
        "last_heartbeat": changed_at,
        "location": workers[0].location if workers else None,
        "worker_count": len(workers),
        "active_worker_count": sum(worker.is_live(ctx.now()) for worker in workers),
        "locations": list(locations),
        "managed": view_managed(ctx, deployment),
    }


def view_worker(worker: Worker, now: datetime) -> dict[str, Any]:
    """Return the worker as the API writes it; `last_heartbeat` is what newer clients ask for."""
    sign = spell(worker.last_sign(now))
    return {
        "name": worker.name,
        "created_at": spell(worker.created_at),
        "updated_at": sign,
        "last_heartbeat": sign,
        "is_active": worker.is_live(now),
        "location": worker.location,
    }


def view_managed(ctx: Context, deployment: Deployment) -> dict[str, Any] | None:
    """Return what the service tells about a deployment that it runs itself; None for others."""
    managed = deployment.managed
    if managed is None:
        return None
    created_at = spell(deployment.created_at)
    return {
        "service_id": f"svc-{deployment.deployment_id[:8]}",
        "name": deployment.name,
        "spec": view_spec(managed),
        "resources": {"replicas": managed.get("replicas", len(workers_of(ctx, deployment)))},
        "status": view_status(ctx, deployment, managed),
        "created_at": created_at,
        "updated_at": spell(last_change(ctx, deployment)),
        "stopped": False,
        "rollout_status": None,
        "created_by": None,
        "updated_by": None,
        "deployed_by": None,
        "deployed_at": created_at,
        "is_hardened": deployment.is_hardened,
    }


def view_spec(managed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the service was told to run."""
    commit = managed.get("commit")
    return {
        "type": "workflows_worker",
        "github_url": managed["github_url"],
        "revision": managed.get("revision"),
        "entrypoint": managed.get("entrypoint"),
        "working_dir": managed.get("working_dir"),
        "restarted_at": None,
        "commit_sha": commit and commit["sha"],
        "commit": commit,
    }


def view_status(ctx: Context, deployment: Deployment, managed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what runs of it now: as many replicas are ready as workers live."""
    ready = len(live_workers(ctx.world, deployment, ctx.now()))
    commit = managed.get("commit")
    return {
        "phase": "Running" if ready else "Stopped",
        "available_replicas": ready,
        "ready_replicas": ready,
        "endpoint": None,
        "message": None,
        "last_seen": spell(last_change(ctx, deployment)),
        "deployed_revision": commit and commit["sha"],
        "generation": 1,
        "build_state": None,
    }


@operation("workflows.workers.whoami")
def whoami(ctx: Context) -> Answer:
    """Return the mock's own address, though no scheduler listens there, and the key's workspace."""
    parts = urlsplit(ctx.base_url)
    host = parts.netloc if parts.port else f"{parts.netloc}:{PORTS[parts.scheme]}"
    namespace = ctx.caller.workspace_id
    return json_answer(
        {"scheduler_url": host, "namespace": namespace, "tls": parts.scheme == "https"}
    )
