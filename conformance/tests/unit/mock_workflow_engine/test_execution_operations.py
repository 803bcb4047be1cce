"""Executions over HTTP: started, waited for, talked to, ended, followed."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from tests.unit.mock_workflow_engine.conftest import Caller, path_of

import mistral_openapi
from mistral_mock.clock import parse
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = {"authorization": "Bearer mock-key"}
FAMILY = """
workflows:
  - {name: slow, steps: [{sleep_s: 60}]}
  - {name: parent, steps: [{run: slow}]}
"""


def test_waiting_moves_a_manual_clock_to_the_end(api: Caller) -> None:
    made = api.start("check_invoices", input={"mailbox": "m"}, wait_for_result=True)
    assert made["result"] == {"checked": 42, "doubtful": 1}
    assert api.look(made)["total_duration_ms"] == 11_000


def test_waiting_ends_with_its_time(api: Caller) -> None:
    asked = {"input": {"mailbox": "m"}, "wait_for_result": True, "timeout_seconds": 3}
    made = api.start("check_invoices", **asked)
    assert (made["status"], made["result"]) == ("RETRYING_AFTER_ERROR", None)
    passed = api.server.clock.now() - parse(made["start_time"])
    assert passed.total_seconds() == 3


def test_waiting_for_a_signal_moves_no_clock(api: Caller) -> None:
    before = api.server.clock.now()
    made = api.start("approve_order", input={}, wait_for_result=True)
    assert made["status"] == "RUNNING"
    assert (api.server.clock.now() - before).total_seconds() < 1


def test_waiting_on_a_real_clock_ends_with_the_execution(serve: Any) -> None:
    people = serve(clock="real")
    api = people("mock")
    with signalling(people("mock"), {"execution_id": "waited"}):
        asked = {"input": {}, "wait_for_result": True, "execution_id": "waited"}
        assert api.start("approve_order", **asked)["result"]["approved_by"] == "b"


@contextmanager
def signalling(helper: Caller, execution: dict[str, Any]) -> Iterator[None]:
    """Sends the signal from another thread, as soon as the execution is there to take it."""

    def send() -> None:
        for _ in range(100):
            answer = helper.act(execution, "signals", name="approve", input={"by": "b"})
            if answer.status_code == 202:
                return
            time.sleep(0.05)

    thread = Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_failed_execution_is_shown_to_who_waits(api: Caller) -> None:
    made = api.start("break_down", input={"reason": "x"}, wait_for_result=True)
    assert (made["status"], made["result"]) == ("FAILED", None)


@pytest.mark.parametrize("body", [{}, {"input": {"name": 3}}, {"input": None}])
def test_input_that_does_not_fit_is_told_by_place(api: Caller, body: Any) -> None:
    answer = api.post("/v1/workflows/greet/execute", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", "input"]


@pytest.mark.parametrize("id_", ["", " ", "taken"])
def test_id_that_cannot_be_is_refused(api: Caller, id_: str) -> None:
    api.start("greet", input={"name": "x"}, execution_id="taken")
    body = {"input": {"name": "x"}, "execution_id": id_}
    assert api.post("/v1/workflows/greet/execute", json=body).status_code == 422


def test_same_id_in_another_workspace_is_another_execution(serve: Any) -> None:
    people = serve()
    api, other = people("mock"), people("neighbour")
    mine = api.start("onboard", input={"customer": "a"}, execution_id="one")
    theirs = other.start("onboard", input={"customer": "b"}, execution_id="one")
    assert mine["run_id"] != theirs["run_id"]
    assert other.look(mine)["run_id"] == theirs["run_id"]


def test_encoded_input_is_read(api: Caller) -> None:
    made = api.start("approve_order", input={})
    text = b64encode(json.dumps({"by": "c"}).encode()).decode()
    assert api.act(made, "signals", name="approve", input={"b64payload": text}).status_code == 202
    assert api.look(made)["result"]["approved_by"] == "c"


@pytest.mark.parametrize(
    "sent",
    [
        {"b64payload": "%%"},
        {"b64payload": 5},
        {"b64payload": b64encode(rb'"\ud800"').decode()},
        {"b64payload": "e30=", "encoding_options": ["encrypted"]},
    ],
)
def test_encoded_input_that_cannot_be_read_is_refused(api: Caller, sent: Any) -> None:
    made = api.start("approve_order", input={})
    assert api.act(made, "signals", name="approve", input=sent).status_code == 422


def test_query_of_an_ended_execution_still_answers(api: Caller) -> None:
    made = api.start("approve_order", input={"amount": 4})
    api.act(made, "terminate")
    assert api.act(made, "queries", name="amount").json()["result"] == 4


def test_query_shows_the_state_of_now(api: Caller) -> None:
    made = api.start("check_invoices", input={"mailbox": "m"})
    shown = []
    for _ in range(3):
        shown.append(api.act(made, "queries", name="progress").json()["result"])
        api.server.clock.advance(5)
    assert shown == [0, 0, 42]


def test_cancelled_execution_goes_on_while_it_tidies_up(api: Caller) -> None:
    made = api.start("check_invoices", input={"mailbox": "m"})
    assert api.act(made, "cancel").status_code == 204
    assert api.look(made)["status"] == "RUNNING"
    api.server.clock.advance(1)
    assert api.look(made)["status"] == "CANCELED"
    assert api.act(made, "cancel").status_code == 404


@pytest.mark.parametrize("number", [-1, 0, 99])
def test_reset_to_no_event_is_refused(api: Caller, number: int) -> None:
    made = api.start("approve_order", input={})
    assert api.act(made, "reset", event_id=number).status_code == 422


def test_ended_run_cannot_go_back_to_its_end(api: Caller) -> None:
    made = api.start("greet", input={"name": "x"})
    count = len(api.get(path_of(made, "history")).json()["events"])
    assert api.act(made, "reset", event_id=count).status_code == 422
    assert api.act(made, "reset", event_id=count - 1).status_code == 204


def test_child_belongs_to_its_parent(api: Caller) -> None:
    made = api.start("onboard", input={"customer": "d"}, wait_for_result=True)
    assert made["result"] == {"greeting": "Hello, d!"}
    runs = api.get("/v1/workflows/runs").json()["executions"]
    child = next(each for each in runs if each["workflow_name"] == "greet")
    id_ = made["execution_id"]
    assert (child["parent_execution_id"], child["root_execution_id"]) == (id_, id_)


def test_reset_parent_does_its_child_again(api: Caller) -> None:
    made = api.start("onboard", input={"customer": "d"})
    assert api.act(made, "reset", event_id=1).status_code == 204
    assert api.look(made)["status"] == "COMPLETED"
    runs = api.get("/v1/workflows/runs").json()["executions"]
    assert sum(each["workflow_name"] == "greet" for each in runs) == 2


def test_child_that_is_set_back_after_its_parent_has_ended_goes_on_alone(
    serve: Any, tmp_path: Path
) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(FAMILY)
    api = serve(world_file=world)("mock")
    parent = api.start("parent")
    (child,) = (
        each
        for each in api.get("/v1/workflows/runs").json()["executions"]
        if each["workflow_name"] == "slow"
    )
    assert api.act(parent, "terminate").status_code == 204
    assert api.look(child)["status"] == "TERMINATED"
    assert api.act(child, "reset", event_id=1).status_code == 204
    assert api.look(child)["status"] == "RUNNING"
    api.server.clock.advance(100)
    assert api.look(child)["status"] == "COMPLETED"
    assert api.look(parent)["status"] == "TERMINATED"


def test_stream_goes_on_until_the_execution_ends(serve: Any) -> None:
    people = serve(clock="real")
    api, helper = people("mock"), people("mock")
    made = api.start("approve_order", input={})
    with signalling(helper, made), api.stream("GET", path_of(made, "stream")) as stream:
        lines = [line for line in stream.iter_lines() if line.startswith(("event", "id"))]
    assert lines == [
        "event: WORKFLOW_EXECUTION_STARTED",
        "id: 1",
        "event: WORKFLOW_EXECUTION_COMPLETED",
        "id: 2",
    ]


def test_stored_events_end_with_what_has_happened(api: Caller) -> None:
    made = api.start("approve_order", input={})
    answer = api.get(path_of(made, "stream"), params={"event_source": "DATABASE"})
    assert answer.text.count("event:") == 1


def test_live_events_leave_out_what_has_happened(api: Caller) -> None:
    made = api.start("greet", input={"name": "x"})
    assert not api.get(path_of(made, "stream"), params={"event_source": "LIVE"}).text


def test_stream_is_not_taken_up_at_an_id_that_is_none(api: Caller) -> None:
    made = api.start("greet", input={"name": "x"})
    query = {"last_event_id": "first"}
    assert api.get(path_of(made, "stream"), params=query).status_code == 422


def test_events_of_a_stream_fit_the_document(api: Caller) -> None:
    ref = {"$ref": "#/components/schemas/WorkflowStreamEvent"}
    components = mistral_openapi.load()["components"]
    validator = jsonschema_rs.Draft202012Validator({**ref, "components": components})
    kinds = set()
    for name in ("greet", "check_invoices", "break_down", "count_down"):
        given = {"name": "x", "mailbox": "m"}
        made = api.start(name, input=given)
        api.server.clock.advance(6)
        api.act(made, "cancel")
        api.server.clock.advance(20)
        api.act(made, "reset", event_id=2)
        api.server.clock.advance(4000)
        for line in api.get(path_of(made, "stream")).text.splitlines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                validator.validate(event)
                kinds.add(event["data"]["event_type"])
    assert {
        "WORKFLOW_EXECUTION_FAILED",
        "WORKFLOW_EXECUTION_CANCELED",
        "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
        "WORKFLOW_TASK_FAILED",
        "CUSTOM_TASK_IN_PROGRESS",
        "ACTIVITY_TASK_RETRYING",
    } <= kinds


def test_update_answers_with_what_it_changed(api: Caller) -> None:
    made = api.start("approve_order", input={"amount": 1})
    api.act(made, "queries", name="amount")
    changes = [
        api.act(made, "updates", name="set_amount", input={"amount": amount}).json()
        for amount in (2, 3)
    ]
    assert changes == [
        {"update_name": "set_amount", "result": {"amount": amount}} for amount in (2, 3)
    ]


def test_executions_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as server, Caller(base_url=server.base_url, headers=KEY) as api:
        made = api.start("approve_order", input={"amount": 1})
        api.act(made, "updates", name="set_amount", input={"amount": 2})
    with running(settings) as server, Caller(base_url=server.base_url, headers=KEY) as api:
        assert api.act(made, "queries", name="amount").json()["result"] == 2
        assert api.look(made) == made
