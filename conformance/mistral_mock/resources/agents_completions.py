"""Chat completions by an agent: its model, instructions, tools and settings answer the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.errors import APIError
from mistral_mock.registry import operation, reads
from mistral_mock.replies.reply import CHAT
from mistral_mock.resources import attachments, chat, scripted, tuned_models
from mistral_mock.resources.agents.records import find_agent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer, EventStream
    from mistral_mock.context import Context
    from mistral_mock.resources.agents.records import AgentVersion


@operation("agents.complete", answers=CHAT)
def complete(ctx: Context) -> Answer | EventStream:
    """Return the agent's answer in its current version, in the two forms that chats have.

    An agent whose model is gone is refused as a chat with that model is. 404 for an unknown agent.
    """
    agent = find_agent(ctx, ctx.body["agent_id"])
    model = tuned_models.demand_chat_model(ctx, agent.model)
    asked = attachments.read(ctx, make_request(agent, ctx.body))
    return chat.answer(ctx, scripted.complete(ctx, asked, model))


@reads("agents.complete")
def show(ctx: Context) -> Mapping[str, Any]:
    """Return the request with what the agent adds; as it is when there is no such agent."""
    try:
        return make_request(find_agent(ctx, ctx.body["agent_id"]), ctx.body)
    except APIError:
        return dict(ctx.body)


def make_request(agent: AgentVersion, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chat that the agent is asked for.

    What the request says counts more (our choice).
    """
    settings = {name: value for name, value in agent.completion_args.items() if value is not None}
    asked = {name: value for name, value in body.items() if value is not None}
    return {
        **settings,
        **asked,
        "model": agent.model,
        "messages": [*make_instructions(agent), *body["messages"]],
        "tools": [*agent.tools, *(body.get("tools") or ())],
    }


def make_instructions(agent: AgentVersion) -> list[dict[str, Any]]:
    """Return the agent's instructions as the first message; none when it has no instructions."""
    return [{"role": "system", "content": agent.instructions}] if agent.instructions else []
