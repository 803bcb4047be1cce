"""What the mock remembers about agents, and how a version of one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import ownership
from mistral_mock.errors import not_found
from mistral_mock.ownership import Owned
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.context import Context


@frozen(kw_only=True)
class Agent(Owned):
    """An agent apart from its versions."""

    called = "agent"

    created_at: datetime
    updated_at: datetime
    current: int
    """The number of the version that is used where none is named."""
    deployment_chat: bool = False
    source: str = "api"


@frozen(kw_only=True)
class AgentVersion(Record):
    """An agent as it is in one version; versions count from 0 and never change."""

    called = "agent version"

    agent_id: str
    version: int
    made_at: datetime
    model: str
    name: str
    description: str | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]]
    completion_args: dict[str, Any]
    guardrails: list[dict[str, Any]] | None = None
    handoffs: list[str] | None = None
    metadata: dict[str, Any] | None = None
    version_message: str | None = None

    @property
    def parent_id(self) -> str:
        """Its agent."""
        return self.agent_id


@frozen(kw_only=True)
class AgentAlias(Record):
    """A name for a version of an agent."""

    called = "agent alias"

    agent_id: str
    alias: str
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def parent_id(self) -> str:
        """Its agent."""
        return self.agent_id


def child_id(agent_id: str, key: str | int) -> str:
    """Return the id of an agent's version or alias."""
    return f"{agent_id}:{key}"


def find_head(ctx: Context, agent_id: str) -> Agent:
    """Return the agent apart from its versions.

    Raises:
        APIError: 404, there is none that the caller sees.

    """
    return ownership.find(ctx, Agent, agent_id, "Agent not found")


def find_agent(ctx: Context, agent_id: str, version: int | str | None = None) -> AgentVersion:
    """Return the agent in a version, named by number or alias; in its current version for None.

    Raises:
        APIError: 404, there is no such agent or version that the caller sees.

    """
    head = find_head(ctx, agent_id)
    number = head.current if version is None else find_number(ctx, agent_id, version)
    found = ctx.table(AgentVersion).get(child_id(agent_id, number))
    if found is None:
        raise not_found("Agent version not found")
    return found


def find_number(ctx: Context, agent_id: str, version: int | str) -> int | str:
    """Return the number that an alias stands for; anything else stands for itself."""
    alias = ctx.table(AgentAlias).get(child_id(agent_id, version))
    return version if alias is None else alias.version
