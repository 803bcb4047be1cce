"""Lists of agents: by page number and by token, with the same filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock import clock, ownership, pages
from mistral_mock.answers import json_answer
from mistral_mock.registry import operation
from mistral_mock.resources.agents import views
from mistral_mock.resources.agents.records import Agent, AgentVersion, child_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.agents.list")
def list_agents(ctx: Context) -> Answer:
    """Return one page of the agents in their current versions, oldest first, as a bare array."""
    shown = pages.slice_page(find_listed(ctx), ctx.query["page"], ctx.query["page_size"])
    return json_answer([view_current(ctx, agent) for agent in shown])


@operation("beta.agents.list_pages")
def list_pages(ctx: Context) -> Answer:
    """Return the agents after those of the page that gave the token."""
    shown, following = slice_after(ctx, find_listed(ctx))
    data = [view_current(ctx, agent) for agent in shown]
    return json_answer({"object": "list", "data": data, "next_page_token": following})


def slice_after(ctx: Context, found: Sequence[Agent]) -> tuple[Sequence[Agent], str | None]:
    """Return the page after the one that gave the token, whatever changed since; the next token.

    Raises:
        APIError: 422, the token is none that this list gave (our choice).

    """
    last, size = pages.read_token(ctx, "page_token") or "", ctx.query["page_size"]
    rest = [agent for agent in found if clock.spell(agent.created_at) > last]
    shown = rest[:size]
    if len(rest) <= size:
        return shown, None
    return shown, pages.make_token(ctx, clock.spell(shown[-1].created_at))


def find_listed(ctx: Context) -> list[Agent]:
    """Return the agents that the query asks for, oldest first."""
    return [agent for agent in ownership.visible(ctx, Agent) if is_listed(ctx, agent)]


def is_listed(ctx: Context, agent: Agent) -> bool:
    """Say whether the agent passes the query's filters.

    Those about its content judge its current version.
    """
    query, current = ctx.query, find_current(ctx, agent)
    return (
        query["deployment_chat"] in {None, agent.deployment_chat}
        and (query["sources"] is None or agent.source in query["sources"])
        and query["id"] in {None, agent.id}
        and query["name"] in {None, current.name}
        and fits(agent, current, query["search"])
        and pages.has_entries(current.metadata, query["metadata"])
    )


def fits(agent: Agent, current: AgentVersion, search: str | None) -> bool:
    """Say whether the name or the id contains the text, in whatever case."""
    return pages.matches(current.name, search) or pages.matches(agent.id, search)


def find_current(ctx: Context, agent: Agent) -> AgentVersion:
    """Return the agent in its current version."""
    found = ctx.table(AgentVersion).get(child_id(agent.id, agent.current))
    if found is None:
        raise LookupError(f"agent {agent.id} has no version {agent.current}")
    return found


def view_current(ctx: Context, agent: Agent) -> dict[str, object]:
    """Return the agent in its current version, as the API writes it."""
    return views.view(ctx, find_current(ctx, agent))
