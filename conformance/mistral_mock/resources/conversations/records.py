"""What the mock remembers about conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import ownership
from mistral_mock.ownership import Owned
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.context import Context

    Entry = dict[str, Any]


READ = "read"
"""The field of an entry that has its content with all that it brings; the API does not show it."""


@frozen(kw_only=True)
class Conversation(Owned):
    """A conversation apart from its entries; it has either a model or an agent.

    With an agent, instructions and the like replace the agent's when they are there (our choice).
    """

    called = "conversation"

    created_at: datetime
    updated_at: datetime
    model: str | None
    agent_id: str | None
    agent_version: int | str | None
    instructions: str | None
    tools: list[dict[str, Any]] | None
    completion_args: dict[str, Any] | None
    guardrails: list[dict[str, Any]] | None
    name: str | None
    description: str | None
    metadata: dict[str, Any] | None


@frozen(kw_only=True)
class StoredEntry(Record):
    """One entry of a conversation, as the API writes it, and what was read in it."""

    called = "conversation entry"

    conversation_id: str
    body: dict[str, Any]

    @property
    def parent_id(self) -> str:
        """Its conversation."""
        return self.conversation_id


def find_conversation(ctx: Context) -> Conversation:
    """Return the conversation that the path names.

    Raises:
        APIError: 404, there is none that the caller sees.

    """
    id_ = ctx.path["conversation_id"]
    return ownership.find(ctx, Conversation, id_, "Conversation not found")


def find_entries(ctx: Context, conversation_id: str) -> list[Entry]:
    """Return the entries of a conversation as the API shows them, oldest first."""
    found = recall_entries(ctx, conversation_id)
    return [{name: one for name, one in entry.items() if name != READ} for entry in found]


def recall_entries(ctx: Context, conversation_id: str) -> list[Entry]:
    """Return the same, each with what was read in it."""
    return [stored.body for stored in ctx.table(StoredEntry).children(conversation_id)]


def keep_entries(ctx: Context, conversation_id: str, known: list[Entry]) -> None:
    """Make these the entries of a conversation; those that did not change are left alone."""
    table = ctx.table(StoredEntry)
    for place, body in enumerate(known):
        id_ = f"{conversation_id}:{place}"
        stored = table.get(id_)
        if stored is None or stored.body is not body:
            table.put(StoredEntry(id=id_, conversation_id=conversation_id, body=body))


def forget(ctx: Context, conversation: Conversation) -> None:
    """Remove a conversation and its entries."""
    for stored in ctx.table(StoredEntry).children(conversation.id):
        ctx.table(StoredEntry).remove(stored.id)
    ctx.table(Conversation).remove(conversation.id)
