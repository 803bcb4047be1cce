"""Conversations: list, read, delete; their entries and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock import clock, ownership, pages
from mistral_mock.answers import json_answer, no_content
from mistral_mock.registry import operation
from mistral_mock.resources.agents.views import fill_arguments
from mistral_mock.resources.conversations import entries, records
from mistral_mock.resources.conversations.records import Conversation

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.conversations.list")
def list_conversations(ctx: Context) -> Answer:
    """Return one page of the conversations, oldest first, as a bare array."""
    wanted = ctx.query["metadata"]
    found = [
        each
        for each in ownership.visible(ctx, Conversation)
        if pages.has_entries(each.metadata, wanted)
    ]
    shown = pages.slice_page(found, ctx.query["page"], ctx.query["page_size"])
    return json_answer([view(each) for each in shown])


@operation("beta.conversations.get")
def get(ctx: Context) -> Answer:
    """Return the conversation without its entries."""
    return json_answer(view(records.find_conversation(ctx)))


@operation("beta.conversations.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the conversation is gone with its entries."""
    records.forget(ctx, records.find_conversation(ctx))
    return no_content()


@operation("beta.conversations.get_history")
def get_history(ctx: Context) -> Answer:
    """Return all entries, oldest first."""
    id_ = records.find_conversation(ctx).id
    found = records.find_entries(ctx, id_)
    return json_answer({"object": "conversation.history", "conversation_id": id_, "entries": found})


@operation("beta.conversations.get_messages")
def get_messages(ctx: Context) -> Answer:
    """Return the entries that are messages, oldest first."""
    id_ = records.find_conversation(ctx).id
    found = [each for each in records.find_entries(ctx, id_) if each["type"] in entries.MESSAGES]
    return json_answer(
        {"object": "conversation.messages", "conversation_id": id_, "messages": found}
    )


def view(conversation: Conversation) -> dict[str, object]:
    """Return a conversation with a model or with an agent."""
    common = {
        "name": conversation.name,
        "description": conversation.description,
        "metadata": conversation.metadata,
        "object": "conversation",
        "id": conversation.id,
        "created_at": clock.spell(conversation.created_at),
        "updated_at": clock.spell(conversation.updated_at),
    }
    if conversation.agent_id is not None:
        named = {"agent_id": conversation.agent_id, "agent_version": conversation.agent_version}
        return {**common, **named}
    return {
        **common,
        "instructions": conversation.instructions,
        "tools": conversation.tools or [],
        "completion_args": fill_arguments(conversation.completion_args),
        "guardrails": conversation.guardrails,
        "model": conversation.model,
    }
