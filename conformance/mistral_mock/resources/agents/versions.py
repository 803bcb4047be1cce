"""Versions of an agent and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_mock import pages
from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
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
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.agents.list_versions")
def list_versions(ctx: Context) -> Answer:
    """Return one page of the agent's versions, newest first (the order is our choice)."""
    head = find_head(ctx, ctx.path["agent_id"])
    found = ctx.table(AgentVersion).children(head.id)[::-1]
    shown = pages.slice_page(found, ctx.query["page"], ctx.query["page_size"])
    return json_answer([views.view(ctx, each) for each in shown])


@operation("beta.agents.get_version")
def get_version(ctx: Context) -> Answer:
    """Return the agent in the version that the path names by number or alias."""
    found = find_agent(ctx, ctx.path["agent_id"], ctx.path["version"])
    return json_answer(views.view(ctx, found))


@operation("beta.agents.update_version")
def update_version(ctx: Context) -> Answer:
    """Return the agent in the version that is current from now on; no new version is made.

    Raises:
        APIError: 404, the agent has no such version (our choice).

    """
    found = find_agent(ctx, ctx.path["agent_id"], ctx.query["version"])
    make_current(ctx, found)
    return json_answer(views.view(ctx, found))


@operation("beta.agents.create_version_alias")
def create_version_alias(ctx: Context) -> Answer:
    """Return the alias, new or moved from another version."""
    agent_id, name = ctx.path["agent_id"], ctx.query["alias"]
    version = find_agent(ctx, agent_id, ctx.query["version"]).version
    moment = ctx.clock.stamp()
    known = ctx.table(AgentAlias).get(child_id(agent_id, name))
    alias = AgentAlias(
        id=child_id(agent_id, name),
        agent_id=agent_id,
        alias=name,
        version=version,
        created_at=moment if known is None else known.created_at,
        updated_at=moment,
    )
    return json_answer(views.view_alias(ctx.table(AgentAlias).put(alias)))


@operation("beta.agents.list_version_aliases")
def list_version_aliases(ctx: Context) -> Answer:
    """Return all aliases of the agent, oldest first."""
    head = find_head(ctx, ctx.path["agent_id"])
    aliases = ctx.table(AgentAlias).children(head.id)
    return json_answer([views.view_alias(alias) for alias in aliases])


@operation("beta.agents.delete_version_alias")
def delete_version_alias(ctx: Context) -> Answer:
    """Return 204; the version stays.

    Raises:
        APIError: 404, the agent has no such alias (our choice).

    """
    head = find_head(ctx, ctx.path["agent_id"])
    alias = child_id(head.id, ctx.query["alias"])
    if ctx.table(AgentAlias).get(alias) is None:
        raise not_found("Agent alias not found")
    ctx.table(AgentAlias).remove(alias)
    return no_content()


def make_current(ctx: Context, found: AgentVersion) -> None:
    """Use the version from now on where none is named."""
    head = find_head(ctx, found.agent_id)
    ctx.table(Agent).put(evolve(head, current=found.version, updated_at=ctx.clock.stamp()))
