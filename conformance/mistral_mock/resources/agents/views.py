"""Agents and aliases as the API writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import clock
from mistral_mock.resources.agents.records import Agent, AgentVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.context import Context
    from mistral_mock.resources.agents.records import AgentAlias

ARGUMENTS = (
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "temperature",
    "top_p",
    "max_tokens",
    "random_seed",
    "prediction",
    "response_format",
)
"""Completion arguments that an answer has even when nobody set them (agents.fresh-values)."""


def view(ctx: Context, found: AgentVersion) -> dict[str, object]:
    """Return the agent in a version; the current one was last changed when the agent was."""
    head = ctx.table(Agent).get(found.agent_id)
    if head is None:
        raise LookupError(f"version {found.version} has outlived its agent {found.agent_id}")
    moment = head.updated_at if found.version == head.current else found.made_at
    return {
        "instructions": found.instructions,
        "tools": found.tools,
        "completion_args": found.completion_args,
        "guardrails": found.guardrails,
        "model": found.model,
        "name": found.name,
        "description": found.description,
        "handoffs": found.handoffs,
        "metadata": found.metadata,
        "object": "agent",
        "id": found.agent_id,
        "version": found.version,
        "versions": [each.version for each in ctx.table(AgentVersion).children(found.agent_id)],
        "created_at": clock.spell(head.created_at),
        "updated_at": clock.spell(moment),
        "deployment_chat": head.deployment_chat,
        "source": head.source,
        "version_message": found.version_message,
    }


def view_alias(alias: AgentAlias) -> dict[str, object]:
    """Return an alias and the version that it names."""
    return {
        "alias": alias.alias,
        "version": alias.version,
        "created_at": clock.spell(alias.created_at),
        "updated_at": clock.spell(alias.updated_at),
    }


def fill_arguments(sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """Completion arguments with null where nothing was set, and `tool_choice` auto."""
    return {**dict.fromkeys(ARGUMENTS), "tool_choice": "auto", **(sent or {})}
