"""Recordings written down."""

from __future__ import annotations

import json
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_media.sounds_made import make_wav, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

PATH = "/v1/audio/transcriptions"
MODEL = "voxtral-mini-latest"
TEXT = "Grüße from the harbour. It rains; nobody minds!"


def transcribe(api: httpx.Client, content: bytes, **fields: Any) -> httpx.Response:
    """The answer for a recording."""
    part = ("a.wav", content, "audio/wav")
    return api.post(PATH, data={"model": MODEL, **fields}, files={"file": part})


def store(api: httpx.Client, content: bytes) -> str:
    """The id of an uploaded recording."""
    answer = api.post(
        "/v1/files", data={"purpose": "audio"}, files={"file": ("a.wav", content, "audio/wav")}
    )
    id_: str = answer.json()["id"]
    return id_


def speak(api: httpx.Client, form: str) -> bytes:
    """TEXT, read aloud in French."""
    body = {"input": TEXT, "voice_id": "fr_manon", "response_format": form}
    return b64decode(api.post("/v1/audio/speech", json=body).json()["audio_data"])


@pytest.fixture
def spoken(api: httpx.Client) -> bytes:
    """TEXT, as samples."""
    return speak(api, "wav")


@pytest.mark.parametrize("form", ["wav", "mp3", "flac", "opus"])
def test_speech_of_the_mock_is_written_down_exactly(api: httpx.Client, form: str) -> None:
    spoken = speak(api, form)
    found = transcribe(api, spoken).json()
    assert (found["text"], found["language"]) == (TEXT, "fr")
    assert transcribe(api, spoken, language="de").json()["language"] == "de"


def test_other_recordings_get_words_for_their_length(api: httpx.Client) -> None:
    short, long = (transcribe(api, make_wav(seconds)).json() for seconds in (2, 8.2))
    assert (len(short["text"].split()), len(long["text"].split())) == (5, 20)
    assert long["usage"]["prompt_audio_seconds"] == 9
    assert long["language"] == "en"
    assert transcribe(api, make_wav(8.2)).json() == long


def test_usage_counts_the_sound_apart_from_the_prompt(api: httpx.Client) -> None:
    answer = transcribe(api, make_wav(8.2))
    found, used = answer.json(), answer.json()["usage"]
    assert list(used) == [
        "prompt_audio_seconds",
        "prompt_tokens",
        "total_tokens",
        "completion_tokens",
        "prompt_tokens_details",
        "service_tier",
    ]
    heard = used["prompt_tokens_details"]
    assert heard == {"cached_tokens": 0, "audio_tokens": 103}
    parts = used["prompt_tokens"] + used["completion_tokens"] + heard["audio_tokens"]
    assert used["total_tokens"] == parts
    assert found["finish_reason"] == "stop"
    cost, left = (
        "x-ratelimit-audio-seconds-query-cost",
        "x-ratelimit-remaining-audio-seconds-minute",
    )
    assert (answer.headers[cost], answer.headers[left]) == ("9", "3591")


def test_length_counts_channels_and_widths(api: httpx.Client) -> None:
    content = make_wav(3, rate=22_050, channels=2, width=2)
    assert transcribe(api, content).json()["usage"]["prompt_audio_seconds"] == 3


def test_sentences_and_words_divide_the_recording(api: httpx.Client, spoken: bytes) -> None:
    sentences = transcribe(api, spoken, timestamp_granularities="segment").json()["segments"]
    words = transcribe(api, spoken, timestamp_granularities="word").json()["segments"]
    assert [each["text"] for each in words] == TEXT.split()
    assert [each["text"] for each in sentences] == [
        "Grüße from the harbour.",
        "It rains; nobody minds!",
    ]
    for segments in (sentences, words):
        assert segments[0]["start"] == 0
        assert segments[-1]["end"] == pytest.approx(len(TEXT) * 0.06)
        assert all(one["end"] == two["start"] for one, two in pairwise(segments))


def test_lists_may_have_brackets_after_their_names(api: httpx.Client, spoken: bytes) -> None:
    plain = transcribe(api, spoken, timestamp_granularities="word").json()["segments"]
    told = transcribe(api, spoken, **{"timestamp_granularities[]": "word"}).json()["segments"]
    assert told == plain
    fields = {"model": "voxtral-mini-latest", "file_url": "https://example.com/a.mp3"}
    answer = api.post(
        "/v1/audio/transcriptions", data={**fields, "timestamp_granularities[]": "segment"}
    )
    assert answer.json()["segments"]


def test_speakers_are_told_on_request(api: httpx.Client, spoken: bytes) -> None:
    assert transcribe(api, spoken).json()["segments"] == []
    told = transcribe(api, spoken, diarize="true").json()["segments"]
    assert {each["speaker_id"] for each in told} == {"speaker_1"}


def test_stream_brings_pieces_and_all_at_the_end(api: httpx.Client, spoken: bytes) -> None:
    answer = transcribe(api, spoken, stream="true", timestamp_granularities="segment")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    data = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert [lines[0] for lines in events] == [f"event: {each['type']}" for each in data]
    deltas = [each["text"] for each in data if each["type"] == "transcription.text.delta"]
    assert "".join(deltas) == TEXT
    assert data[0] == {"type": "transcription.language", "audio_language": "fr"}
    assert {**data[-1], "type": ""} == {
        **transcribe(api, spoken, timestamp_granularities="segment").json(),
        "type": "",
    }


def test_recordings_come_by_file_and_address(api: httpx.Client, spoken: bytes) -> None:
    id_ = store(api, spoken)
    url = api.get(f"/v1/files/{id_}/url").json()["url"]
    short = f"data:audio/wav;base64,{spell(make_wav(0.1))}"
    for field in ({"file_id": id_}, {"file_url": url}):
        assert api.post(PATH, data={"model": MODEL, **field}).json()["text"] == TEXT
    assert api.post(PATH, data={"model": MODEL, "file_url": short}).status_code == 200


def test_url_that_has_expired_is_refused(api: httpx.Client, spoken: bytes, server: Any) -> None:
    id_ = store(api, spoken)
    url = api.get(f"/v1/files/{id_}/url", params={"expiry": 1}).json()["url"]
    server.clock.advance(3601)
    assert api.post(PATH, data={"model": MODEL, "file_url": url}).status_code == 400


def test_neighbours_files_are_not_heard(
    api: httpx.Client, spoken: bytes, person: Callable[[str], httpx.Client]
) -> None:
    data = {"model": MODEL, "file_id": store(api, spoken)}
    assert person("neighbour").post(PATH, data=data).status_code == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"file_id": "x", "file_url": "https://example.com/a.mp3"}, 422),
        ({"file_url": "https://nowhere.invalid/a.mp3"}, 400),
        ({"file_url": "data:nonsense"}, 400),
        ({"file_id": "x"}, 400),
        ({"file_id": "x", "model": "mistral-embed"}, 400),
    ],
)
def test_what_is_no_one_recording_is_refused(
    api: httpx.Client, fields: dict[str, str], status: int
) -> None:
    assert api.post(PATH, data={"model": MODEL, **fields}).status_code == status


@pytest.mark.parametrize(
    "content",
    [
        b"ID3 an mp3",
        b"RIFF....WAVE",
        make_wav(1)[:20],
        make_wav(1).replace(b"data", b"dada"),
        make_wav(1)[:12] + b"JUNK\0\0\0\0" * 10_001 + make_wav(1)[12:],
    ],
)
def test_other_files_are_refused(api: httpx.Client, content: bytes) -> None:
    answer = transcribe(api, content)
    assert answer.status_code == 400
    assert "recording" in answer.json()["message"]


def test_recording_that_was_cut_off_counts_as_far_as_it_goes(api: httpx.Client) -> None:
    content = make_wav(10)
    found = transcribe(api, content[: 44 + 16_000]).json()
    assert found["usage"]["prompt_audio_seconds"] == 2


RECORDINGS = Path(__file__).parent / "recordings"
"""One and a half seconds of silence each."""


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "m4a", "webm"])
def test_length_of_other_kinds_of_recordings_is_known(api: httpx.Client, kind: str) -> None:
    content = (RECORDINGS / f"morning.{kind}").read_bytes()
    found = transcribe(api, content).json()
    assert found["usage"]["prompt_audio_seconds"] == 2


def test_recording_of_a_browser_that_does_not_say_how_long_it_is_counts_by_its_size(
    api: httpx.Client,
) -> None:
    content = (RECORDINGS / "morning.webm").read_bytes()
    place = content.index(b"\x44\x89\x88")
    void = b"\xec\x89" + bytes(9)
    browsers = content[:place] + void + content[place + len(void) :]
    found = transcribe(api, browsers + bytes(12_000 - len(browsers))).json()
    assert found["usage"]["prompt_audio_seconds"] == 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((kind, "Good morning from the harbour.") for kind in ("mp3", "flac", "ogg", "m4a")),
        ("webm", "Greeting"),
    ],
)
def test_recording_says_what_its_tags_say(api: httpx.Client, kind: str, text: str) -> None:
    content = (RECORDINGS / f"morning.{kind}").read_bytes()
    assert transcribe(api, content).json()["text"] == text


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "m4a", "webm"])
def test_broken_recording_is_told(api: httpx.Client, kind: str) -> None:
    content = (RECORDINGS / f"morning.{kind}").read_bytes()
    for end in range(0, 200, 7):
        assert transcribe(api, content[:end]).status_code in {200, 400, 422}
    for place in range(0, min(len(content), 400), 3):
        spoiled = content[:place] + b"\xff\x00\xfe" + content[place + 3 :]
        assert transcribe(api, spoiled).status_code in {200, 400}
