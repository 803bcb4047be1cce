"""Defects of the deployments of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules import deployments as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

DEPLOYMENTS = "resources.workflows.deployments"


@mutant("deployments.list-shows-dead-ones", op.LIST, place=f"{DEPLOYMENTS}:list_deployments")
def list_shows_dead_ones(list_deployments: Part) -> Part:
    """The list always has the deployments without a live worker too."""
    return lambda ctx: list_deployments(evolve(ctx, query={**ctx.query, "active_only": False}))


@mutant("deployments.search-is-for-names-alone", op.LIST, place=f"{DEPLOYMENTS}:is_wanted")
def search_is_for_names_alone(is_wanted: Part) -> Part:
    """The search does not look at ids."""
    return lambda ctx, each: (
        is_wanted(ctx, each) and each.name.startswith(ctx.query["search"] or "")
    )


@mutant("deployments.order-is-turned-round", op.LIST, place=f"{DEPLOYMENTS}:order")
def order_is_turned_round(order: Part) -> Part:
    """The oldest come first when the newest are asked for."""
    return lambda found, ctx: order(found, ctx)[::-1]


@mutant("deployments.cursor-skips-one", op.LIST, place=f"{DEPLOYMENTS}:list_deployments")
def cursor_skips_one(list_deployments: Part) -> Part:
    """Every page after the first lacks its first deployment."""

    def defect(ctx: Part) -> Part:
        answer = list_deployments(ctx)
        if ctx.query["cursor"] is None:
            return answer
        cut = edited(lambda _: answer, lambda found: {**found, "deployments": []})
        return cut(ctx)

    return defect


@mutant("deployments.workers-are-all-live", op.GET, op.WORKERS, place=f"{DEPLOYMENTS}:view_worker")
def workers_are_all_live(view_worker: Part) -> Part:
    """Every worker is said to be live."""
    return lambda worker, now: {**view_worker(worker, now), "is_active": True}


@mutant(
    "deployments.workers-are-parted-on-their-page",
    op.WORKERS,
    place=f"{DEPLOYMENTS}:list_deployment_workers",
)
def workers_are_parted_on_their_page(list_workers: Part) -> Part:
    """Live workers are looked for on a page of all of them."""

    def defect(ctx: Part) -> Part:
        status = ctx.query["worker_status"]

        def part(found: Part) -> Part:
            wanted = [e for e in found["workers"] if e["is_active"] == (status == "active")]
            return {**found, "workers": wanted} if status else found

        return edited(list_workers, part)(evolve(ctx, query={**ctx.query, "worker_status": None}))

    return defect


@mutant("deployments.list-counts-dead-workers", op.LIST, place=f"{DEPLOYMENTS}:list_deployments")
def list_counts_dead_workers(list_deployments: Part) -> Part:
    """In the list all workers of a deployment count as live ones."""
    return edited(
        list_deployments,
        lambda found: {
            **found,
            "deployments": [
                {**each, "active_worker_count": each["worker_count"]}
                for each in found["deployments"]
            ],
        },
    )


@mutant("deployments.detail-lacks-workers", op.GET, place=f"{DEPLOYMENTS}:workers_of")
def detail_lacks_workers(workers_of: Part) -> Part:
    """The first worker of a deployment is left out where all are shown."""
    return lambda ctx, each: workers_of(ctx, each)[ctx.operation_id == op.GET :]


@mutant("deployments.namespace-is-everyones", op.WHOAMI, place=f"{DEPLOYMENTS}:whoami")
def namespace_is_everyones(whoami: Part) -> Part:
    """Every worker is sent to the same namespace."""
    namespace = "00000000-0000-4000-8000-000000000000"
    return edited(whoami, lambda found: {**found, "namespace": namespace})


@mutant("deployments.address-has-no-port", op.WHOAMI, place=f"{DEPLOYMENTS}:whoami")
def address_has_no_port(whoami: Part) -> Part:
    """The address of the scheduler lacks its port."""
    return edited(
        whoami, lambda found: {**found, "scheduler_url": found["scheduler_url"].partition(":")[0]}
    )


@mutant(
    "deployments.any-workspace-is-shown",
    "workflows.deployments.list_deployments",
    place="resources.workflows.deployments:list_deployments",
)
def any_workspace_is_shown(list_deployments: Part) -> Part:
    """Whoever names a workspace is shown its deployments."""

    def defect(ctx: Part) -> Part:
        workspace = ctx.query["workspace_id"] or ctx.caller.workspace_id
        return list_deployments(evolve(ctx, caller=evolve(ctx.caller, workspace_id=workspace)))

    return defect
