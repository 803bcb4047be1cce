"""A stream of the project's own client comes to what the call without a stream returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

MODEL = "mistral-small-latest"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
OF_EACH_TIME = {"id", "created_at", "completed_at", "tool_call_id"}


@pytest.fixture
def client(mock: RunningServer) -> Iterator[Mistral]:
    with Mistral("mock-key", base_url=mock.base_url) as made:
        yield made


def told(reply: Any) -> Any:
    """What a reply says, without what is made anew for each."""
    entries = [entry.to_dict() for entry in reply.outputs]
    return [
        {name: value for name, value in entry.items() if name not in OF_EACH_TIME}
        for entry in entries
    ], reply.usage


@pytest.mark.parametrize(
    "asked",
    [
        {"inputs": "Name three rivers."},
        {"inputs": "What is the weather in Paris?", "tools": [WEATHER]},
        {"inputs": "What is new about herons?", "tools": [{"type": "web_search"}]},
    ],
    ids=["text", "function", "connector"],
)
def test_conversation_comes_to_its_reply(client: Mistral, asked: dict[str, Any]) -> None:
    conversations = client.beta.conversations
    plain = conversations.start(model=MODEL, **asked)
    with conversations.start_stream(model=MODEL, **asked) as events:
        whole = events.final()
    assert told(whole) == told(plain)
    assert (whole.object, whole.missing_fields) == ("conversation.response", ())
    assert conversations.get(conversation_id=whole.conversation_id).id == whole.conversation_id
