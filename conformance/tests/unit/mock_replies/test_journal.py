"""What a mock tells of the requests that it got."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.journal import journal as journals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_replies.conftest import Scripted

KEY = "mock-key"


def test_request_and_answer_are_kept(scripted: Scripted) -> None:
    scripted.mock.reply("It rains.", name="weather")
    scripted.chat("The weather?", temperature=0.5)
    (one,) = scripted.mock.requests()
    assert (one.number, one.operation, one.method) == (1, "chat.complete", "POST")
    assert (one.path, one.status, one.reply) == ("/v1/chat/completions", 200, "weather")
    assert one.body["temperature"] == 0.5
    assert one.answer["choices"][0]["message"]["content"] == "It rains."
    assert one.answer_headers["content-type"] == "application/json"


def test_stream_is_kept_event_by_event(scripted: Scripted) -> None:
    scripted.chat(stream=True)
    (one,) = scripted.mock.requests()
    assert one.answer[-1] == "[DONE]"
    assert one.answer[0]["object"] == "chat.completion.chunk"


def test_refused_requests_are_kept_too(scripted: Scripted) -> None:
    scripted.api.get("/v1/nowhere?a=1")
    scripted.api.get("/v1/models", headers={"authorization": "Bearer wrong"})
    scripted.chat(temperature="hot")
    found = scripted.mock.requests()
    assert [one.status for one in found] == [404, 401, 422]
    assert found[0].query == {"a": "1"}
    assert found[2].body["temperature"] == "hot"


def test_control_routes_are_not_kept(scripted: Scripted) -> None:
    scripted.api.get("/_mock/clock")
    assert scripted.mock.requests() == []


def test_files_of_forms_are_told_without_their_content(scripted: Scripted) -> None:
    file = ("a.txt", b"secret words", "text/plain")
    scripted.api.post("/v1/files", files={"file": file}, data={"purpose": "batch"})
    (one,) = scripted.mock.requests()
    assert one.files == (
        {"field": "file", "name": "a.txt", "media_type": "text/plain", "size": 12},
    )
    assert one.body["purpose"] == "batch"


def test_keys_are_nowhere(scripted: Scripted, tmp_path: Path) -> None:
    scripted.chat(metadata={"api_key": "sesame", "keyboard": "qwerty"})
    (one,) = scripted.mock.requests()
    scripted.mock.export(tmp_path / "a.har")
    scripted.mock.export(tmp_path / "a.jsonl")
    shown = [repr(one), json.dumps(one.as_json()), scripted.api.get("/_mock/requests").text]
    shown += [(tmp_path / name).read_text() for name in ("a.har", "a.jsonl")]
    for text in shown:
        assert KEY not in text
        assert "sesame" not in text
    assert one.headers["authorization"] == "***"
    assert one.body["metadata"] == {"api_key": "***", "keyboard": "qwerty"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 3),
        ({"operation": "chat.*"}, 2),
        ({"operation": "models.list"}, 1),
        ({"method": "get"}, 1),
        ({"path": "/v1/chat/*"}, 2),
        ({"model": "mistral-small-*"}, 2),
        ({"status": 400}, 0),
        ({"contains": "One"}, 1),
        ({"body": {"messages": [{"content": "Two"}]}}, 1),
        ({"body": {"messages": [{"content": re.compile("^[OT]")}]}}, 2),
        ({"body": {"messages": []}}, 0),
        ({"headers": {"Accept": "*/*"}}, 3),
        ({"query": {"model": "x"}}, 1),
        ({"where": lambda one: one.number > 1}, 2),
    ],
)
def test_requests_are_narrowed(scripted: Scripted, wanted: dict[str, Any], count: int) -> None:
    scripted.chat("One")
    scripted.chat("Two")
    scripted.api.get("/v1/models?model=x")
    assert len(scripted.mock.requests(**wanted)) == count


def test_unknown_wish_is_told(scripted: Scripted) -> None:
    with pytest.raises(ValueError, match="do you mean operation"):
        scripted.mock.requests(operations="chat.*")


def test_assertion_passes(scripted: Scripted) -> None:
    scripted.chat("One")
    scripted.mock.assert_called("chat.complete", contains="One")
    scripted.mock.assert_called("chat.complete", times=1)
    scripted.mock.assert_not_called("files.*")


def test_assertion_tells_how_the_nearest_requests_differ(scripted: Scripted) -> None:
    scripted.chat("One")
    with pytest.raises(AssertionError) as caught:
        scripted.mock.assert_called("chat.complete", body={"messages": [{"content": "Two"}]})
    assert "#1 POST /v1/chat/completions: body.messages[0].content is 'One', not 'Two'" in str(
        caught.value
    )


def test_assertion_tells_what_there_was_instead(scripted: Scripted) -> None:
    scripted.api.get("/v1/models")
    with pytest.raises(AssertionError, match=r"requests so far: models\.list -> 200"):
        scripted.mock.assert_called("chat.complete")
    with pytest.raises(AssertionError, match="2 requests"):
        scripted.mock.assert_called("models.list", times=2)
    with pytest.raises(AssertionError, match="there are 1"):
        scripted.mock.assert_not_called("models.list")


def test_journal_keeps_the_latest(start: Callable[..., Scripted]) -> None:
    scripted = start(journal=2)
    for text in "abc":
        scripted.chat(text)
    assert [one.number for one in scripted.mock.requests()] == [2, 3]


def test_journal_is_bounded_in_bytes(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MOST_BYTES", 40_000)
    for _ in range(20):
        scripted.chat("x" * 500)
    assert 1 < len(scripted.mock.requests()) < 10


def test_journal_may_be_off(start: Callable[..., Scripted]) -> None:
    scripted = start(journal=0)
    scripted.chat()
    assert scripted.mock.requests() == []


def test_reset_and_clear_forget(scripted: Scripted) -> None:
    scripted.chat()
    scripted.mock.clear_requests()
    assert scripted.mock.requests() == []
    scripted.chat()
    assert scripted.mock.requests()[0].number == 1
    scripted.mock.reset()
    assert scripted.mock.requests() == []


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("chat.stream", "; chat.stream is a method of clients for chat.complete"),
        ("agents.parse", "; agents.parse is a method of clients for agents.complete"),
        ("chat.complet", "; do you mean chat.complete?"),
        ("zzz", "matches no operation of the document"),
    ],
)
def test_operation_that_does_not_exist_is_refused(
    scripted: Scripted, operation: str, told: str
) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(told)}$"):
        scripted.mock.assert_not_called(operation)
    with pytest.raises(ValueError, match=f"{re.escape(told)}$"):
        scripted.mock.fault(operation=operation, status=503)
    refusal = scripted.api.get("/_mock/requests", params={"operation": operation})
    (problem,) = refusal.json()["detail"]
    assert (refusal.status_code, problem["loc"]) == (422, ["query", "operation"])


def test_control_routes_show_requests(scripted: Scripted) -> None:
    scripted.chat("One")
    scripted.api.get("/v1/models")
    shown = scripted.api.get("/_mock/requests", params={"operation": "chat.*", "status": 200})
    (one,) = shown.json()
    assert one["body"]["messages"][0]["content"] == "One"
    assert scripted.api.get("/_mock/requests?nothing=1").status_code == 422
    (line, _) = scripted.api.get("/_mock/requests.jsonl").text.splitlines()
    assert json.loads(json.loads(line)["request"])["messages"][0]["content"] == "One"
    archive = scripted.api.get("/_mock/requests.har").json()["log"]
    assert [one["response"]["status"] for one in archive["entries"]] == [200, 200]
    assert scripted.api.delete("/_mock/requests").status_code == 204
    assert scripted.api.get("/_mock/requests").json() == []
