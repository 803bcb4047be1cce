"""Runs of workflows: listed, filtered, ordered, read; figures about them."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_workflow_runs.conftest import connect

from mistral_mock.resources.workflows import playing
from mistral_mock.resources.workflows.records import Execution

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def ids(api: httpx.Client, **query: Any) -> list[str]:
    """The execution ids of the runs that pass the filters."""
    found = api.get("/runs", params=query).json()["executions"]
    return [each["execution_id"] for each in found]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, ["c", "b", "a"]),
        ({"order": "asc"}, ["a", "b", "c"]),
        ({"sort_by": "end_time"}, ["b", "c", "a"]),
        ({"sort_by": "end_time", "order": "asc"}, ["a", "c", "b"]),
        ({"workflow_identifier": "quick"}, ["a"]),
        ({"search": "TAKES ITS"}, ["b"]),
        ({"status": "RUNNING"}, ["b"]),
        ({"status": ["RUNNING", "FAILED"]}, ["c", "b"]),
        ({"deployment_name": "other"}, ["a"]),
        ({"root_execution_id": "c"}, ["c"]),
        ({"user_id": "current"}, ["c", "b", "a"]),
        ({"user_id": UNKNOWN}, []),
        ({"workflow_tags": ["short", "plain"]}, ["a"]),
        ({"workflow_tags": ["short", "long"]}, []),
        ({"include_internal": False}, ["c", "a"]),
        ({"search_key": ["team:LU"]}, ["a"]),
        ({"search_key": ["team:blue", "team:red"]}, []),
        ({"start_time_after": "2026-01-01T00:01:00Z"}, ["c", "b"]),
        ({"start_time_before": "2026-01-01T00:01:00+00:00"}, ["a"]),
        ({"end_time_after": "2026-01-01T00:00:00Z"}, ["c", "a"]),
        ({"end_time_before": "2026-01-01T00:01:00Z"}, ["a"]),
    ],
)
def test_filters_and_orders_select(
    town: RunningServer,
    api: httpx.Client,
    execute: Callable[..., Any],
    query: dict[str, Any],
    wanted: list[str],
) -> None:
    attributes = {"team": "blue"}
    execute(execution_id="a", deployment_name="other", custom_tracing_attributes=attributes)
    town.clock.advance(60)
    execute("slow", execution_id="b")
    execute("bad", execution_id="c")
    town.clock.advance(600)
    assert ids(api, **query) == wanted


def test_pages_go_on_after_the_last_run(api: httpx.Client, execute: Callable[..., Any]) -> None:
    for name in "abc":
        execute(execution_id=name)
    first = api.get("/runs", params={"page_size": 2}).json()
    execute(execution_id="d")
    rest = ids(api, page_size=2, next_page_token=first["next_page_token"])
    assert rest == ["a"]


def test_an_execution_that_carries_on_has_several_runs(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execution = execute("again", execution_id="a")
    town.clock.advance(15)
    runs = api.get("/runs", params={"order": "asc"}).json()["executions"]
    assert [each["status"] for each in runs] == ["CONTINUED_AS_NEW", "RUNNING"]
    assert runs[0]["run_id"] == execution["run_id"]
    for run in runs:
        found = api.get(f"/runs/{run['run_id']}").json()
        assert found["status"] == run["status"]
        history = api.get(f"/runs/{run['run_id']}/history").json()["events"]
        assert history[0]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"


def test_a_history_holds_what_went_in_and_out(
    api: httpx.Client, execute: Callable[..., Any]
) -> None:
    run_id = execute("quick", input={"a": 1})["run_id"]
    path = f"/runs/{run_id}/history"
    told = {}
    for decoded in ("true", "false"):
        events = api.get(path, params={"decode_payloads": decoded}).json()["events"]
        (started,) = (each for name, each in events[0].items() if name.endswith("Attributes"))
        (ended,) = (each for name, each in events[-1].items() if name.endswith("Attributes"))
        told[decoded] = (started["input"], ended["result"])
    assert told["true"] == ({"a": 1}, 1)
    packed = [each["payloads"][0]["data"] for each in told["false"]]
    assert [json.loads(b64decode(each)) for each in packed] == [{"a": 1}, 1]


def test_a_run_that_has_not_begun_is_not_found(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("again", execution_id="a")
    execution = next(iter(town.world.store.table(Execution)))
    following = playing.course_of(execution).runs[1].run_id
    assert api.get(f"/runs/{following}").status_code == 404
    town.clock.advance(10)
    assert api.get(f"/runs/{following}").status_code == 200


def test_others_see_no_run(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    run = execute()["run_id"]
    with connect(town, "colleague-key") as colleague:
        assert colleague.get(f"/runs/{run}").status_code == 200
        assert ids(colleague, user_id="current") == []
    with connect(town, "neighbour-key") as neighbour:
        assert neighbour.get(f"/runs/{run}").status_code == 404
        assert ids(neighbour) == []
    assert api.get(f"/runs/{UNKNOWN}").status_code == 404


def test_figures_are_those_of_the_executions(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("bad")
    town.clock.advance(60)
    execute("bad", execution_id="b")
    api.post("/executions/b/terminate")
    town.clock.advance(60)
    execute("bad")
    found = {key: each["value"] for key, each in api.get("/bad/metrics").json().items()}
    assert found["execution_count"] == 3
    assert (found["success_count"], found["error_count"]) == (0, 2)
    assert found["latency_over_time"][0] == [1767225600, 25000.0]
    assert len(found["latency_over_time"]) == 2
    assert found["average_latency_ms"] == pytest.approx(12500.0, abs=0.1)
    assert found["retry_rate"] == pytest.approx(2 / 3)
    window = {"start_time": "2026-01-01T00:00:30Z", "end_time": "2026-01-01T00:01:30Z"}
    assert api.get("/bad/metrics", params=window).json()["execution_count"] == {"value": 1}


def test_a_workflow_without_executions_has_figures_of_nothing(api: httpx.Client) -> None:
    found = api.get("/quick/metrics").json()
    assert found["execution_count"] == {"value": 0}
    assert found["average_latency_ms"] == found["retry_rate"] == {"value": 0.0}
    assert api.get("/unknown/metrics").status_code == 404
