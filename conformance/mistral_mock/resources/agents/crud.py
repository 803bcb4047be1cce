"""Agents: create, read, change, delete; each change makes a version (agents.fresh-values)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import ownership
from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import invalid_field
from mistral_mock.registry import operation
from mistral_mock.resources import tuned_models
from mistral_mock.resources.agents import views
from mistral_mock.resources.agents.records import (
    Agent,
    AgentAlias,
    AgentVersion,
    child_id,
    find_agent,
    find_head,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

CONTENT = (
    "model",
    "name",
    "description",
    "instructions",
    "tools",
    "completion_args",
    "guardrails",
    "handoffs",
    "metadata",
    "version_message",
)
NEEDED = ("model", "name")


@operation("beta.agents.create")
def create(ctx: Context) -> Answer:
    """Return the new agent in version 0 (agents.fresh-values)."""
    check_model(ctx, ctx.body["model"])
    check_handoffs(ctx, ctx.body.get("handoffs") or ())
    moment = ctx.clock.stamp()
    head = Agent(
        id=ctx.ids.prefixed("ag_", moment),
        workspace_id=ctx.caller.workspace_id,
        created_at=moment,
        updated_at=ctx.clock.stamp(),
        current=0,
    )
    found = AgentVersion(
        id=child_id(head.id, 0),
        agent_id=head.id,
        version=0,
        made_at=moment,
        **complete_content(ctx.body),
    )
    ctx.table(Agent).put(head)
    return json_answer(views.view(ctx, ctx.table(AgentVersion).put(found)))


@operation("beta.agents.get")
def get(ctx: Context) -> Answer:
    """Return the agent in the version that the query names, else in the current one."""
    return json_answer(views.view(ctx, find_agent(ctx, *named_version(ctx))))


@operation("beta.agents.update")
def update(ctx: Context) -> Answer:
    """Return the agent in a new version: the current one with what was sent; it becomes current.

    A null clears what may be absent and keeps model and name. `{}` makes a version too, as every
    update does (our choice).
    """
    changes = pick_changes(ctx.body)
    base = find_agent(ctx, ctx.path["agent_id"])
    check_model(ctx, changes.get("model", base.model))
    check_handoffs(ctx, changes.get("handoffs") or ())
    return json_answer(views.view(ctx, add_version(ctx, base, changes)))


@operation("beta.agents.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the agent is gone with its versions and aliases."""
    remove(ctx, find_head(ctx, ctx.path["agent_id"]))
    return no_content()


def named_version(ctx: Context) -> tuple[str, int | str | None]:
    """Return the agent's id, and the version that the query asks for."""
    return ctx.path["agent_id"], ctx.query["agent_version"]


def check_model(ctx: Context, name: str) -> None:
    """Pass when the model can answer.

    Raises:
        APIError: 422, the model does not exist or does not chat (our choice).

    """
    if tuned_models.find_chat_model(ctx, name) is None:
        raise invalid_field("model", f"Invalid model: {name}", name)


def check_handoffs(ctx: Context, ids: Sequence[str]) -> None:
    """Pass when the caller's workspace has all these agents.

    Raises:
        APIError: 422, it lacks one (our choice).

    """
    for id_ in ids:
        refuse = partial(invalid_field, "handoffs", given=id_)
        ownership.find(ctx, Agent, id_, f"Value error, agent {id_} not found", refuse)


def complete_content(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a version holds, from a body that may leave things out."""
    content = {name: body.get(name) for name in CONTENT}
    content["tools"] = body.get("tools", [])
    content["completion_args"] = views.fill_arguments(body.get("completion_args"))
    return content


def pick_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a version that an update sets."""
    sent = {name: body[name] for name in CONTENT if name in body}
    changes = {name: value for name, value in sent.items() if value is not None or nullable(name)}
    if "completion_args" in changes:
        changes["completion_args"] = views.fill_arguments(changes["completion_args"])
    return changes


def nullable(name: str) -> bool:
    """Say whether the field can be cleared."""
    return name not in NEEDED


def add_version(ctx: Context, base: AgentVersion, changes: dict[str, Any]) -> AgentVersion:
    """Return the next version: the base with the changes; its note is its own."""
    moment, table = ctx.clock.stamp(), ctx.table(AgentVersion)
    number = 1 + max(each.version for each in table.children(base.agent_id))
    made = {"version_message": None, **changes}
    made |= {"id": child_id(base.agent_id, number), "version": number, "made_at": moment}
    head = find_head(ctx, base.agent_id)
    deployed = ctx.body.get("deployment_chat")
    ctx.table(Agent).put(
        evolve(
            head,
            current=number,
            updated_at=moment,
            deployment_chat=head.deployment_chat if deployed is None else deployed,
        )
    )
    return table.put(evolve(base, **made))


def remove(ctx: Context, head: Agent) -> None:
    """Remove the agent, its versions and its aliases."""
    for version in ctx.table(AgentVersion).children(head.id):
        ctx.table(AgentVersion).remove(version.id)
    for alias in ctx.table(AgentAlias).children(head.id):
        ctx.table(AgentAlias).remove(alias.id)
    ctx.table(Agent).remove(head.id)
