"""Recorded chat completions: one event for each chat of the mock, the newest of each workspace.

What the chats of a workspace leave behind is bounded, so that memory stays flat (our choice): its
newest events up to `MOST_EVENTS`, and of those as many as `MOST_BYTES` hold; one always stays.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.answers import encode
from mistral_mock.ownership import Owned
from mistral_mock.registry import listener

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.context import Context
    from mistral_mock.store import Table
    from mistral_mock.traffic import Chat

MOST_EVENTS = 1000
MOST_BYTES = 16 * 1024 * 1024


@frozen(kw_only=True)
class StoredEvent(Owned):
    """One recorded chat completion of a workspace."""

    called = "event"

    user_id: str
    correlation_id: str
    """The id of the request that the chat was part of; the events of a batch share it."""
    operation_id: str
    created_at: datetime
    nb_input_tokens: int
    nb_output_tokens: int
    content: bytes
    """The bodies of request and answer as JSON, which takes less memory than their values."""


@frozen
class Reading:
    """An event together with the bodies that it recorded."""

    event: StoredEvent
    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def request_messages(self) -> list[dict[str, Any]]:
        """What was sent to the model."""
        found: list[dict[str, Any]] = self.request.get("messages") or []
        return found

    @property
    def response_messages(self) -> list[dict[str, Any]]:
        """What the model gave back, one message for each choice."""
        return [choice["message"] for choice in self.response.get("choices") or []]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The whole conversation."""
        return self.request_messages + self.response_messages


@listener
def record(ctx: Context, chat: Chat) -> None:
    """Keep the chat as an event of the caller's workspace."""
    usage = chat.response.get("usage") or {}
    event = StoredEvent(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        user_id=ctx.caller.user_id,
        correlation_id=ctx.request_id,
        operation_id=chat.operation_id,
        created_at=ctx.clock.stamp(),
        nb_input_tokens=usage.get("prompt_tokens", 0),
        nb_output_tokens=usage.get("completion_tokens", 0),
        content=encode({"request": chat.request, "response": chat.response}),
    )
    keep(ctx.table(StoredEvent), event)


def keep(table: Table[StoredEvent], event: StoredEvent) -> None:
    """Add the event; the oldest of its workspace go where they are too many or too large."""
    table.put(event)
    siblings = table.children(event.workspace_id)
    size = sum(len(each.content) for each in siblings)
    spare = len(siblings) - MOST_EVENTS
    for place, oldest in enumerate(siblings[:-1]):
        if place >= spare and size <= MOST_BYTES:
            return
        size -= len(oldest.content)
        table.remove(oldest.id)


def read(event: StoredEvent) -> Reading:
    """Return the event with its bodies."""
    bodies = json.loads(event.content)
    return Reading(event, bodies["request"], bodies["response"])


def read_all(ctx: Context) -> list[Reading]:
    """Return all events of the caller's workspace, the newest first."""
    events = ctx.table(StoredEvent).children(ctx.caller.workspace_id)
    return [read(event) for event in reversed(events)]
