"""What people ask of answers and streams beyond their fields."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pydantic
import pytest
from tests.unit.client.harness import LIBRARY, Chunks, Server, answer

import mistral_client
from mistral_client import AsyncMistral, Mistral, StreamError, event_reader
from mistral_client.models import (
    AgentHandoffEntry,
    AssistantMessage,
    ChatCompletionResponse,
    ConversationResponse,
    EmbeddingResponse,
    FunctionCallEntry,
    ListLibrariesResponse,
    MessageOutputEntry,
    ModelList,
    TextChunk,
    ToolExecutionEntry,
)

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
SAID = {"type": "text", "text": "A shelf."}


def whole(message: Any) -> ChatCompletionResponse:
    return ChatCompletionResponse.from_dict({"choices": [{"index": 0, "message": message}]})


@pytest.mark.parametrize(
    ("content", "text", "thinking"),
    [
        ("A shelf.", "A shelf.", ""),
        ([THOUGHT, SAID, {"type": "new", "text": 3}, SAID], "A shelf.A shelf.", "Hm."),
        (None, "", ""),
        ([], "", ""),
        (3, "", ""),
    ],
)
def test_answer_has_its_text_and_thinking(content: Any, text: str, thinking: str) -> None:
    found = whole({"role": "assistant", "content": content})
    assert (found.text, found.thinking) == (text, thinking)
    message = found.choices[0].message
    assert (message.text, message.thinking) == (text, thinking)


@pytest.mark.parametrize("source", [{}, {"choices": []}, {"choices": "x"}, {"choices": [{}]}])
def test_answer_without_a_message_has_no_text(source: Any) -> None:
    found = ChatCompletionResponse.from_dict(source)
    assert (found.text, found.thinking) == ("", "")


def test_reply_of_a_conversation_has_the_text_of_its_messages() -> None:
    outputs = [
        {"type": "message.output", "content": "A "},
        {"type": "tool.execution", "name": "web_search"},
        {"type": "message.output", "content": [THOUGHT, {"type": "text", "text": "shelf."}]},
    ]
    found = ConversationResponse.from_dict({"outputs": outputs})
    assert (found.text, found.thinking) == ("A shelf.", "Hm.")


def test_page_has_a_length_items_and_a_line_for_each() -> None:
    page = ListLibrariesResponse.from_dict({"data": [LIBRARY, {**LIBRARY, "name": "Maps"}]})
    assert len(page) == 2
    assert [library.name for library in page] == ["Papers", "Maps"]
    assert (page[0].name, page[-1].name, len(page[:1])) == ("Papers", "Maps", 1)
    with pytest.raises(IndexError):
        _ = page[2]
    lines = str(page).splitlines()
    assert len(lines) == 2
    assert "Maps" in lines[1]


def test_answer_that_is_only_a_list_is_a_page(both: Both) -> None:
    sharing = {"library_id": "l", "user_uuid": None, "role": "Viewer", "share_with_type": "User"}
    page = both.run(
        answer(200, {"data": [sharing, sharing]}),
        lambda client: client.beta.libraries.accesses.list("l"),
    )
    assert len(page) == 2
    assert [each.role for each in page] == ["Viewer", "Viewer"]
    assert len(str(page).splitlines()) == 2


def test_answer_with_more_than_a_list_is_no_page() -> None:
    assert not hasattr(EmbeddingResponse, "__len__")


def test_empty_page_is_still_true_and_odd_ones_are_empty() -> None:
    sources: list[dict[str, Any]] = [{"data": []}, {}, {"data": None}, {"data": "none"}]
    for source in sources:
        page = ModelList.from_dict(source)
        assert page
        assert list(page) == []


def test_page_is_copied_with_its_items() -> None:
    page = ListLibrariesResponse.from_dict({"data": [LIBRARY]})
    assert attrs.evolve(page) == page
    assert page.to_dict() == {"data": [LIBRARY]}


def test_new_ids_of_tool_calls_are_nine_letters_or_digits() -> None:
    found = {mistral_client.new_tool_call_id() for _ in range(100)}
    assert len(found) == 100
    assert all(re.fullmatch("[a-zA-Z0-9]{9}", each) for each in found)


def chunk(delta: Any, *, index: int = 0, reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": reason}
    body = {"id": "1", "model": "m", "created": 3, "choices": [choice], **more}
    return b"data: %s\n\n" % json.dumps(body).encode()


def call(arguments: Any, call_id: str | None, index: int | None = 0, name: str = "f") -> Any:
    found = {"id": call_id, "index": index, "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [found]}


def stream(*pieces: bytes | Exception) -> httpx.Response:
    headers = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=headers, stream=Chunks(*pieces, b"data: [DONE]\n\n"))


async def _all(pieces: Any) -> list[str]:
    return [piece async for piece in pieces]


def final(both: Both, response: httpx.Response, taken: int = 0, ask: Any = None) -> Any:
    def read(client: Any) -> Any:
        with (ask or chat)(client) as events:
            for _ in range(taken):
                next(events)
            return events.final()

    async def read_async(client: Any) -> Any:
        async with (ask or chat)(client) as events:
            for _ in range(taken):
                await anext(events)
            return await events.final()

    return both.run(response, read_async if both.is_async else read)


def pieces(both: Both, response: httpx.Response, ask: Any) -> list[str]:
    def read(client: Any) -> list[str]:
        with ask(client) as events:
            return list(events.text())

    async def read_async(client: Any) -> list[str]:
        async with ask(client) as events:
            return await _all(events.text())

    found: list[str] = both.run(response, read_async if both.is_async else read)
    return found


def reply(*events: tuple[str, dict[str, Any]]) -> httpx.Response:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    whole = (
        ("conversation.response.started", {"conversation_id": "c"}),
        *events,
        ("conversation.response.done", {"usage": usage}),
    )
    return stream(
        *(
            b"event: %s\ndata: %s\n\n"
            % (name.encode(), json.dumps({"type": name, **body}).encode())
            for name, body in whole
        )
    )


def start(client: Any) -> Any:
    return client.beta.conversations.start_stream(model="m", inputs="x")


def chat(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[])


def test_stream_gives_the_pieces_of_its_text(both: Both) -> None:
    response = stream(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "A "}),
        chunk({"content": "other"}, index=1),
        chunk({"content": [THOUGHT, {"type": "text", "text": "shelf"}]}),
        chunk({"content": None}, reason="stop"),
    )
    assert pieces(both, response, chat) == ["A ", "shelf"]


def test_stream_of_a_conversation_gives_the_pieces_of_its_text(both: Both) -> None:
    response = reply(
        ("message.output.delta", {"content": "A "}),
        ("message.output.delta", {"content": {"type": "text", "text": "shelf"}}),
    )
    assert pieces(both, response, start) == ["A ", "shelf"]


def test_stream_of_a_conversation_gives_its_whole_reply(both: Both) -> None:
    run, call, said = ({"output_index": index, "id": f"e{index}"} for index in range(3))
    hand = {"output_index": 3, "id": "e3"}
    response = reply(
        ("tool.execution.started", {**run, "name": "web_search", "arguments": ""}),
        ("tool.execution.delta", {**run, "name": "web_search", "arguments": '{"q": '}),
        ("tool.execution.delta", {**run, "name": "web_search", "arguments": '"x"}'}),
        ("tool.execution.done", {**run, "name": "web_search", "info": {"n": 1}}),
        ("agent.handoff.started", {**hand, "previous_agent_id": "a1"}),
        ("agent.handoff.done", {**hand, "next_agent_id": "a2"}),
        ("message.output.delta", {**said, "model": "m", "role": "assistant", "content": "A "}),
        ("function.call.delta", {**call, "name": "f", "tool_call_id": "c1", "arguments": "{"}),
        ("message.output.delta", {**said, "model": "m", "role": "assistant", "content": "shelf"}),
        ("function.call.delta", {**call, "name": "f", "tool_call_id": "c1", "arguments": "}"}),
    )
    found = final(both, response, taken=3, ask=start)
    assert isinstance(found, ConversationResponse)
    assert (found.conversation_id, found.text, found.usage.total_tokens) == ("c", "A shelf", 3)
    searched, handed, spoken, called = found.outputs
    assert isinstance(searched, ToolExecutionEntry)
    assert (searched.arguments, searched.info, searched.id) == ('{"q": "x"}', {"n": 1}, "e0")
    assert isinstance(handed, AgentHandoffEntry)
    assert (handed.previous_agent_id, handed.next_agent_id) == ("a1", "a2")
    assert isinstance(spoken, MessageOutputEntry)
    assert (spoken.content, spoken.model, spoken.role) == ("A shelf", "m", "assistant")
    assert isinstance(called, FunctionCallEntry)
    assert (called.name, called.tool_call_id, called.arguments) == ("f", "c1", "{}")
    assert not any("output_index" in entry.to_dict() for entry in found.outputs)


def test_stream_that_is_no_answer_has_no_whole(both: Both) -> None:
    event = b'data: {"type": "transcription.done", "text": "Hello.", "model": "m"}\n\n'
    headers = {"content-type": "text/event-stream"}

    def listen(client: Any) -> Any:
        return client.audio.transcriptions.stream(model="m", file_url="https://example.org/a.mp3")

    with pytest.raises(TypeError, match="streams no completion"):
        final(both, httpx.Response(200, headers=headers, stream=Chunks(event)), ask=listen)


def test_stream_gives_the_whole_answer_of_all_its_events(both: Both) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    response = stream(
        chunk({"role": "assistant", "content": "A "}),
        chunk({"content": "shelf."}),
        chunk({"content": ""}, reason="stop", usage=usage),
    )
    found = final(both, response, taken=2)
    assert found.text == "A shelf."
    assert found.choices[0].finish_reason == "stop"
    assert found.choices[0].message.content == "A shelf."
    assert found.usage.total_tokens == 3
    assert (found.id, found.model, found.created, found.missing_fields) == ("1", "m", 3, ())


def test_thinking_of_a_stream_is_put_together(both: Both) -> None:
    def thought(text: str) -> Any:
        return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}

    response = stream(
        chunk({"content": [thought("H")]}),
        chunk({"content": [thought("m.")]}),
        chunk({"content": "A "}),
        chunk({"content": "shelf."}, reason="stop"),
    )
    found = final(both, response)
    assert (found.thinking, found.text) == ("Hm.", "A shelf.")
    assert isinstance(found.choices[0].message.content, list)
    assert found.choices[0].message.content[1] == TextChunk(text="A shelf.")


def test_tool_calls_of_a_stream_are_put_together_by_index(both: Both) -> None:
    response = stream(
        chunk(call('{"a"', "abcdefghi", 0)),
        chunk(call(":1}", "null", 0, name="")),
        chunk(call("{}", "jklmnopqr", 1, name="g"), reason="tool_calls"),
    )
    calls = final(both, response).choices[0].message.tool_calls or []
    assert [(each.id, each.function.name, each.function.arguments) for each in calls] == [
        ("abcdefghi", "f", '{"a":1}'),
        ("jklmnopqr", "g", "{}"),
    ]


def test_tool_calls_that_nobody_counted_are_told_apart_by_their_ids(both: Both) -> None:
    response = stream(
        chunk(call('{"a"', "abcdefghi", None)),
        chunk(call(":1}", None, None)),
        chunk(call("{}", "jklmnopqr", None), reason="tool_calls"),
    )
    calls = final(both, response).choices[0].message.tool_calls or []
    assert [each.function.arguments for each in calls] == ['{"a":1}', "{}"]


def test_choices_of_a_stream_are_kept_apart(both: Both) -> None:
    response = stream(
        chunk({"content": "b"}, index=1, reason="stop"),
        chunk({"content": "a"}, reason="length"),
    )
    found = final(both, response).choices
    assert [(each.message.content, each.finish_reason) for each in found] == [
        ("a", "length"),
        ("b", "stop"),
    ]


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [None], ["x"], [{}], True])
def test_odd_parts_of_chunks_do_not_break_the_whole(both: Both, odd: Any) -> None:
    chunks = [
        chunk(odd),
        chunk({"tool_calls": odd}),
        chunk({"tool_calls": [{"index": odd, "id": odd, "function": odd}]}),
        chunk({"tool_calls": [{"index": odd, "id": odd, "function": {"arguments": odd}}]}),
        chunk({"content": [{"type": "thinking", "thinking": odd}]}),
        b"data: %s\n\n" % json.dumps({"choices": odd, "usage": odd}).encode(),
        b"data: %s\n\n" % json.dumps({"choices": [{"index": odd}]}).encode(),
    ]
    told = final(both, stream(*chunks, *chunks, chunk({"content": "b"}, reason="stop")))
    assert told.text.endswith("b")


def test_text_that_is_null_adds_nothing(both: Both) -> None:
    empty = {"content": [{"type": "text", "text": None}]}
    told = final(both, stream(chunk(empty), chunk({"content": "b"}), chunk(empty, reason="stop")))
    assert told.text == "b"


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [None], ["x"], [{}], True])
def test_odd_parts_of_events_do_not_break_the_whole_reply(both: Both, odd: Any) -> None:
    kinds = ("message.output.delta", "function.call.delta", "agent.handoff.started")
    body: dict[str, Any] = dict.fromkeys(["id", "output_index", "content", "arguments"], odd)
    events = [(kind, body) for kind in kinds]
    said = ("message.output.delta", {"id": "2", "content": "b"})
    told = final(both, reply(*events, *events, said), ask=start)
    assert told.text.endswith("b")


def test_message_of_a_stream_can_be_sent_back(both: Both) -> None:
    message = final(both, stream(chunk({"content": "A"}, reason="stop"))).choices[0].message
    server = Server([answer(200, {"choices": []})])
    both.run(server, lambda client: client.chat.complete(model="m", messages=[message]))
    sent = json.loads(server.requests[0].content)["messages"]
    assert sent == [{"role": "assistant", "content": "A", "tool_calls": None}]
    assert isinstance(message, AssistantMessage)


def test_stream_that_breaks_has_no_final_answer(both: Both) -> None:
    with pytest.raises(StreamError, match="cut off"):
        final(both, stream(chunk({"content": "A"}), httpx.ReadError("gone")))


def test_stream_that_was_too_long_says_so(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reader, "KEPT_EVENTS", 1)
    with pytest.raises(StreamError, match="too long"):
        final(both, stream(chunk({"content": "A"}), chunk({"content": "B"}, reason="stop")))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("server_url", "base_url="),
        ("timeout_ms", "timeout=..., in seconds"),
        ("retry_config", "retries="),
        ("http_headers", "headers="),
    ],
)
def test_arguments_of_the_official_sdk_name_ours(both: Both, name: str, ours: str) -> None:
    kind: Any = AsyncMistral if both.is_async else Mistral
    with pytest.raises(TypeError, match=re.escape(ours)):
        kind("key", **{name: 3})
    with pytest.raises(TypeError, match=re.escape(ours)):
        both.run(answer(200, {}), lambda client: client.models.list(**{name: 3}))


def test_asynchronous_methods_of_the_official_sdk_name_ours() -> None:
    client: Any = Mistral("key")
    with pytest.raises(AttributeError, match=r"use AsyncMistral and await complete\(\.\.\.\)"):
        client.chat.complete_async(model="m", messages=[])
    with pytest.raises(AttributeError, match=r"'Chat' object has no attribute 'nothing_async'$"):
        client.chat.nothing_async()


class Talk(pydantic.BaseModel):
    answer: AssistantMessage


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_schema_of_a_pydantic_model_names_the_fields_of_ours(mode: Any) -> None:
    schema = Talk.model_json_schema(mode=mode)["properties"]["answer"]
    assert schema["title"] == "AssistantMessage"
    assert set(schema["properties"]) == {"role", "content", "tool_calls", "prefix"}
