"""Calls as people write them; that this file type-checks is half of what it tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_generated.models import Function, SystemMessage, Tool, UserMessage
from mistral_generated.resources import Resources

from .generated_fakes import RecordingSend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_generated.models import ChatCompletionResponse, CompletionChunk, Document, Library
    from mistral_generated.senders import EventStream

CLIENT = Resources(RecordingSend())


def _sent(value: Any) -> Any:
    return value.call.json


def test_messages_may_be_dicts_models_or_both() -> None:
    answer: ChatCompletionResponse = CLIENT.chat.complete(
        model="m",
        messages=[
            SystemMessage(content="be short"),
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            UserMessage(content="hi"),
        ],
    )
    assert [message["role"] for message in _sent(answer)["messages"]] == ["system", "user", "user"]


def test_tools_may_be_dicts_or_models() -> None:
    answer = CLIENT.chat.complete(
        model="m",
        messages=[{"role": "user", "content": "hi"}],
        tools=[
            Tool(function=Function(name="f", parameters={})),
            {"type": "function", "function": {"name": "f", "parameters": {}}},
            {"type": "web_search"},
        ],
        tool_choice="any",
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
    )
    first, second, _ = _sent(answer)["tools"]
    assert first == second


def test_results_have_types() -> None:
    library: Library = CLIENT.beta.libraries.create(name="x", owner_type="User")
    deleted: Library | None = CLIENT.beta.libraries.delete("id")
    every: Iterator[Document] = CLIENT.beta.libraries.documents.list_all("id")
    events: EventStream[CompletionChunk] = CLIENT.chat.stream(model="m", messages=[])
    data: bytes = CLIENT.files.download("f")
    size: int = CLIENT.files.download_to("f", "place")
    url: str = CLIENT.beta.libraries.documents.get_signed_url("a", "b")
    assert all(value is not None for value in (library, deleted, every, events, data, size, url))
