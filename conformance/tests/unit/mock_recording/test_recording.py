"""What is recorded of exchanges with a server, and what of it is answered again."""

from __future__ import annotations

import time
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from tests.unit.mock_recording.conftest import ask, talking

from mistral_mock.faults import parse_script
from mistral_mock.recording.files import read_recordings
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_recording.conftest import Open

    from mistral_mock.server import RunningServer

HEARD = 3
"""Events that are heard of a stream which may have no end."""
SPEECH = {"model": "voxtral-mini-tts-latest", "input": "Hello there", "stream": True}


def hear(client: httpx.Client, method: str, path: str, **request: Any) -> list[str]:
    """The data of the first events of a stream."""
    found: list[str] = []
    with client.stream(method, path, **request) as answer:
        assert answer.status_code == 200, answer.read()
        for line in answer.iter_lines():
            if line.startswith("data:"):
                found.append(line)
            if len(found) == HEARD:
                break
    return found


def begin_conversation(client: httpx.Client) -> str:
    body = {"model": "mistral-small-latest", "inputs": "Hello"}
    return str(client.post("/v1/conversations", json=body).json()["conversation_id"])


def restart(client: httpx.Client) -> list[str]:
    id_ = begin_conversation(client)
    entries = client.get(f"/v1/conversations/{id_}/history").json()["entries"]
    body = {"inputs": "Again", "from_entry_id": entries[-1]["id"], "stream": True}
    return hear(client, "POST", f"/v1/conversations/{id_}/restart", json=body)


def append(client: httpx.Client) -> list[str]:
    path = f"/v1/conversations/{begin_conversation(client)}"
    return hear(client, "POST", path, json={"inputs": "More", "stream": True})


def execute(client: httpx.Client) -> str:
    return str(client.post("/v1/workflows/quick/execute", json={}).json()["execution_id"])


def follow_events(client: httpx.Client) -> list[str]:
    execute(client)
    return hear(client, "GET", "/v1/workflows/events/stream", headers={"last-event-id": "0"})


def complete_as_agent(client: httpx.Client) -> list[str]:
    agent = client.post("/v1/agents", json={"model": "mistral-small-latest", "name": "Helper"})
    body = {"agent_id": agent.json()["id"], "messages": [{"role": "user", "content": "Hi"}]}
    return hear(client, "POST", "/v1/agents/completions", json={**body, "stream": True})


def transcribe(client: httpx.Client) -> list[str]:
    sound = client.post("/v1/audio/speech", json={**SPEECH, "stream": False}).json()["audio_data"]
    files = {"file": ("said.wav", b64decode(sound), "audio/wav")}
    form = {"model": "voxtral-mini-latest", "stream": "true"}
    return hear(client, "POST", "/v1/audio/transcriptions", data=form, files=files)


STREAMS: dict[str, Callable[[httpx.Client], list[str]]] = {
    "chat.complete": lambda one: hear(
        one,
        "POST",
        "/v1/chat/completions",
        json={
            "model": "mistral-small-latest",
            "messages": [{"role": "user", "content": "Hi"}],
            "stream": True,
        },
    ),
    "fim.complete": lambda one: hear(
        one,
        "POST",
        "/v1/fim/completions",
        json={"model": "codestral-latest", "prompt": "def f(", "stream": True},
    ),
    "agents.complete": complete_as_agent,
    "beta.conversations.start": lambda one: hear(
        one,
        "POST",
        "/v1/conversations",
        json={"model": "mistral-small-latest", "inputs": "Hi", "stream": True},
    ),
    "beta.conversations.append": append,
    "beta.conversations.restart": restart,
    "audio.speech.complete": lambda one: hear(one, "POST", "/v1/audio/speech", json=SPEECH),
    "audio.transcriptions.complete": transcribe,
    "workflows.executions.stream": lambda one: hear(
        one, "GET", f"/v1/workflows/executions/{execute(one)}/stream"
    ),
    "workflows.executions.stream_workflow_execution_logs": lambda one: hear(
        one, "GET", f"/v1/workflows/executions/{execute(one)}/logs/stream"
    ),
    "workflows.events.get_stream_events": follow_events,
    "workflows.deployments.stream_deployment_logs": lambda one: hear(
        one, "GET", "/v1/workflows/deployments/main/logs/stream"
    ),
}


@pytest.mark.parametrize("operation", STREAMS)
def test_every_stream_is_replayed_as_it_was_recorded(
    operation: str, record: Open, replay: Open, folder: Path
) -> None:
    with record() as client:
        heard = STREAMS[operation](client)
    assert len(heard) > 0
    assert operation in {one.operation for one in read_recordings(folder)}
    with replay() as client:
        assert STREAMS[operation](client) == heard
        assert [one["drift"] for one in client.server.recordings() if one["drift"]] == []  # type: ignore[attr-defined]


def test_all_streams_of_the_document_are_among_these() -> None:
    import mistral_openapi  # noqa: PLC0415 - for this test alone

    found = {one.id for one in mistral_openapi.operations() if one.extension("stream")}
    assert STREAMS.keys() == found


def test_events_have_the_times_at_which_they_came(
    folder: Path, record: Open, upstream: RunningServer
) -> None:
    with running(Settings(event_gap_s=0.05)) as slow, record(upstream=slow.base_url) as client:
        ask(client, stream=True)
    (recording,) = read_recordings(folder)
    times = [one.at_s for one in recording.response.body.value]
    assert times == sorted(times)
    assert times[-1] - times[0] > 0.05 * (len(times) - 2)
    assert upstream.requests() == []


def test_first_event_passes_before_the_last_is_there(record: Open) -> None:
    with running(Settings(event_gap_s=0.2)) as slow, record(upstream=slow.base_url) as client:
        body = {"model": "mistral-small-latest", "stream": True}
        messages = [{"role": "user", "content": "A question of many words"}]
        began = time.monotonic()
        with client.stream(
            "POST", "/v1/chat/completions", json={**body, "messages": messages}
        ) as answer:
            pieces = answer.iter_raw()
            next(pieces)
            first = time.monotonic() - began
            for _ in pieces:
                pass
        whole = time.monotonic() - began
    assert first < whole / 3


@pytest.mark.parametrize(("pace", "least", "most"), [(0.0, 0, 0.3), (1.0, 0.4, 9), (4.0, 0.1, 9)])
def test_pace_of_recorded_streams(
    pace: float, least: float, most: float, record: Open, replay: Open
) -> None:
    with running(Settings(event_gap_s=0.04)) as slow, record(upstream=slow.base_url) as client:
        began = time.monotonic()
        text = ask(client, "A question of many words", stream=True).text
        recorded = time.monotonic() - began
    with replay(replay_pace=pace) as client:
        began = time.monotonic()
        assert ask(client, "A question of many words", stream=True).text == text
        spent = time.monotonic() - began
    assert recorded * least <= spent <= recorded * most


def test_recording_reads_as_people_write(record: Open, folder: Path) -> None:
    with record() as client:
        ask(client, "First line\nsecond line", temperature=0.5)
    text = (folder / "default" / "chat.complete.1.yaml").read_text("utf-8")
    assert "      content: |-\n        First line\n        second line\n" in text
    found = yaml.safe_load(text)
    assert found["operation"] == "chat.complete"
    assert found["request"]["json"]["temperature"] == 0.5
    assert found["answer"]["json"]["object"] == "chat.completion"


def test_exchanges_are_grouped_by_the_scope_that_a_header_names(
    record: Open, folder: Path, upstream: RunningServer
) -> None:
    with record() as client:
        for scope in ("first", "second", "tests/test_a.py::test_b[x]"):
            client.get("/v1/models", headers={"mistral-mock-scope": scope})
    names = sorted(one.name for one in folder.iterdir())
    assert names[:2] == ["first", "second"]
    assert names[2].startswith("tests-test_a.py-test_b-x-")
    assert {one.scope for one in read_recordings(folder)} == {
        "first",
        "second",
        "tests/test_a.py::test_b[x]",
    }
    assert "mistral-mock-scope" not in upstream.requests()[0].headers


def make_everything(client: httpx.Client) -> None:
    library = client.post("/v1/libraries", json={"name": "Papers"}).json()["id"]
    files = {"file": ("a.txt", b"Some text of a file", "text/plain")}
    client.post(f"/v1/libraries/{library}/documents", files=files)
    ask(client)
    ask(client)


def test_same_test_recorded_again_has_the_same_file_names(record: Open, folder: Path) -> None:
    names = []
    for _ in range(2):
        with record() as client:
            make_everything(client)
        names.append(sorted(one.name for one in folder.rglob("*")))
    assert names[0] == names[1]
    assert len(names[0]) == 6


def test_scope_that_begins_anew_replaces_its_recordings(record: Open, folder: Path) -> None:
    with record() as client:
        for texts in (["One", "Two"], ["Three"]):
            client.post("/_mock/scope", json={"scope": "mine"})
            for text in texts:
                ask(client, text)
    (recording,) = read_recordings(folder)
    assert recording.question.body.value["messages"][0]["content"] == "Three"


def test_foreign_files_in_the_folder_stay(record: Open, folder: Path) -> None:
    (folder / "default").mkdir(parents=True)
    (folder / "default" / "notes.yaml").write_text("mine: true\n")
    (folder / "default" / "notes.txt").write_text("mine\n")
    with record() as client:
        ask(client)
    assert {one.name for one in (folder / "default").iterdir()} == {
        *("notes.yaml", "notes.txt", "chat.complete.1.yaml"),
    }


def test_recording_is_there_when_the_caller_has_the_answer(record: Open, folder: Path) -> None:
    with record() as client:
        for number in range(1, 6):
            ask(client)
            assert (folder / "default" / f"chat.complete.{number}.yaml").exists()


def test_uploads_and_downloads_are_replayed(record: Open, replay: Open, folder: Path) -> None:
    content = bytes(range(256)) * 300

    def walk(client: httpx.Client) -> list[object]:
        files = {"file": ("data.bin", content, "application/octet-stream")}
        made = client.post("/v1/files", data={"purpose": "ocr"}, files=files)
        path = f"/v1/files/{made.json()['id']}"
        loaded = client.get(f"{path}/content").content
        address = client.get(f"{path}/url").json()["url"]
        assert address.startswith(str(client.base_url))
        return [made.json(), loaded, client.get(address).content]

    with record() as client:
        recorded = walk(client)
    assert recorded[1:] == [content, content]
    assert (folder / "default" / "files.upload.1.request.1.bin").read_bytes() == content
    with replay() as client:
        assert walk(client) == recorded


def test_pages_are_replayed(record: Open, replay: Open) -> None:
    def walk(client: httpx.Client) -> list[object]:
        for number in range(3):
            client.post("/v1/libraries", json={"name": f"n{number}"})
        pages = [
            client.get("/v1/libraries", params={"page": n, "page_size": 2}).json() for n in (0, 1)
        ]
        assert pages[0] != pages[1]
        return pages

    with record() as client:
        recorded = walk(client)
    with replay() as client:
        assert walk(client) == recorded


def test_errors_and_retries_are_replayed_in_turn(
    record: Open, replay: Open, upstream: RunningServer
) -> None:
    upstream.world.faults.add(
        parse_script([{"status": 429, "headers": {"retry-after": "0"}, "times": 2}])
    )

    def walk(client: httpx.Client) -> list[tuple[int, str | None]]:
        answers = [ask(client) for _ in range(3)] + [client.get("/v1/libraries/none")]
        return [(one.status_code, one.headers.get("retry-after")) for one in answers]

    with record() as client:
        recorded = walk(client)
    assert [status for status, _ in recorded] == [429, 429, 200, 422]
    assert recorded[0][1] == "0"
    with replay() as client:
        assert walk(client) == recorded


@pytest.mark.parametrize("events", [0, 2])
def test_cut_streams_are_cut_again(
    events: int, record: Open, replay: Open, upstream: RunningServer
) -> None:
    upstream.world.faults.add(parse_script([{"drop": True, "after_events": events, "times": 1}]))

    def walk(client: httpx.Client) -> bytes:
        heard = b""
        body = {"model": "mistral-small-latest", "stream": True}
        messages = [{"role": "user", "content": "Hi"}]
        with client.stream(
            "POST", "/v1/chat/completions", json={**body, "messages": messages}
        ) as answer:
            pieces = answer.iter_raw()
            while True:
                try:
                    heard += next(pieces)
                except httpx.RemoteProtocolError:
                    return heard

    with record() as client:
        recorded = walk(client)
    assert recorded.count(b"\n\n") == events
    with replay() as client:
        assert walk(client) == recorded


def test_connection_without_an_answer_is_replayed_as_such(
    record: Open, replay: Open, upstream: RunningServer
) -> None:
    upstream.world.faults.add(parse_script([{"drop": True, "times": 1}]))

    def walk(client: httpx.Client) -> int:
        with pytest.raises(httpx.TransportError):
            ask(client)
        return ask(client).status_code

    with record() as client:
        assert walk(client) == 200
    with replay() as client:
        assert walk(client) == 200


def test_server_that_cannot_be_reached_is_told(record: Open, folder: Path) -> None:
    with record(upstream="http://127.0.0.1:9") as client:
        answer = ask(client)
    assert answer.status_code == 502
    assert "http://127.0.0.1:9 cannot be reached" in answer.json()["detail"]
    assert not list(folder.rglob("*.yaml"))


SECRETS = ("sk-caller-4711-key", "hunter2hunter2", "token-of-a-repository-1")


def test_no_secret_is_ever_written(folder: Path) -> None:
    key, password, token = SECRETS
    with (
        running(Settings(unknown_models="accept")) as upstream,
        running(
            Settings(replay=folder, upstream=upstream.base_url, record_afresh=True)
        ) as recorder,
        talking(recorder, key) as client,
    ):
        said = {
            *(f"my key is {key}", f"https://u:{password}@example.org/", f'{{"token": "{token}"}}'),
            f"https://example.org/?x=1&signature={password}",
        }
        for text in said:
            ask(client, text)
        client.post(
            "/v1/x", json={"credentials": {"headers": {"Any": token}}, "password": password}
        )
        client.post("/v1/y", json={"name": "header", "value": token, "is_secret": True})
        client.post("/v1/z", json={"key_id": "1", "key": token})
        client.post("/v1/files", files={"file": ("a.jsonl", f"{key}\n".encode())})
        client.get(f"/v1/models/{key}", params={"api_key": key, "access_token": token})
        client.cookies.set("session", password)
        client.get("/v1/models")
    written = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert len(written) > 1000
    assert [one for one in SECRETS if one.encode() in written] == []


@pytest.mark.parametrize(
    "address",
    ["https://api.mistral.ai", "https://API.EU.Mistral.AI./v1", "http://codestral.mistral.ai:80"],
)
def test_servers_of_the_vendor_are_not_recorded_unasked(address: str, folder: Path) -> None:
    with pytest.raises(ValueError, match="--yes-live"):  # noqa: SIM117 - nothing starts
        with running(Settings(replay=folder, upstream=address, record_afresh=True)):
            pass


def test_caller_that_leaves_ends_the_request_to_the_server(
    record: Open, upstream: RunningServer
) -> None:
    with (
        record() as client,
        client.stream("GET", "/v1/workflows/deployments/main/logs/stream") as one,
    ):
        next(one.iter_raw())
        one.close()
        deadline = time.monotonic() + 5
        while not upstream.requests()[0].counted and time.monotonic() < deadline:
            time.sleep(0.01)
        assert upstream.requests()[0].counted
