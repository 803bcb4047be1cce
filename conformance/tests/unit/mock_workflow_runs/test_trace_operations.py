"""Traces of executions: spans, trees, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer

START_NS = 1767225600 * 10**9


def spans(api: httpx.Client, execution_id: str) -> list[dict[str, Any]]:
    """The spans of an execution."""
    found = api.get(f"/executions/{execution_id}/trace/otel").json()
    batch = found["otel_trace_data"]["batches"][0]
    listed: list[dict[str, Any]] = batch["scopeSpans"][0]["spans"]
    return listed


def attribute(span: dict[str, Any], key: str) -> Any:
    """The value of an attribute, still wrapped; None when the span has none."""
    return next((each["value"] for each in span["attributes"] if each["key"] == key), None)


def events(api: httpx.Client, execution_id: str, **query: Any) -> list[dict[str, Any]]:
    """The events of a trace."""
    path = f"/executions/{execution_id}/trace/events"
    found: list[dict[str, Any]] = api.get(path, params=query).json()["events"]
    return found


def test_each_try_has_a_span_with_its_error(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("bad", execution_id="a")
    town.clock.advance(60)
    top, *tries = spans(api, "a")
    assert [attribute(each, "attempt") for each in tries] == [{"intValue": "1"}, {"intValue": "2"}]
    assert all(attribute(each, "error") for each in (top, *tries))
    lengths = [int(each["endTimeUnixNano"]) - int(each["startTimeUnixNano"]) for each in tries]
    assert lengths == [10 * 10**9] * 2
    assert {each["parentSpanId"] for each in tries} == {top["spanId"]}


def test_a_span_that_goes_on_has_no_end(api: httpx.Client, execute: Callable[..., Any]) -> None:
    execute("slow", execution_id="a")
    assert [each["endTimeUnixNano"] for each in spans(api, "a")] == ["0", "0"]
    tree = api.get("/executions/a/trace/summary").json()["span_tree"]
    assert tree["end_time_unix_nano"] is None
    assert tree["children"][0]["end_time_unix_nano"] is None


def test_an_end_from_outside_ends_what_goes_on(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("slow", execution_id="a")
    town.clock.advance(60)
    api.post("/executions/a/terminate")
    top, task = spans(api, "a")
    assert top["endTimeUnixNano"] == task["endTimeUnixNano"] != "0"
    assert attribute(task, "error") == {"stringValue": "TERMINATED"}


def test_a_child_shares_the_trace_below_the_span_of_its_start(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("parent", execution_id="a")
    town.clock.advance(60)
    top, call = spans(api, "a")
    child = attribute(call, "workflow.execution_id")["stringValue"]
    assert spans(api, child)[0]["parentSpanId"] == call["spanId"]
    assert spans(api, child)[0]["traceId"] == top["traceId"]


def test_a_trace_of_its_own_has_another_id(api: httpx.Client, execute: Callable[..., Any]) -> None:
    attributes = {"team": "blue"}
    execute(execution_id="a", custom_tracing_attributes=attributes)
    execute(execution_id="b")
    first, second = spans(api, "a")[0], spans(api, "b")[0]
    assert first["traceId"] != second["traceId"]
    assert attribute(first, "team") == {"stringValue": "blue"}


def test_a_trace_goes_through_all_runs_that_carry_on(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("again", execution_id="a")
    town.clock.advance(60)
    top = spans(api, "a")[0]
    assert int(top["endTimeUnixNano"]) - int(top["startTimeUnixNano"]) == 30 * 10**9


def test_a_run_after_a_reset_has_a_trace(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("bad", execution_id="a")
    town.clock.advance(12)
    assert api.post("/executions/a/reset", json={"event_id": 2}).status_code == 204
    town.clock.advance(60)
    tree = api.get("/executions/a/trace/summary").json()
    assert tree["status"] == "FAILED"
    assert [each["name"] for each in tree["span_tree"]["children"]] == ["try", "try"]


def test_events_tell_how_far_the_work_is(
    town: RunningServer, api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute("slow", execution_id="a")
    town.clock.advance(3600)
    first, half = events(api, "a")
    assert (first["status"], half["status"]) == ("RUNNING", "RUNNING")
    assert half["attributes"]["payload"] == "half"
    town.clock.advance(3600)
    found = events(api, "a")
    assert [each["status"] for each in found] == ["RUNNING", "RUNNING", "COMPLETED"]
    assert found[2]["end_time_unix_ms"] - found[0]["start_time_unix_ms"] == 5400 * 1000
    merged = events(api, "a", merge_same_id_events=True)
    assert [each["status"] for each in merged] == ["COMPLETED"]


def test_events_of_the_machinery_come_on_request(
    api: httpx.Client, execute: Callable[..., Any]
) -> None:
    execute(execution_id="a")
    assert not any(each["internal"] for each in events(api, "a"))
    full = events(api, "a", include_internal_events=True)
    assert {each["name"] for each in full if each["internal"]} >= {
        "workflow_execution_started",
        "workflow_execution_completed",
    }
    assert full[0]["timestamp_unix_nano"] >= START_NS


def test_an_unknown_execution_has_no_trace(api: httpx.Client) -> None:
    for form in ("otel", "summary", "events"):
        assert api.get(f"/executions/nobody/trace/{form}").status_code == 404
