"""Deployments of workflows, their workers, and where a worker connects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted
from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST = "workflows.deployments.list_deployments"
GET = "workflows.deployments.get_deployment"
WORKERS = "workflows.deployments.list_deployment_workers"
REGISTRATIONS = "workflows.get_workflow_registrations"
WHOAMI = "workflows.workers.whoami"
ALL = {"active_only": "false"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SILENT_S = 600
MOST = 5
"""How many deployments are read one by one."""


@rule(MUST, "document: DeploymentDetailResponse", (LIST, GET, REGISTRATIONS))
def listed_deployment_is_readable(ctx: Context) -> None:
    """A deployment is read with all its workers, and is active where one of them is.

    All of them are listed where all are asked for: those that own registrations name, too.
    """
    listed = listing(ctx, ALL)
    registered = ctx.answer(REGISTRATIONS, query={"include_shared": "false"})
    named = set(column(registered, "workflow_registrations", "deployment_name"))
    lost = named - {None, *column(listed, "deployments", "name")}
    ctx.expect(not lost, f"registrations name {lost}, which are not listed", registered, listed)
    for shown in listed["deployments"][:MOST]:
        found = ctx.answer(GET, name=shown["name"])
        workers = found["workers"]
        expect_equal(ctx, len(workers), found["worker_count"], "the number of workers", found)
        live = sum(each["is_active"] is True for each in workers)
        expect_equal(ctx, live, found["active_worker_count"], "the number of live workers", found)
        expect_equal(ctx, found["is_active"], live > 0, "is_active", found)


@rule(MUST, "document: DeploymentResponse (worker_count, active_worker_count)", (LIST, GET))
def list_counts_the_workers(ctx: Context) -> None:
    """The list counts a deployment's workers, and the live ones among them, as reading it does.

    With a clock also after some minutes, in which some of them may have given no sign of life.
    """
    for waited_s in (0, SILENT_S) if ctx.session.clock else (0,):
        ctx.pass_time(waited_s)
        listed = listing(ctx, ALL)
        names = column(listed, "deployments", "name")[:MOST]
        found = {name: ctx.answer(GET, name=name) for name in names}
        again = _counts(listing(ctx, ALL))
        for name, told in _counts(listed).items():
            if name not in found or again.get(name) != told:
                continue  # workers have come or gone meanwhile
            workers = found[name]["workers"]
            due = (len(workers), sum(each["is_active"] is True for each in workers))
            what = f"what the list counts of {name} (workers, live ones)"
            expect_equal(ctx, told, due, what, listed, found[name])


def _counts(listed: Exchange) -> dict[str, tuple[int, int]]:
    """Return how many workers, and live ones, each deployment of a list is told to have."""
    return {
        each["name"]: (each["worker_count"], each["active_worker_count"])
        for each in listed["deployments"]
    }


@rule(MUST, "document: workflows.deployments.list_deployment_workers", (WORKERS, GET))
def workers_make_the_list(ctx: Context) -> None:
    """The workers are those of the deployment; the filter parts the live from the others."""
    every = listing(ctx, ALL)["deployments"]
    name = max(every, key=lambda each: each["worker_count"])["name"]
    found = ctx.prepare(GET, name=name)
    wanted = {each["name"]: each["is_active"] for each in found["workers"]}
    cases: list[tuple[Mapping[str, Any], set[str]]] = [
        ({}, set(wanted)),
        ({"worker_status": "active"}, {name for name, live in wanted.items() if live}),
        ({"worker_status": "inactive"}, {name for name, live in wanted.items() if not live}),
    ]
    for query, names in cases:
        listed = ctx.answer(WORKERS, {"name": found["name"]}, query=query)
        shown = set(column(listed, "workers", "name"))
        expect_equal(ctx, shown, names, f"the workers with {query}", found, listed)
        page = ctx.answer(WORKERS, {"name": found["name"]}, query={**query, "limit": 1})
        said = f"the number of workers with {query} on a page of one"
        expect_equal(ctx, len(page["workers"]), min(1, len(names)), said, listed, page)


@rule(MUST, "document: WorkerInfo", (WHOAMI, LIST))
def worker_is_told_where_to_connect(ctx: Context) -> None:
    """A worker is told an address with a port, and always the same namespace for the same key."""
    first = ctx.answer(WHOAMI)
    host, _, port = str(first["scheduler_url"]).rpartition(":")
    ctx.expect(host and port.isdigit(), "the address has no host and port", first)
    ctx.expect(first["namespace"], "the namespace is empty", first)
    again = ctx.api.call(WHOAMI)
    expect_equal(ctx, again["namespace"], first["namespace"], "the namespace", first, again)


@rule(SHOULD, "document: WorkerInfo", (WHOAMI,), needs=("neighbour",))
def namespaces_are_apart(ctx: Context) -> None:
    """The workers of two workspaces get two namespaces."""
    own = _expect_apart(ctx, "neighbour")
    ctx.expect(UUID.fullmatch(own["namespace"]), "the namespace is no UUID", own)


@rule(
    MUST,
    "harm: whoever knows the id of a workspace sees how it is run",
    (LIST,),
    needs=("stranger",),
    about=("workflows.deployments.list_deployments query/workspace_id",),
)
def workspaces_of_others_are_closed(ctx: Context) -> None:
    """A stranger who asks for the caller's workspace by its id sees none of its deployments."""
    own = column(listing(ctx, ALL), "deployments", "id")
    stranger, mine = ctx.as_("stranger"), ctx.identity(CALLER).known("workspace")
    usual = column(ctx.need(stranger.call(LIST, query=ALL)), "deployments", "id")
    asked = stranger.call(LIST, query={**ALL, "workspace_id": mine})
    told = column(asked, "deployments", "id") if asked.ok else []
    shown = {*own} & {*told} - {*usual}
    ctx.expect(
        not shown, f"the stranger is shown {counted(len(shown), 'deployment')} of the caller", asked
    )


@rule(
    MUST,
    "harm: workers do the work of a stranger, and show it theirs",
    (WHOAMI,),
    needs=("stranger",),
)
def strangers_have_a_namespace_of_their_own(ctx: Context) -> None:
    """The workers of two organisations get two namespaces."""
    _expect_apart(ctx, "stranger")


def _expect_apart(ctx: Context, other: str) -> Exchange:
    """Hold the workers of the caller and of another to get two namespaces; what the caller gets."""
    own, theirs = ctx.answer(WHOAMI), ctx.need(ctx.as_(other).call(WHOAMI))
    ctx.expect(own["namespace"] != theirs["namespace"], "one namespace for two", own, theirs)
    return own


def listing(ctx: Context, query: Mapping[str, str]) -> Exchange:
    """Return the list of deployments; skips where there is none."""
    found = ctx.answer(LIST, query=query)
    if not found["deployments"]:
        ctx.skip("the server has no deployment, and no call of these makes one")
    return found
