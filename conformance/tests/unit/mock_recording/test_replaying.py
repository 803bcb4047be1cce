"""Which recording answers which request, and what a request is told that none answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import yaml
from tests.unit.mock_recording.conftest import QUESTION, ask

from mistral_mock.recording.files import RecordingError, read_recordings
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.mock_recording.conftest import Open

    from mistral_mock.server import RunningServer

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
OTHER_TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
HELLO = {"role": "user", "content": "Hello"}


def talk(client: httpx.Client, messages: list[dict[str, Any]], **fields: Any) -> Any:
    """What a model says to messages."""
    body = {**QUESTION, "messages": messages, **fields}
    return client.post("/v1/chat/completions", json=body).json()


def test_same_question_gives_its_answers_in_turn_and_then_the_last(
    record: Open, replay: Open, upstream: RunningServer
) -> None:
    upstream.reply(["one", "two", "three"])
    with record() as client:
        recorded = [ask(client).json() for _ in range(3)]
    assert len({one["choices"][0]["message"]["content"] for one in recorded}) == 3
    with replay() as client:
        answered = [ask(client).json() for _ in range(4)]
    assert answered == [*recorded, recorded[-1]]


def test_reset_begins_with_the_first_answer_again(
    record: Open, replay: Open, upstream: RunningServer
) -> None:
    upstream.reply(["one", "two"])
    with record() as client:
        first = ask(client).json()
        ask(client)
    with replay() as client:
        assert ask(client).json() == first
        client.post("/_mock/reset")
        assert ask(client).json() == first


def test_order_of_requests_is_free(record: Open, replay: Open) -> None:
    with record() as client:
        recorded = {text: ask(client, text).json() for text in ("One", "Two", "Three")}
    with replay() as client:
        for text in ("Three", "One", "Two"):
            assert ask(client, text).json() == recorded[text]


VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "model": {"model": "mistral-large-latest"},
    "system": {"messages": [{"role": "system", "content": "Be short."}, HELLO]},
    "other system": {"messages": [{"role": "system", "content": "Be long."}, HELLO]},
    "tools": {"tools": [TOOL]},
    "other tools": {"tools": [OTHER_TOOL]},
    "stream": {"stream": True},
    "temperature": {"temperature": 0.1},
}


def test_calls_with_the_same_last_message_do_not_collide(
    record: Open, replay: Open, upstream: RunningServer
) -> None:
    for number, fields in enumerate(VARIANTS.values()):
        upstream.reply(
            f"answer {number}", function=lambda one, fields=fields: fits(one.body, fields)
        )
    with record() as client:
        recorded = {name: send(client, fields) for name, fields in VARIANTS.items()}
    with replay() as client:
        for name in reversed(VARIANTS):
            assert send(client, VARIANTS[name]) == recorded[name], name


def fits(body: Any, fields: dict[str, Any]) -> bool:
    """A request has these fields, and no others of the variants."""
    return bool(
        {**QUESTION, **fields} == {name: body[name] for name in body if body[name] is not None}
    )


def send(client: httpx.Client, fields: dict[str, Any]) -> str:
    return client.post("/v1/chat/completions", json={**QUESTION, **fields}).text


def test_tool_results_and_continuations_match(record: Open, replay: Open) -> None:
    def walk(client: httpx.Client) -> list[Any]:
        first = talk(client, [HELLO], tools=[TOOL], tool_choice="any")
        call = first["choices"][0]["message"]["tool_calls"][0]
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        answers = [
            talk(
                client,
                [HELLO, said, {"role": "tool", "tool_call_id": call["id"], "content": result}],
                tools=[TOOL],
            )
            for result in ("first result", "second result")
        ]
        begun = client.post("/v1/conversations", json={"model": QUESTION["model"], "inputs": "Hi"})
        path = f"/v1/conversations/{begun.json()['conversation_id']}"
        more = [client.post(path, json={"inputs": text}).json() for text in ("A", "B")]
        return [first, *answers, begun.json(), *more]

    with record() as client:
        recorded = walk(client)
    with replay() as client:
        assert walk(client) == recorded


EQUAL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "null": ({}, {"temperature": None}),
    "default": ({}, {"stream": False}),
    "lone text": (
        {},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]},
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_what_makes_no_difference_is_evened_out(name: str, record: Open, replay: Open) -> None:
    before, after = EQUAL[name]
    with record() as client:
        recorded = send(client, before)
    with replay() as client:
        assert send(client, after) == recorded


def test_arguments_match_however_they_are_spelled(record: Open, replay: Open) -> None:
    def tell(client: httpx.Client, arguments: str) -> Any:
        call = {"id": "abcdef123", "function": {"name": "look", "arguments": arguments}}
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        result = {"role": "tool", "tool_call_id": "abcdef123", "content": "done"}
        return talk(client, [HELLO, said, result], tools=[TOOL])

    with record() as client:
        recorded = tell(client, '{"a": 1, "b": [2]}')
    with replay() as client:
        assert tell(client, '{"b":[2],"a":1}') == recorded
        assert tell(client, '{"b":[3],"a":1}')["code"] == "no_recording"


def test_made_up_ids_are_aligned_and_come_back(record: Open, replay: Open) -> None:
    def walk(client: httpx.Client, name: str) -> list[Any]:
        made = client.post("/v1/libraries", json={"name": name}).json()
        asked = ask(client, f"What is in {name}?").json()
        return [made["name"], name in asked["choices"][0]["message"]["content"]]

    with record() as client:
        assert walk(client, f"test-{uuid4()}")[1]
    with replay() as client:
        for _ in range(2):
            name = f"test-{uuid4()}"
            assert walk(client, name) == [name, True]


def test_two_made_up_ids_do_not_stand_for_one(record: Open, replay: Open) -> None:
    first, second = str(uuid4()), str(uuid4())
    with record() as client:
        ask(client, f"Compare {first} and {second}")
    with replay() as client:
        assert ask(client, f"Compare {uuid4()} and {uuid4()}").status_code == 200
        same = uuid4()
        assert ask(client, f"Compare {same} and {same}").status_code == 400


def test_ids_of_the_server_stand_for_themselves_alone(record: Open, replay: Open) -> None:
    with record() as client:
        id_ = client.post("/v1/libraries", json={"name": "Papers"}).json()["id"]
        assert client.get(f"/v1/libraries/{id_}").status_code == 200
    with replay() as client:
        assert client.get(f"/v1/libraries/{id_}").status_code == 200
        answer = client.get(f"/v1/libraries/{uuid4()}")
        assert answer.status_code == 400
        assert "path[3] is" in answer.json()["message"]


def spell(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_times_as_far_from_now_are_aligned_and_other_days_are_not(
    record: Open, replay: Open, folder: Path
) -> None:
    now = datetime.now(UTC)
    with record() as client:
        ask(client, f"Today is {now.date()}, at {spell(now)}, {int(now.timestamp())}")
        ask(client, "What happened on 1969-07-20?")
    age(folder, timedelta(days=40))
    with replay() as client:
        later = now + timedelta(seconds=9)
        text = f"Today is {later.date()}, at {spell(later)}, {int(later.timestamp())}"
        assert ask(client, text).status_code == 200
        assert ask(client, "What happened on 1989-11-09?").status_code == 400


def age(folder: Path, by: timedelta) -> None:
    """Makes recordings older, and the days that they tell with them."""
    now = datetime.now(UTC)
    for path in folder.rglob("*.yaml"):
        found = yaml.safe_load(path.read_text("utf-8"))
        found["recorded"] = spell(now - by)
        text = json.dumps(found["request"])
        for old, new in (
            (str(now.date()), str((now - by).date())),
            (str(int(now.timestamp()))[:7], str(int((now - by).timestamp()))[:7]),
        ):
            text = text.replace(old, new)
        found["request"] = json.loads(text)
        path.write_text(yaml.safe_dump(found), "utf-8")


def test_miss_tells_the_nearest_and_the_first_difference(record: Open, replay: Open) -> None:
    with record() as client:
        ask(client, "A question about shelves", temperature=0.5)
        client.get("/v1/models")
    with replay() as client:
        answer = ask(client, "A question about books", temperature=0.5)
        other = client.get("/v1/libraries")
    assert answer.status_code == 400
    assert answer.json()["code"] == "no_recording"
    told = answer.json()["message"]
    assert "The nearest is default/chat.complete.1: body.messages[0].content is" in told
    assert '"A question about books"' in told
    assert '"A question about shelves"' in told
    assert 'path[2] is "libraries", recorded is "models"' in other.json()["message"]


def test_miss_in_a_long_text_shows_where_it_differs(record: Open, replay: Open) -> None:
    with record() as client:
        ask(client, "word " * 500 + "end")
    with replay() as client:
        told = ask(client, "word " * 500 + "start").json()["message"]
    assert 'word start"' in told
    assert len(told) < 600


def test_requests_of_a_scope_are_answered_from_it_alone(record: Open, replay: Open) -> None:
    with record() as client:
        client.get("/v1/models", headers={"mistral-mock-scope": "first"})
        client.get("/v1/libraries", headers={"mistral-mock-scope": "second"})
    with replay() as client:
        scoped = {"mistral-mock-scope": "first"}
        assert client.get("/v1/models", headers=scoped).status_code == 200
        assert client.get("/v1/libraries", headers=scoped).status_code == 400
        assert client.get("/v1/libraries").status_code == 200


def test_engine_answers_what_is_missing(record: Open, replay: Open) -> None:
    with record() as client:
        recorded = ask(client).json()
    with replay(missing="engine") as client:
        client.headers["authorization"] = "Bearer mock-key"
        assert ask(client).json() == recorded
        made = client.post("/v1/libraries", json={"name": "Papers"})
        assert made.status_code == 201
        assert client.get(f"/v1/libraries/{made.json()['id']}").json()["name"] == "Papers"
        files = {"file": ("a.txt", b"text", "text/plain")}
        path = f"/v1/libraries/{made.json()['id']}/documents"
        assert client.post(path, files=files).status_code == 201


def test_missing_recordings_are_added_and_the_others_stay(
    record: Open, replay: Open, upstream: RunningServer, folder: Path
) -> None:
    with record() as client:
        ask(client, "Known")
    asked = len(upstream.requests())
    with replay(missing="record", upstream=upstream.base_url) as client:
        client.headers["authorization"] = "Bearer mock-key"
        ask(client, "Known")
        new = [ask(client, "New").json() for _ in range(2)]
    assert len(upstream.requests()) == asked + 2
    assert [one.name for one in read_recordings(folder)] == [
        f"default/chat.complete.{number}" for number in (1, 2, 3)
    ]
    with replay() as client:
        assert [ask(client, "New").json() for _ in range(2)] == new


def test_any_key_is_answered(record: Open, replay: Open) -> None:
    with record() as client:
        recorded = ask(client).json()
    with replay() as client:
        del client.headers["authorization"]
        assert ask(client).json() == recorded


def test_journal_tells_which_recording_answered(record: Open, replay: Open) -> None:
    with record() as client:
        ask(client)
    with replay() as client:
        ask(client)
        (exchange,) = client.server.requests(operation="chat.complete")  # type: ignore[attr-defined]
    assert exchange.reply == "recording default/chat.complete.1"
    assert exchange.body["messages"] == [HELLO]


def test_faults_strike_replayed_answers_too(record: Open, replay: Open) -> None:
    with record() as client:
        ask(client)
    with replay() as client:
        client.post("/_mock/faults", json={"status": 503, "times": 1})
        assert [ask(client).status_code for _ in range(2)] == [503, 200]


def test_drift_from_the_document_is_told(
    record: Open, replay: Open, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with record() as client:
        ask(client)
    (path,) = folder.rglob("*.yaml")
    text = path.read_text("utf-8").replace("object: chat.completion", "object: 7")
    path.write_text(text, "utf-8")
    with replay() as client:
        answers = [ask(client) for _ in range(2)]
        (told,) = client.get("/_mock/recordings").json()
    assert told["uses"] == 2
    assert told["drift"] == ["answer.object: Input should be a valid string"]
    assert answers[0].headers["mistral-mock-recording"] == "default/chat.complete.1"
    assert answers[0].headers["mistral-mock-drift"] == told["drift"][0]
    assert capsys.readouterr().err.count("answer.object") == 1


def test_recording_of_an_older_document_is_named(record: Open, replay: Open, folder: Path) -> None:
    with record() as client:
        ask(client)
    (path,) = folder.rglob("*.yaml")
    found = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump({**found, "document": "2025-12-01"}), "utf-8")
    with replay() as client:
        ask(client)
        (told,) = client.get("/_mock/recordings").json()
    assert told["drift"][0].startswith("recorded under the document of 2025-12-01")


def test_archive_answers_as_its_folder_does(record: Open, folder: Path, tmp_path: Path) -> None:
    from mistral_mock.cli import main  # noqa: PLC0415 - the command is what is tried here

    def walk(client: httpx.Client) -> list[object]:
        files = {"file": ("data.bin", bytes(range(256)), "application/octet-stream")}
        made = client.post("/v1/files", data={"purpose": "ocr"}, files=files).json()
        content = client.get(f"/v1/files/{made['id']}/content").content
        return [ask(client, stream=True).text, made, content]

    with record() as client:
        recorded = walk(client)
    archive = tmp_path / "all.har"
    assert main(["har", str(folder), "--into", str(archive)]) == 0
    entries = json.loads(archive.read_text("utf-8"))["log"]["entries"]
    assert [one["response"]["status"] for one in entries] == [200] * 3
    with (
        running(Settings(replay=archive)) as server,
        httpx.Client(base_url=server.base_url) as client,
    ):
        assert walk(client) == recorded


def test_archive_of_the_journal_can_be_replayed(upstream: RunningServer, tmp_path: Path) -> None:
    archive = tmp_path / "journal.har"
    with httpx.Client(
        base_url=upstream.base_url, headers={"authorization": "Bearer mock-key"}
    ) as client:
        recorded = [ask(client).json(), ask(client, stream=True).text]
    upstream.export(archive)
    with running(Settings(replay=archive)) as server, httpx.Client(base_url=server.base_url) as one:
        assert [ask(one).json(), ask(one, stream=True).text] == recorded


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mine: true\n", "it is not a recording"),
        ("recording: 1\n", "request is missing"),
        ("recording: [\n", "expected (the )?node content"),
        (
            "recording: 1\nrequest: {method: GET, path: /}\nanswer: {status: 200, file: ../x}\n",
            "is not the name of a file in the same folder",
        ),
    ],
)
def test_file_that_cannot_be_read_is_named(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(RecordingError, match=reason) as caught:
        read_recordings(tmp_path)
    assert str(tmp_path / "a.yaml") in str(caught.value)
