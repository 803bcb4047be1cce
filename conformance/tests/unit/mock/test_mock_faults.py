"""The fault script and the control routes for it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.faults import Fault, FaultScriptError, parse_script, read_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIST = "/v1/libraries"
CHAT: dict[str, Any] = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "Tell a long story, please."}],
    "stream": True,
}


def statuses(api: httpx.Client, count: int) -> list[int]:
    return [api.get(LIST).status_code for _ in range(count)]


def test_a_status_strikes_the_first_call_by_default(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(status=503, body={"why": "test"}, headers={"retry-after": "2"}),))
    answer = api.get(LIST)
    assert (answer.status_code, answer.json()) == (503, {"why": "test"})
    assert answer.headers["retry-after"] == "2"
    assert api.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "sent", "content_type"),
    [
        ("<h1>Bad Gateway</h1>", {}, b"<h1>Bad Gateway</h1>", "text/plain; charset=utf-8"),
        ("<p>Ä</p>", {"Content-Type": "text/html"}, "<p>Ä</p>".encode(), "text/html"),
        ("", {}, b"", "text/plain; charset=utf-8"),
        ({"why": "Ä"}, {}, '{"why":"Ä"}'.encode(), "application/json"),
        ({}, {"content-type": "application/problem+json"}, b"{}", "application/problem+json"),
    ],
)
def test_a_text_is_sent_as_it_is_and_all_else_as_json(
    start: Callable[..., httpx.Client],
    body: object,
    headers: dict[str, str],
    sent: bytes,
    content_type: str,
) -> None:
    answer = start(faults=(Fault(status=502, body=body, headers=headers),)).get(LIST)
    assert answer.content == sent
    assert answer.headers.get_list("content-type") == [content_type]


def test_a_header_of_the_script_replaces_that_of_the_mock(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(faults=(Fault(status=502, headers={"X-Kong-Request-Id": "mine"}),))
    assert api.get(LIST).headers.get_list("x-kong-request-id") == ["mine"]


def test_a_stream_can_be_scripted(start: Callable[..., httpx.Client]) -> None:
    events = 'data: {"error": "overloaded"}\n\ndata: [DONE]\n\n'
    headers = {"content-type": "text/event-stream"}
    api = start(faults=(Fault(status=200, body=events, headers=headers),))
    answer = api.post("/v1/chat/completions", json=CHAT)
    assert (answer.text, answer.headers["content-type"]) == (events, "text/event-stream")


@pytest.mark.parametrize(
    "entry",
    [
        {"status": 500, "body": "\ud800"},
        {"status": 500, "body": float("nan")},
        {"status": 500, "headers": {"retry-after": "1", "Retry-After": "2"}},
    ],
)
def test_what_cannot_be_sent_is_no_fault(entry: dict[str, Any]) -> None:
    with pytest.raises(FaultScriptError, match="entry 1"):
        parse_script(entry)


@pytest.mark.parametrize(
    ("call", "times", "expected"),
    [(2, 1, [200, 500, 200, 200]), (2, 2, [200, 500, 500, 200]), (3, None, [200, 200, 500, 500])],
)
def test_call_and_times_say_which_calls_suffer(
    start: Callable[..., httpx.Client], call: int, times: int | None, expected: list[int]
) -> None:
    api = start(faults=(Fault(call=call, times=times, status=500),))
    assert statuses(api, 4) == expected


@pytest.mark.parametrize("pattern", ["beta.libraries.create", "beta.*.create", "*create"])
def test_a_pattern_names_the_operations(start: Callable[..., httpx.Client], pattern: str) -> None:
    api = start(faults=(Fault(operation=pattern, status=500, times=None),))
    assert api.get(LIST).status_code == 200
    assert api.post(LIST, json={"name": "n"}).status_code == 500


def test_a_fault_strikes_before_the_operation_acts(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(operation="*.create", status=503),))
    api.post(LIST, json={"name": "n"})
    assert api.get(LIST).json()["data"] == []


@pytest.mark.parametrize("effect", [{"status": 503}, {"drop": True}])
def test_a_fault_after_the_operation_loses_only_the_answer(
    start: Callable[..., httpx.Client], effect: dict[str, Any]
) -> None:
    api = start(faults=(Fault(operation="*.create", when="after", **effect),))
    try:
        assert api.post(LIST, json={"name": "n"}).status_code == 503
    except httpx.RemoteProtocolError:
        assert effect == {"drop": True}
    assert len(api.get(LIST).json()["data"]) == 1


def test_a_drop_ends_the_connection_without_an_answer(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(faults=(Fault(drop=True),))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        api.get(LIST)
    assert api.get(LIST).status_code == 200


def test_a_stall_pauses_and_goes_on(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(stall_s=0.2),))
    began = time.monotonic()
    assert api.get(LIST).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_stall_can_outlast_a_client(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(stall_s=60),))
    with pytest.raises(httpx.ReadTimeout):
        api.get(LIST, timeout=0.1)
    assert api.get(LIST).status_code == 200


def test_a_stream_is_cut_after_so_many_events(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(operation="chat.complete", drop=True, after_events=2),))
    received: list[bytes] = []
    with (
        api.stream("POST", "/v1/chat/completions", json=CHAT) as answer,
        pytest.raises(httpx.RemoteProtocolError, match="incomplete"),
    ):
        received.extend(answer.iter_bytes())
    assert b"".join(received).count(b"data: ") == 2


def test_a_stream_can_stall_between_events(start: Callable[..., httpx.Client]) -> None:
    api = start(faults=(Fault(stall_s=0.2, after_events=1),))
    began = time.monotonic()
    answer = api.post("/v1/chat/completions", json=CHAT)
    assert time.monotonic() - began >= 0.2
    assert answer.text.endswith("data: [DONE]\n\n")


def test_events_are_as_far_apart_as_the_setting_says(start: Callable[..., httpx.Client]) -> None:
    api = start(event_gap_s=0.05)
    began = time.monotonic()
    answer = api.post("/v1/chat/completions", json={**CHAT, "max_tokens": 2})
    assert time.monotonic() - began >= 0.05 * (answer.text.count("data: ") - 1)


def test_latency_delays_each_answer(start: Callable[..., httpx.Client]) -> None:
    api = start(latency_s=0.1)
    began = time.monotonic()
    assert statuses(api, 2) == [200, 200]
    assert time.monotonic() - began >= 0.2


def test_faults_can_be_added_seen_and_ended_while_the_mock_runs(api: httpx.Client) -> None:
    assert api.get("/_mock/faults").json() == []
    added = api.post("/_mock/faults", json=[{"status": 500, "times": None}, {"drop": True}])
    assert [fault["seen"] for fault in added.json()] == [0, 0]
    assert api.get(LIST).status_code == 500
    assert [fault["seen"] for fault in api.get("/_mock/faults").json()] == [1, 1]
    assert api.delete("/_mock/faults").status_code == 204
    assert api.get(LIST).status_code == 200


def test_a_fault_that_was_added_counts_from_then_on(api: httpx.Client) -> None:
    statuses(api, 3)
    api.post("/_mock/faults", json={"status": 500})
    assert statuses(api, 2) == [500, 200]


WRONG = [
    ("x", "not an object"),
    ({}, "exactly one of"),
    ({"status": 500, "drop": True}, "exactly one of"),
    ({"status": 99}, "status is 99"),
    ({"status": "500"}, "status is '500'"),
    ({"drop": "yes"}, "drop is 'yes'"),
    ({"status": 500, "colour": 1}, "unknown fields: colour"),
    ({"status": 500, "call": 0}, "call"),
    ({"status": 500, "when": "never"}, "when"),
    ({"status": 500, "after_events": 1}, "after_events"),
    ({"stall_s": -1}, "stall_s"),
    ({"status": 500, "headers": {"a": 1}}, "headers"),
    ({"status": 500, "headers": {"a": "x\r\nb: c"}}, "cannot be sent"),
    ({"status": 500, "headers": {"": "x"}}, "cannot be sent"),
    ({"status": 500, "headers": {"Content-Length": "5"}}, "written by the server"),
    ({"status": 204, "body": {"a": 1}}, "status 204 has no body"),
]


@pytest.mark.parametrize(("entry", "reason"), WRONG)
def test_a_wrong_entry_is_refused_with_its_number(entry: object, reason: str) -> None:
    with pytest.raises(FaultScriptError, match="entry 2") as caught:
        parse_script([{"status": 500}, entry])
    assert reason in str(caught.value)


def test_a_wrong_script_is_refused_over_http(api: httpx.Client) -> None:
    answer = api.post("/_mock/faults", json={"stat": 500})
    assert answer.status_code == 422
    assert "unknown fields: stat" in answer.json()["detail"][0]["msg"]


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text(json.dumps([{"operation": "files.*", "status": 503}]))
    assert read_script(script) == [Fault(operation="files.*", status=503)]


@pytest.mark.parametrize("text", ["{", '[{"x": 1}]', "[" * 100_000, '{"body":' * 100_000])
def test_a_broken_script_file_is_named(tmp_path: Path, text: str) -> None:
    script = tmp_path / "faults.json"
    script.write_text(text)
    with pytest.raises(FaultScriptError, match=r"faults\.json"):
        read_script(script)


def test_an_absent_script_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultScriptError, match=r"faults\.json cannot be read"):
        read_script(tmp_path / "faults.json")


@pytest.mark.parametrize("pattern", ["nope.nope", "chat.Complete", ""])
def test_a_pattern_that_matches_no_operation_is_refused(
    api: httpx.Client, tmp_path: Path, pattern: str
) -> None:
    entry = {"operation": pattern, "status": 500}
    reason = f"entry 1: operation {pattern!r} matches no operation"
    answer = api.post("/_mock/faults", json=entry)
    assert answer.status_code == 422
    assert reason in answer.json()["detail"][0]["msg"]
    script = tmp_path / "faults.json"
    script.write_text(json.dumps(entry))
    with pytest.raises(FaultScriptError, match=reason):
        read_script(script)


def test_fault_strikes_by_chance_and_the_same_for_the_same_seed(
    start: Callable[..., httpx.Client],
) -> None:
    fault = Fault(operation="beta.libraries.list", status=503, probability=0.3)
    runs = [statuses(start(faults=(fault,), seed=seed), 60) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert all(8 <= run.count(503) <= 30 for run in runs)


@pytest.mark.parametrize(("probability", "count"), [(0, 0), (1, 5)])
def test_certain_chances(
    start: Callable[..., httpx.Client], probability: float, count: int
) -> None:
    fault = Fault(status=503, probability=probability)
    assert statuses(start(faults=(fault,)), 5).count(503) == count


def test_chance_may_end_after_so_many_faults(start: Callable[..., httpx.Client]) -> None:
    fault = Fault(status=503, probability=1, call=2, times=2)
    assert statuses(start(faults=(fault,)), 5) == [200, 503, 503, 200, 200]


@pytest.mark.parametrize("probability", [-0.1, 1.1, "often", True])
def test_chance_is_from_0_to_1(probability: object) -> None:
    with pytest.raises(FaultScriptError, match="probability"):
        parse_script({"status": 503, "probability": probability})
