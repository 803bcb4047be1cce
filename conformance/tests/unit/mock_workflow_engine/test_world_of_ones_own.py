"""Workflows of a test's own: parents and children, states in queries, what streams leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.unit.mock_workflow_engine.conftest import path_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_workflow_engine.conftest import Caller

WORLD = """
workflows:
  - name: parent
    steps: [{run: child, save: child}]
    output: "${state.child}"
  - name: child
    signals: [{name: go}]
    steps: [{wait_for: go, save: said}]
    output: "${state.said}"
  - name: asked
    queries: [{name: all, answer: "${status} ${steps} ${runs} ${sent.x}"}]
    steps: [{sleep_s: 1}, {activity: a, takes_s: 1, fails: 1, retry: {attempts: 2}}]
"""


@pytest.fixture
def own(serve: Callable[..., Callable[[str], Caller]], tmp_path: Path) -> Caller:
    """The default caller of a mock with this world."""
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(WORLD)), "utf-8")
    return serve(world_file=file)("mock")


def child_of(own: Caller) -> dict[str, Any]:
    runs = own.get("/v1/workflows/runs").json()["executions"]
    found: dict[str, Any] = next(each for each in runs if each["workflow_name"] == "child")
    return found


def test_parent_goes_on_when_its_child_ends(own: Caller) -> None:
    made = own.start("parent")
    child = child_of(own)
    assert own.look(made)["status"] == own.look(child)["status"] == "RUNNING"
    own.act(child, "signals", name="go", input={"n": 1})
    assert own.look(made)["result"] == own.look(child)["result"] == {"n": 1}


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_child_does_not_outlive_its_parent(own: Caller, how: str) -> None:
    made = own.start("parent")
    child = child_of(own)
    assert own.act(made, how).status_code == 204
    assert own.look(child)["status"] == "TERMINATED"


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_parent_fails_when_its_child_is_ended(own: Caller, how: str) -> None:
    made = own.start("parent")
    own.act(child_of(own), how)
    assert own.look(made)["status"] == "FAILED"


def test_child_of_an_archived_workflow_does_not_start_and_its_parent_fails(own: Caller) -> None:
    assert own.put("/v1/workflows/child/archive").status_code == 200
    made = own.start("parent")
    assert own.look(made)["status"] == "FAILED"
    runs = own.get("/v1/workflows/runs").json()["executions"]
    assert [one["workflow_name"] for one in runs] == ["parent"]
    events = own.get(path_of(made, "history")).text
    assert "The workflow child is archived" in events
    own.put("/v1/workflows/child/unarchive")
    own.server.clock.advance(60)
    assert own.look(made)["status"] == "FAILED"
    again = own.start("parent")
    own.act(child_of(own), "signals", name="go", input={"n": 1})
    assert own.look(again)["status"] == "COMPLETED"


def test_query_sees_how_far_the_execution_is(own: Caller) -> None:
    made = own.start("asked")
    shown = []
    for _ in range(5):
        answer = own.act(made, "queries", name="all", input={"x": "!"}).json()["result"]
        shown.append(answer)
        own.server.clock.advance(1)
    assert shown == [
        "RUNNING 0 1 !",
        "RUNNING 1 1 !",
        "RETRYING_AFTER_ERROR 1 1 !",
        "RUNNING 1 1 !",
        "COMPLETED 2 1 !",
    ]


def test_stream_tells_a_step_once_and_no_past_twice(own: Caller) -> None:
    made = own.start("asked")
    own.server.clock.advance(9)
    own.act(made, "reset", event_id=5)
    own.server.clock.advance(9)
    events = own.get(path_of(made, "stream")).text.split("data: ")[1:]
    told = [json.loads(each.partition("\n")[0])["data"]["event_type"] for each in events]
    assert told == [
        "WORKFLOW_EXECUTION_STARTED",
        "ACTIVITY_TASK_STARTED",
        "ACTIVITY_TASK_RETRYING",
        "ACTIVITY_TASK_COMPLETED",
        "WORKFLOW_EXECUTION_COMPLETED",
        "WORKFLOW_TASK_FAILED",
        "ACTIVITY_TASK_RETRYING",
        "ACTIVITY_TASK_COMPLETED",
        "WORKFLOW_EXECUTION_COMPLETED",
    ]
