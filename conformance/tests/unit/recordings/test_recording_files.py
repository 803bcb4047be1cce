"""The forms of recordings: each is read, and what is odd in it is told."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mistral_conformance.record.recorded import Recorded, RecordingError
from mistral_conformance.record.recordings import read_recordings

from .conftest import ANSWER, REQUEST, URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]


def _interaction(body: object, string: object, **headers: str) -> dict[str, Any]:
    kind = {"Content-Type": ["application/json"]}
    return {
        "request": {"method": "POST", "uri": URL, "body": body, "headers": kind},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": kind | {name.replace("_", "-"): [value] for name, value in headers.items()},
            "body": {"string": string},
        },
    }


def _har(text: str, **content: str) -> dict[str, Any]:
    kind = {"mimeType": "application/json"}
    request = {"method": "POST", "url": URL, "headers": [{"name": "Accept", "value": "*/*"}]}
    posted = {**kind, "text": json.dumps(REQUEST)}
    entry = {
        "request": {**request, "postData": posted},
        "response": {"status": 200, "headers": [], "content": {**kind, "text": text, **content}},
    }
    return {"log": {"entries": [entry]}}


def _is_whole(exchange: Recorded) -> bool:
    return (
        (exchange.method, exchange.path, exchange.status) == ("POST", "/v1/chat/completions", 200)
        and exchange.request.json() == REQUEST
        and exchange.answer.json() == ANSWER
    )


def test_json_lines_are_read(line: dict[str, Any], write: Write) -> None:
    first, second = read_recordings(write(line, line, name="live.jsonl"))
    assert _is_whole(first)
    assert (first.where, second.where) == ("live.jsonl#1", "live.jsonl#2")


@pytest.mark.parametrize("encoding", ["", "base64"])
def test_a_har_archive_is_read(encoding: str, write: Write) -> None:
    text = json.dumps(ANSWER)
    if encoding:
        text = base64.b64encode(text.encode()).decode()
    (exchange,) = read_recordings(write(_har(text, encoding=encoding)))
    assert _is_whole(exchange)


SENT, TOLD = json.dumps(REQUEST), json.dumps(ANSWER)
COMPRESSED = gzip.compress(TOLD.encode())


@pytest.mark.parametrize(
    ("body", "string", "headers"),
    [
        (SENT, TOLD, {}),
        (SENT.encode(), TOLD.encode(), {}),
        ({"string": SENT, "encoding": "utf-8"}, COMPRESSED, {"content_encoding": "gzip"}),
        (SENT, TOLD, {"content_encoding": "gzip"}),
        (SENT, TOLD, {"content_encoding": "br"}),
        (SENT, zlib.compress(TOLD.encode()), {"content_encoding": "deflate"}),
        ({"base64_string": base64.b64encode(SENT.encode()).decode()}, TOLD, {}),
    ],
)
def test_a_cassette_is_read(
    body: object, string: object, headers: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_text(yaml.safe_dump({"interactions": [_interaction(body, string, **headers)]}))
    (exchange,) = read_recordings(path)
    assert _is_whole(exchange)


def test_a_cassette_in_json_with_parsed_bodies_is_read(write: Write) -> None:
    interaction = _interaction(None, None)
    interaction["request"]["parsed_body"] = REQUEST
    interaction["response"] |= {"parsed_body": ANSWER, "body": None}
    (exchange,) = read_recordings(write({"version": 1, "interactions": [interaction]}))
    assert _is_whole(exchange)


def test_a_compressed_cassette_with_requests_beside_answers_is_read(tmp_path: Path) -> None:
    interaction = _interaction(SENT, TOLD)
    path = tmp_path / "cassette.yaml.gz"
    apart = {"requests": [interaction["request"]], "responses": [interaction["response"]]}
    path.write_bytes(gzip.compress(yaml.safe_dump(apart).encode()))
    (exchange,) = read_recordings(path)
    assert _is_whole(exchange)


def test_tags_of_python_in_a_cassette_are_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "cassette.yaml"
    text = yaml.safe_dump({"interactions": [_interaction("BODY", TOLD)]})
    path.write_text(text.replace("BODY", f"!!python/unicode '{SENT}'"))
    (exchange,) = read_recordings(path)
    assert _is_whole(exchange)


def test_python_in_a_cassette_is_never_run(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "cassette.yaml"
    call = (
        f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{trace}]]"
    )
    path.write_text(f"interactions:\n- request: {call}\n  response: {{}}\n")
    read_recordings(path)
    assert not trace.exists()


def test_a_path_loses_what_a_proxy_puts_before_it(line: dict[str, Any], write: Write) -> None:
    line["path"] = "/mistral/v1/chat/completions#stream"
    assert read_recordings(write(line))[0].path == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"{a: [", "is neither JSON nor YAML"),
        (b"a: 1", "is no recording"),
        (b"[1, 2", "is neither JSON nor YAML"),
        (b"just words", "is no recording"),
        (b"interactions: 7", "is no recording"),
        (b'{"log": {"entries": 7}}', "is no recording"),
        (b"\xff\xfe\x00", "cannot be read as text"),
        (b"\x1f\x8bnot gzip", "cannot be read as text"),
    ],
)
def test_what_is_no_recording_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=says):
        read_recordings(path)
