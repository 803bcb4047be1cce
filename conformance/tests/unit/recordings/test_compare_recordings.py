"""What a comparison finds: nothing, a difference, or something that it cannot compare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import compare_recordings
import pytest

from mistral_conformance.record.recordings import read_recordings

from .conftest import ANSWER, REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recordings.comparison import Comparison

    Write = Callable[..., Path]
    Line = dict[str, Any]

SECRET = "sesame-opens-it"


@pytest.fixture
def compared(comparison: Comparison, write: Write) -> Callable[[Line], list[str]]:
    """Gives the findings about a line, without where it stands."""

    def _compared(line: Line) -> list[str]:
        (exchange,) = read_recordings(write(line))
        found = [str(each) for each in comparison.findings(exchange)]
        return [each.replace(f"{exchange}: ", "") for each in found]

    return _compared


def test_nothing_is_said_about_an_exchange_that_is_alike(line: Line, compared: Any) -> None:
    assert compared(line) == []


def test_a_request_that_the_document_refuses_differs_twice(line: Line, compared: Any) -> None:
    line["request"] = json.dumps({**REQUEST, "loudness": SECRET})
    assert compared(line) == [
        "differs: the document refuses the request: loudness: Extra inputs are not permitted",
        "differs: the mock refuses the request with 422",
    ]


def test_an_answer_with_a_wrong_field_is_told_without_its_value(line: Line, compared: Any) -> None:
    line["answer"] = json.dumps({**ANSWER, "created": SECRET})
    (found,) = compared(line)
    assert found == (
        "differs: the document refuses the answer: created: Input should be a valid integer"
    )


def test_a_field_that_nobody_knows_differs(line: Line, compared: Any) -> None:
    line["answer"] = json.dumps({**ANSWER, "mood": SECRET})
    assert compared(line) == ["differs: the client in strict mode: mood is unknown"]


def test_a_field_that_the_mock_does_not_send_differs(line: Line, compared: Any) -> None:
    answer = json.loads(line["answer"])
    answer["choices"][0]["message"]["prefix"] = False
    line["answer"] = json.dumps(answer)
    assert compared(line) == ["differs: the answer of the mock has no choices[].message.prefix"]


def _stream(*events: object) -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def _chunk(**more: object) -> dict[str, object]:
    choice = {"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}
    head = {"id": "5f1c", "object": "chat.completion.chunk", "created": 1758000000}
    return {**head, "model": "mistral-small-latest", "choices": [choice], **more}


def test_every_event_of_a_stream_is_judged(line: Line, compared: Any) -> None:
    line |= {
        "request": json.dumps({**REQUEST, "stream": True}),
        "content_type": "text/event-stream; charset=utf-8",
        "headers": {},
        "answer": _stream(_chunk(), _chunk(model=7), _chunk(mood="good")),
    }
    assert compared(line) == [
        "differs: the document refuses the answer: model: Input should be a valid string",
        "differs: the client in strict mode: mood is unknown",
    ]
    line["answer"] = _stream(_chunk(), _chunk())
    assert compared(line) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"path": "https://api.other.example/v1/chat/completions"}, "it went to api.other.example"),
        ({"path": "/v1/lamps"}, "the document has no such operation"),
        ({"status": None}, "the recording has no status"),
        ({"answer": None}, "the recording has no body of the answer"),
        ({"answer": ""}, "the answer is empty"),
        ({"headers": {"content-type": "audio/mpeg"}}, "the answer is audio/mpeg, not JSON"),
        ({"request_content_type": "multipart/form-data; boundary=x"}, "it is multipart/form-data"),
    ],
)
def test_what_cannot_be_compared_is_told_with_its_reason(
    changes: Line, says: str, line: Line, compared: Any
) -> None:
    found = compared({**line, **changes})
    assert any(each.startswith("not compared: ") and says in each for each in found), found


def test_an_answer_to_a_refused_request_is_compared_with_the_document_alone(
    line: Line, compared: Any
) -> None:
    line |= {"status": 422, "request": "{}", "answer": json.dumps({"detail": "It is not so."})}
    assert compared(line) == []


def test_what_a_fresh_mock_does_not_have_is_no_difference(line: Line, compared: Any) -> None:
    card = {"id": "x", "object": "model", "type": "base", "capabilities": {}}
    line |= {"method": "GET", "path": "/v1/models/x", "request": None, "answer": json.dumps(card)}
    assert compared(line) == [
        "not compared: a fresh mock does not have what the request names (404)"
    ]


def test_the_exit_code_says_whether_something_differs(
    line: Line, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_recordings.main([str(write(line, name="good.jsonl"))]) == 0
    assert "1 exchanges: 1 alike, 0 different" in capsys.readouterr().out
    line["answer"] = json.dumps({**ANSWER, "mood": SECRET})
    assert compare_recordings.main([str(write(line, name="bad.jsonl"))]) == 1
    printed = capsys.readouterr().out
    assert "bad.jsonl#1 POST /v1/chat/completions: the client" in printed
    assert SECRET not in printed


def test_a_file_that_is_no_recording_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_recordings.main([str(tmp_path / "none.har")]) == 2
    assert "none.har cannot be read" in capsys.readouterr().err
