from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock import registry, traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
}
HELLO = [{"role": "user", "content": "Hello"}]


def make_agent(api: httpx.Client, **fields: Any) -> str:
    body = {"model": "mistral-small-latest", "name": "helper", **fields}
    return str(api.post("/v1/agents", json=body).json()["id"])


def ask(api: httpx.Client, agent_id: str, **fields: Any) -> httpx.Response:
    body = {"agent_id": agent_id, "messages": HELLO, **fields}
    return api.post("/v1/agents/completions", json=body)


def test_answer_has_the_schema(api: httpx.Client, holds: Callable[[str, object], bool]) -> None:
    assert holds("ChatCompletionResponse", ask(api, make_agent(api)).json())


def test_agent_answers_as_its_model_does(api: httpx.Client) -> None:
    chat = {"model": "mistral-small-latest", "messages": HELLO, "tools": [], "tool_choice": "auto"}
    plain = api.post("/v1/chat/completions", json=chat).json()
    assert ask(api, make_agent(api)).json()["choices"] == plain["choices"]


def test_instructions_change_the_prompt(api: httpx.Client) -> None:
    told, untold = make_agent(api, instructions="Be kind to everybody."), make_agent(api)
    costs = [ask(api, each).json()["usage"]["prompt_tokens"] for each in (told, untold)]
    assert costs[0] > costs[1]


@pytest.mark.parametrize("owner", ["agent", "request"])
def test_tools_of_agent_and_request_are_called(api: httpx.Client, owner: str) -> None:
    agent = make_agent(api, tools=[TOOL] if owner == "agent" else [])
    sent = {"tools": [TOOL]} if owner == "request" else {}
    (choice,) = ask(api, agent, tool_choice="any", **sent).json()["choices"]
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


def test_request_counts_more_than_the_agents_settings(api: httpx.Client) -> None:
    agent = make_agent(api, completion_args={"max_tokens": 2})
    counts = [
        ask(api, agent, **sent).json()["usage"]["completion_tokens"]
        for sent in ({}, {"max_tokens": 5})
    ]
    assert counts == [2, 5]


def test_stream_ends_with_done(api: httpx.Client) -> None:
    answer = ask(api, make_agent(api), stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


def test_unknown_agent_is_not_found(api: httpx.Client) -> None:
    assert ask(api, "ag_nobody").status_code == 404


@pytest.mark.parametrize("stream", [False, True])
def test_listeners_hear_of_the_whole_answer(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, *, stream: bool
) -> None:
    heard: list[traffic.Chat] = []
    monkeypatch.setattr(registry, "listeners", lambda: [lambda _ctx, chat: heard.append(chat)])
    ask(api, make_agent(api), stream=stream)
    (chat,) = heard
    assert chat.operation_id == "agents.complete"
    assert chat.response["choices"][0]["message"]["content"]
