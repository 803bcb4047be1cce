"""Recorded chat completions of a fixture world: section `chat_completion_events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.answers import encode
from mistral_mock.completion.tokens import count_tokens
from mistral_mock.registry import section
from mistral_mock.resources.observability import recordings, texts
from mistral_mock.resources.observability.recordings import StoredEvent

if TYPE_CHECKING:
    from mistral_mock.fixtures import Seeding

MODEL = "mistral-small-latest"
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["messages", "answer"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {
                        "role": {"enum": ["system", "user", "assistant", "tool"]},
                        "content": {"type": "string"},
                    },
                },
            },
            "answer": {"type": "string"},
            "model": {"type": "string"},
            "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
}


@section("chat_completion_events", SCHEMA)
def load_events(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Chats of the first key's user, one after the other, as if they had just been held."""
    for place, each in enumerate(data):
        recordings.keep(seeding.table(StoredEvent), make_event(seeding, place, each))


def make_event(seeding: Seeding, place: int, chat: dict[str, Any]) -> StoredEvent:
    """Return the event of a chat that was never held.

    Its tokens are counted as those of any chat.
    """
    model = chat.get("model", MODEL)
    request = {"model": model, "messages": chat["messages"], "metadata": chat.get("metadata")}
    message = {"role": "assistant", "content": chat["answer"], "tool_calls": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return StoredEvent(
        id=seeding.uuid("event", chat.get("id", f"event {place}")),
        workspace_id=seeding.owner.workspace_id,
        user_id=seeding.owner.user_id,
        correlation_id=seeding.uuid("request", f"event {place}").replace("-", ""),
        operation_id="chat.complete",
        created_at=seeding.stamp(),
        nb_input_tokens=count_tokens(texts.read_messages(chat["messages"])),
        nb_output_tokens=count_tokens(chat["answer"]),
        content=encode({"request": request, "response": {"model": model, "choices": choices}}),
    )
