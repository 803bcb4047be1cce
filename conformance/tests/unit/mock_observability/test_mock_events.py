"""Recorded chat completions of the mock: what is kept, searched, compared and judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

from mistral_mock.clock import START
from mistral_mock.resources.observability import recordings
from mistral_mock.resources.observability.recordings import StoredEvent
from mistral_mock.server import running
from mistral_mock.settings import Settings
from mistral_mock.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from mistral_mock.server import RunningServer

    from .conftest import Caller

EVENTS = "/chat-completion-events"
SEARCH = f"{EVENTS}/search"
ALL = {"search_params": {"filters": None}}


def make_event(number: int, size: int = 10, workspace: str = "lab") -> StoredEvent:
    return StoredEvent(
        id=f"event-{number}",
        workspace_id=workspace,
        user_id="alice",
        correlation_id="request",
        operation_id="chat.complete",
        created_at=START,
        nb_input_tokens=1,
        nb_output_tokens=1,
        content=b"x" * size,
    )


def test_chat_is_recorded_with_both_sides(api: Caller) -> None:
    answer = api.chat("Hello there", metadata={"team": "blue"}).json()
    (short,) = api.search(extra_fields=["model_name", "metadata"])
    assert short["extra_fields"] == {
        "model_name": "mistral-small-latest",
        "metadata": {"team": "blue"},
    }
    event = api.send("GET", f"{EVENTS}/{short['event_id']}")
    assert event["request_messages"] == [{"role": "user", "content": "Hello there"}]
    assert event["response_messages"] == [answer["choices"][0]["message"]]
    assert event["nb_input_tokens"] == answer["usage"]["prompt_tokens"]
    assert event["nb_output_tokens"] == answer["usage"]["completion_tokens"]


def test_whole_event_tells_each_field_once(api: Caller) -> None:
    api.chat("Hello")
    (id_,) = api.ids()
    event = api.send("GET", f"/chat-completion-events/{id_}")
    assert "model_name" in event["extra_fields"]
    assert not event["extra_fields"].keys() & event.keys()


def test_event_carries_the_id_of_its_request(api: Caller) -> None:
    answer = api.chat("Hello")
    assert api.search()[0]["correlation_id"] == answer.headers["x-kong-request-id"]


def test_streamed_chat_is_recorded_whole(api: Caller) -> None:
    lines = api.chat("Hello", stream=True).text.splitlines()
    chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    (short,) = api.search({"field": "streamed", "op": "eq", "value": True})
    event = api.send("GET", f"{EVENTS}/{short['event_id']}")
    assert event["response_messages"][0]["content"] == said


def test_offered_tools_are_shown(api: Caller) -> None:
    function = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}
    tools = [{"type": "function", "function": function}]
    api.chat("Hello", tools=tools, tool_choice="any")
    wanted = {"field": "called_tools", "op": "includes", "value": "look_up"}
    (short,) = api.search(wanted)
    assert api.send("GET", f"{EVENTS}/{short['event_id']}")["enabled_tools"] == tools


def test_refused_chat_is_not_recorded(api: Caller) -> None:
    body = {"model": "no-such-model", "messages": [{"role": "user", "content": "Hi"}]}
    assert api.client.post("/v1/chat/completions", json=body).status_code == 400
    assert api.ids() == []


def test_events_are_those_of_the_workspace(
    server: RunningServer, connect: Callable[..., Caller]
) -> None:
    connect(server).chat("Hello")
    event_id = connect(server).ids()[0]
    neighbour = connect(server, "neighbour")
    assert neighbour.ids() == []
    assert neighbour.refused("GET", f"{EVENTS}/{event_id}", 404) == "SEARCH_NOT_FOUND"


def test_newest_events_stay() -> None:
    table = Store().table(StoredEvent)
    for number in range(recordings.MOST_EVENTS + 5):
        recordings.keep(table, make_event(number))
    assert len(table) == recordings.MOST_EVENTS
    assert next(iter(table)).id == "event-5"


def test_each_workspace_keeps_its_own_number_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "MOST_EVENTS", 2)
    table = Store().table(StoredEvent)
    for number, workspace in enumerate(["office", "lab", "lab", "lab"]):
        recordings.keep(table, make_event(number, workspace=workspace))
    assert [event.id for event in table] == ["event-0", "event-2", "event-3"]


def test_large_events_push_out_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "MOST_BYTES", 100)
    table = Store().table(StoredEvent)
    for number, size in enumerate([30, 30, 60, 200]):
        recordings.keep(table, make_event(number, size))
        assert sum(len(event.content) for event in table) <= max(100, size)
    assert [event.id for event in table] == ["event-3"]


def test_pages_hold_all_events_once(api: Caller) -> None:
    for number in range(5):
        api.chat(f"Question {number}")
    seen, query = [], {"page_size": "2"}
    while True:
        page = api.send("POST", SEARCH, json=ALL, params=query)["completion_events"]
        seen += [event["event_id"] for event in page["results"]]
        if page["cursor"] is None:
            break
        query = {"page_size": "2", "cursor": page["cursor"]}
    assert seen == api.ids()
    assert len(seen) == 5


def test_link_to_the_next_page_leads_on(api: Caller) -> None:
    for number in range(2):
        api.chat(f"Question {number}")
    first = api.send("POST", SEARCH, json=ALL, params={"page_size": 1})["completion_events"]
    second = api.client.post(first["next"], json=ALL).json()["completion_events"]
    assert [each["event_id"] for each in first["results"] + second["results"]] == api.ids()
    assert second["next"] is None


def test_events_between_two_pages_shift_nothing(api: Caller) -> None:
    for number in range(3):
        api.chat(f"Question {number}")
    before = api.ids()
    first = api.send("POST", SEARCH, json=ALL, params={"page_size": 1})["completion_events"]
    api.chat("Another question")
    query = {"page_size": 2, "cursor": first["cursor"]}
    second = api.send("POST", SEARCH, json=ALL, params=query)["completion_events"]
    assert [each["event_id"] for each in second["results"]] == before[1:]


def test_foreign_cursor_is_refused(api: Caller) -> None:
    query = {"cursor": "nonsense"}
    assert api.refused("POST", SEARCH, 400, json=ALL, params=query) == "SEARCH_BAD_REQUEST"


def test_unknown_extra_field_is_refused(api: Caller) -> None:
    api.chat("Hello")
    body = {**ALL, "extra_fields": ["colour"]}
    assert api.refused("POST", SEARCH, 400, json=body) == "FIELDS_BAD_REQUEST"


def test_similar_events_ask_for_the_like(api: Caller) -> None:
    for text in ("How do I bake rye bread?", "How do I bake white bread?", "Translate: good night"):
        api.chat(text)
    translation, white, rye = api.ids()
    assert find_similar(api, rye) == [white]
    assert find_similar(api, translation) == []


def find_similar(api: Caller, event_id: str) -> list[str]:
    found = api.send("GET", f"{EVENTS}/{event_id}/similar-events")["completion_events"]
    assert found["cursor"] is None
    return [each["event_id"] for each in found["results"]]


def test_unknown_event_is_not_found(api: Caller) -> None:
    path = f"{EVENTS}/{uuid4()}"
    assert api.refused("GET", path, 404) == "SEARCH_NOT_FOUND"
    assert api.refused("GET", f"{path}/similar-events", 404) == "SEARCH_NOT_FOUND"


def test_events_outlive_the_process_in_a_state_file(
    connect: Callable[..., Caller], tmp_path: Path
) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as server:
        api = connect(server)
        api.chat("Hello")
        event = api.send("GET", f"{EVENTS}/{api.ids()[0]}")
        api.campaign(api.judge())
    with running(settings) as server:
        again = connect(server)
        assert again.send("GET", f"{EVENTS}/{event['event_id']}") == event
        assert again.send("GET", "/campaigns")["campaigns"]["count"] == 1


def test_world_has_events(
    start: Callable[..., RunningServer], connect: Callable[..., Caller], tmp_path: Path
) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(
        """
        chat_completion_events:
          - messages: [{role: user, content: "When do you open?"}]
            answer: At nine.
          - messages: [{role: user, content: "Are you there?"}]
            answer: We are.
            model: mistral-large-latest
            metadata: {team: blue}
        """
    )
    api = connect(start(world_file=world))
    newest, oldest = api.search(extra_fields=["last_user_message", "metadata", "model_name"])
    assert newest["extra_fields"] == {
        "last_user_message": "Are you there?",
        "metadata": {"team": "blue"},
        "model_name": "mistral-large-latest",
    }
    event = api.send("GET", f"{EVENTS}/{oldest['event_id']}")
    assert event["response_messages"][0]["content"] == "At nine."
    assert event["nb_output_tokens"] > 0
