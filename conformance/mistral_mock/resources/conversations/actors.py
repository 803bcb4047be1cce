"""Who answers in a conversation: a model, or an agent in one of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import refusal
from mistral_mock.errors import APIError
from mistral_mock.resources.agents.records import find_agent
from mistral_mock.resources.conversations import entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.context import Context
    from mistral_mock.resources.agents.records import AgentVersion
    from mistral_mock.resources.conversations.records import Conversation, Entry


@frozen(kw_only=True)
class Actor:
    """What decides how an answer is made."""

    model: str
    agent_id: str | None = None
    name: str = ""
    description: str = ""
    instructions: str | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    arguments: Mapping[str, Any]
    """Completion arguments; null is the same as absent."""
    handoffs: Sequence[str] = ()

    @property
    def tool_choice(self) -> str:
        """Whether tools may or must be used."""
        return str(self.arguments.get("tool_choice") or "auto")

    @property
    def format(self) -> str:
        """`text`, `json_object` or `json_schema`."""
        return str((self.arguments.get("response_format") or {}).get("type", "text"))


def find_actor(
    ctx: Context,
    conversation: Conversation,
    known: Sequence[Entry],
    asked: Mapping[str, Any] | None,
) -> Actor:
    """Return who answers next: who took over last, else the conversation's own model or agent.

    `asked` are completion arguments of the request alone.

    Raises:
        APIError: 404, the agent or its version is not there; 400, nor is who took over.

    """
    heir = find_heir(known)
    if heir is not None and heir != conversation.agent_id:
        return make_agent(find_successor(ctx, heir), asked)
    own = {**(conversation.completion_args or {}), **(asked or {})}
    if conversation.agent_id is None:
        return Actor(
            model=conversation.model or "",
            instructions=conversation.instructions,
            tools=conversation.tools or (),
            arguments=own,
        )
    return make_agent(
        find_agent(ctx, conversation.agent_id, conversation.agent_version), own, conversation
    )


def find_heir(known: Sequence[Entry]) -> str | None:
    """Return the agent that took over last; a handover left to the caller is not complete."""
    for entry in reversed(known):
        if entry["type"] == entries.HANDOFF and entry["completed_at"] is not None:
            return str(entry["next_agent_id"])
    return None


def find_successor(ctx: Context, agent_id: str) -> AgentVersion:
    """Return the agent that took over.

    Raises:
        APIError: 400, it is not there (our choice: an entry of the conversation is at fault).

    """
    try:
        return find_agent(ctx, agent_id)
    except APIError as error:
        raise refusal.bad_request(f"The agent {agent_id} that took over is not there") from error


def make_agent(
    agent: AgentVersion, asked: Mapping[str, Any] | None, instead: Conversation | None = None
) -> Actor:
    """Return an agent; what a conversation says instead counts more (our choice)."""
    told = instead.instructions if instead else None
    tools = instead.tools if instead else None
    return Actor(
        model=agent.model,
        agent_id=agent.agent_id,
        name=agent.name,
        description=agent.description or "",
        instructions=agent.instructions if told is None else told,
        tools=agent.tools if tools is None else tools,
        arguments={**agent.completion_args, **(asked or {})},
        handoffs=agent.handoffs or (),
    )


def find_successors(ctx: Context, actor: Actor) -> list[Actor]:
    """Return the agents that the actor may hand over to; those that are not there are left out."""
    found: list[Actor] = []
    for agent_id in actor.handoffs:
        try:
            found.append(make_agent(find_agent(ctx, agent_id), None))
        except APIError:  # an agent that is deleted since
            continue
    return found
