"""Habits of SDKs and examples that are outside the document and do no harm are tolerated."""

from __future__ import annotations

import struct
import uuid
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

UNSET_MARK = '"~?~unset~?~sentinel~?~"'
"""What the official SDK 1.x sends for a query object that nobody set."""

SAMPLES = b"\x80" * 800
RECORDING = (
    struct.pack(
        "<4sI8sIHHIIHH", b"RIFF", 36 + len(SAMPLES), b"WAVEfmt ", 16, 1, 1, 8000, 8000, 1, 8
    )
    + struct.pack("<4sI", b"data", len(SAMPLES))
    + SAMPLES
)
"""A tenth of a second of silence in a WAV file."""


@pytest.fixture
def http(mock: RunningServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer mock-key"}
    with httpx.Client(base_url=mock.base_url, headers=headers) as client:
        yield client


@pytest.fixture
def agent_id(http: httpx.Client) -> str:
    made = http.post("/v1/agents", json={"model": "mistral-small-latest", "name": "Librarian"})
    return str(made.json()["id"])


@pytest.fixture
def conversation_id(http: httpx.Client) -> str:
    made = http.post("/v1/conversations", json={"model": "mistral-small-latest", "inputs": "Hello"})
    return str(made.json()["conversation_id"])


@pytest.fixture
def recording_id(http: httpx.Client) -> str:
    made = http.post(
        "/v1/files", files={"file": ("tone.wav", RECORDING)}, data={"purpose": "audio"}
    )
    assert made.status_code == 200
    return str(made.json()["id"])


def test_a_key_may_come_as_x_api_key(mock: RunningServer) -> None:
    with httpx.Client(base_url=mock.base_url, headers={"x-api-key": "mock-key"}) as client:
        assert client.get("/v1/models").status_code == 200
        assert client.get("/v1/models", headers={"x-api-key": "other"}).status_code == 401
        wrong = client.get("/v1/models", headers={"Authorization": "Bearer other"})
        assert wrong.status_code == 401


def test_a_mark_for_nothing_filters_no_agents(http: httpx.Client, agent_id: str) -> None:
    listed = http.get("/v1/agents", params={"metadata": UNSET_MARK})
    assert [one["id"] for one in listed.json()] == [agent_id]


def test_a_mark_for_nothing_filters_no_conversations(
    http: httpx.Client, conversation_id: str
) -> None:
    listed = http.get("/v1/conversations", params={"metadata": UNSET_MARK})
    assert [one["id"] for one in listed.json()] == [conversation_id]


def test_a_file_may_be_for_audio(http: httpx.Client, recording_id: str) -> None:
    assert http.get(f"/v1/files/{recording_id}").json()["purpose"] == "audio"


@pytest.mark.parametrize("stream", [{}, {"stream": "true"}])
def test_a_transcription_without_a_file_may_be_urlencoded(
    http: httpx.Client, recording_id: str, stream: dict[str, str]
) -> None:
    form = {"model": "voxtral-mini-latest", "file_id": recording_id, **stream}
    answer = http.post("/v1/audio/transcriptions", data=form)
    assert answer.request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert answer.status_code == 200
    kind = "text/event-stream" if stream else "application/json"
    assert answer.headers["content-type"].startswith(kind)


def test_a_list_in_a_form_is_its_name_again_and_again(
    http: httpx.Client, recording_id: str
) -> None:
    answer = http.post(
        "/v1/audio/transcriptions",
        data={
            "model": "voxtral-mini-latest",
            "file_id": recording_id,
            "timestamp_granularities": ["segment", "word"],
        },
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("level", [{}, {"level": "Viewer"}])
def test_an_access_is_deleted_with_and_without_its_level(
    http: httpx.Client, level: dict[str, str]
) -> None:
    library = http.post("/v1/libraries", json={"name": "Shelf"}).json()["id"]
    reader = {"share_with_uuid": str(uuid.uuid4()), "share_with_type": "User"}
    url = f"/v1/libraries/{library}/share"
    assert http.put(url, json={**reader, "level": "Viewer"}).status_code == 200
    assert http.request("DELETE", url, json={**reader, **level}).status_code == 200


def test_an_upload_s_expiry_and_visibility_are_texts(http: httpx.Client) -> None:
    made = http.post(
        "/v1/files",
        files={"file": ("requests.jsonl", b"{}\n")},
        data={"purpose": "batch", "visibility": "workspace", "expiry": "24"},
    )
    assert made.status_code == 200
    assert made.json()["visibility"] == "workspace"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/v1/connectors/mail/user/activate", {}),
        ("/v2/skills", {"assets": [{"path": "SKILL.md", "textContent": "# Shelves"}]}),
    ],
)
def test_what_the_mock_does_not_have_yet_is_refused_for_that_alone(
    http: httpx.Client, url: str, body: dict[str, object]
) -> None:
    assert http.post(url, json=body).status_code == 501


def test_words_to_expect_may_come_as_one_text(http: httpx.Client, recording_id: str) -> None:
    fields = {"model": "voxtral-mini-latest", "file_id": recording_id}
    said = http.post("/v1/audio/transcriptions", data={**fields, "context_bias": "Joplin,Boston"})
    assert said.status_code == 200
    wrong = http.post("/v1/audio/transcriptions", data={**fields, "context_bias": "New York"})
    assert wrong.status_code == 422
