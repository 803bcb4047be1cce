"""Events of all executions: listed, and followed in a live stream."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.documented import make_component_validator
from tests.unit.mock_workflow_runs.conftest import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer

STARTED, COMPLETED = "WORKFLOW_EXECUTION_STARTED", "WORKFLOW_EXECUTION_COMPLETED"


@contextmanager
def hear(
    api: httpx.Client, last: str | None = None, **query: Any
) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of the stream, as they come; each is held to the document."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with api.stream("GET", "/events/stream", params=query, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read(answer)


def read(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """The items with their ids and names."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            item = json.loads(fields["data"])
            make_component_validator("WorkflowStreamEvent").validate(item)
            assert str(item["broker_sequence"]) == fields["id"]
            assert item["data"]["event_type"] == fields["event"]
            yield item
            fields = {}


def kinds(items: Iterator[dict[str, Any]], count: int) -> list[str]:
    """The types of the next events."""
    return [next(items)["data"]["event_type"] for _ in range(count)]


def test_the_stream_goes_on_as_time_passes(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("slow")
    with hear(api) as items:
        assert kinds(items, 2) == [STARTED, "CUSTOM_TASK_STARTED"]
        town.clock.advance(2700)
        assert kinds(items, 1) == ["CUSTOM_TASK_IN_PROGRESS"]
        town.clock.advance(2700)
        assert kinds(items, 2) == ["CUSTOM_TASK_COMPLETED", COMPLETED]
        execute("quick")
        assert kinds(items, 1) == [STARTED]


def test_the_stream_goes_on_after_the_last_event(
    api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute()
    with hear(api, "2") as items:
        assert [next(items)["broker_sequence"] for _ in range(2)] == [3, 4]
    with hear(api, start_seq=4) as items:
        assert kinds(items, 1) == [COMPLETED]
    for last in ("no number", "9" * 5000):
        with hear(api, last, start_seq=4) as items:
            assert kinds(items, 1) == [COMPLETED]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"scope": "activity"}, "ACTIVITY_TASK_STARTED"),
        ({"activity_name": "try"}, "ACTIVITY_TASK_STARTED"),
        ({"activity_id": "2", "workflow_name": "bad"}, "ACTIVITY_TASK_STARTED"),
        ({"workflow_event_types": ["ACTIVITY_TASK_RETRYING"]}, "ACTIVITY_TASK_RETRYING"),
        ({"metadata_filters": '{"team": "blue"}'}, STARTED),
        ({"workflow_exec_id": "b"}, STARTED),
        ({"root_workflow_exec_id": "b", "stream": "workflow"}, STARTED),
    ],
)
def test_filters_let_through_what_matches(
    town: RunningServer,
    api: httpx.Client,
    execute: Callable[..., Any],
    query: dict[str, Any],
    wanted: str,
) -> None:
    execute("slow", execution_id="a")
    execute("bad", execution_id="b", custom_tracing_attributes={"team": "blue"})
    town.clock.advance(60)
    with hear(api, **query) as items:
        first = next(items)
    assert first["data"]["workflow_exec_id"] == "b"
    assert first["data"]["event_type"] == wanted


def test_the_events_of_children_come_by_their_parent(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("parent", execution_id="a")
    town.clock.advance(1)
    with hear(api, parent_workflow_exec_id="a") as items:
        assert next(items)["data"]["workflow_name"] == "quick"


def test_others_hear_nothing(town: RunningServer, execute: Callable[..., Any]) -> None:
    execute()
    with connect(town, "neighbour-key") as neighbour:
        neighbour.post("/quick/execute", json={"execution_id": "theirs"})
        assert neighbour.get("/events/list").json()["events"] == []


def test_the_list_is_filtered_and_paged(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    run = execute(execution_id="a")
    execute("parent", execution_id="b")
    town.clock.advance(1)
    own = api.get("/events/list", params={"workflow_run_id": run["run_id"]}).json()["events"]
    assert [each["event_type"] for each in own] == [
        STARTED,
        "ACTIVITY_TASK_STARTED",
        "ACTIVITY_TASK_COMPLETED",
        COMPLETED,
    ]
    query: dict[str, Any] = {"root_workflow_exec_id": "b", "limit": 4}
    first = api.get("/events/list", params=query).json()
    rest = api.get("/events/list", params={**query, "cursor": first["next_cursor"]}).json()
    found = [*first["events"], *rest["events"]]
    assert {each["workflow_name"] for each in found} == {"parent", "quick"}
    alone = api.get("/events/list", params={"workflow_exec_id": "b"}).json()["events"]
    assert {each["workflow_name"] for each in alone} == {"parent"}
