"""Conversations as event streams: the same as the whole answer, piece by piece."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.errors import forbidden
from mistral_mock.resources.conversations import guardrails

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    Make = Callable[..., dict[str, Any]]
    Read = Callable[[dict[str, Any]], list[dict[str, Any]]]

MODEL = "mistral-medium-2505"
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather.", "parameters": {}},
}


def hear(api: httpx.Client, path: str = "", **body: Any) -> list[dict[str, Any]]:
    """The data of a stream's events, the first one first."""
    answer = api.post(f"/v1/conversations{path}", json={"stream": True, **body})
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types of events, repeated ones once."""
    found = [each["type"] for each in events]
    return [each for place, each in enumerate(found) if found[place - 1 : place] != [each]]


def test_message_is_told_piece_by_piece(api: httpx.Client, history: Read) -> None:
    events = hear(api, model=MODEL, inputs="Hello there.")
    assert kinds(events) == [
        "conversation.response.started",
        "message.output.delta",
        "conversation.response.done",
    ]
    said = "".join(each["content"] for each in events[1:-1])
    assert said == history(events[0])[-1]["content"]
    assert len(events) > 10


def test_stream_and_whole_answer_are_the_same(api: httpx.Client, start: Make) -> None:
    tools = [{"type": "web_search"}]
    events = hear(api, model=MODEL, inputs="Hello there.", tools=tools)
    whole = start(tools=tools)
    assert events[-1]["usage"] == whole["usage"]
    pieces: dict[int, Any] = {}
    for each in events:
        if each["type"] == "message.output.delta":
            known = pieces.get(each["content_index"])
            pieces[each["content_index"]] = known + each["content"] if known else each["content"]
    content = whole["outputs"][-1]["content"]
    assert list(pieces.values()) == [content[0]["text"], content[1]]


def test_tool_is_told_from_start_to_end(api: httpx.Client) -> None:
    events = hear(api, model=MODEL, inputs="Hello.", tools=[{"type": "code_interpreter"}])
    started, delta, done = events[1:4]
    assert kinds([started, delta, done]) == [
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
    ]
    assert json.loads(started["arguments"] + delta["arguments"])["code"] == done["info"]["code"]
    assert started["created_at"] < done["created_at"]


def test_call_is_told_in_pieces(api: httpx.Client, history: Read) -> None:
    tools = [WEATHER]
    events = hear(api, model=MODEL, inputs="The weather?", tools=tools)
    kept = history(events[0])[-1]
    pieces = events[1:-1]
    assert {each["tool_call_id"] for each in pieces} == {kept["tool_call_id"]}
    assert "".join(each["arguments"] for each in pieces) == kept["arguments"]


def test_handover_is_told_with_both_agents(api: httpx.Client, make_agent: Make) -> None:
    expert = make_agent(name="Expert", description="Knows stocks.")["id"]
    desk = make_agent(name="Desk", handoffs=[expert])["id"]
    events = hear(api, agent_id=desk, inputs="Any stocks?")
    assert (events[1]["previous_agent_id"], events[2]["next_agent_id"]) == (desk, expert)
    assert [each["output_index"] for each in events[1:4]] == [0, 0, 1]
    assert events[3]["agent_id"] == expert


def test_append_and_restart_are_streamed(api: httpx.Client, start: Make, history: Read) -> None:
    conversation = start()
    path = f"/{conversation['conversation_id']}"
    appended = hear(api, path, inputs="More.")
    assert appended[0]["conversation_id"] == conversation["conversation_id"]
    entry = conversation["outputs"][0]["id"]
    restarted = hear(api, f"{path}/restart", inputs="More.", from_entry_id=entry)
    assert restarted[0]["conversation_id"] != conversation["conversation_id"]
    assert len(history(conversation)) == len(history(restarted[0])) == 4


@pytest.mark.parametrize("chunk", ["", "[DONE]"])
def test_stream_ends_without_the_terminator_of_chats(api: httpx.Client, chunk: str) -> None:
    answer = api.post(
        "/v1/conversations", json={"model": MODEL, "inputs": "Hello.", "stream": True}
    )
    last = answer.text.removesuffix("\n\n").rpartition("\n\n")[2]
    assert last.startswith("event: conversation.response.done\n")
    assert f"data: {chunk}\n" not in answer.text


def test_answer_that_is_blocked_ends_in_an_error(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(_ctx: object, _checks: object, target: str, _text: str) -> list[object]:
        if target == "output":
            raise forbidden("Blocked.")
        return []

    monkeypatch.setattr(guardrails, "judge", judge)
    events = hear(api, model=MODEL, inputs="Hello.")
    assert kinds(events) == ["conversation.response.started", "conversation.response.error"]
    assert (events[1]["message"], events[1]["code"]) == ('{"detail":"Blocked."}', 403)
    assert api.get("/v1/conversations").json() == []
    whole = api.post("/v1/conversations", json={"model": MODEL, "inputs": "Hello."})
    assert whole.status_code == 403


def test_refusal_is_no_stream(api: httpx.Client) -> None:
    answer = api.post("/v1/conversations", json={"inputs": "Hello.", "stream": True})
    assert answer.status_code == 422
