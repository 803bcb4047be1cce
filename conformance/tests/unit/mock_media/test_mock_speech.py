"""Texts read aloud."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from tests.unit.mock_media.sounds_made import make_wav, measure, spell

from mistral_mock.sound import recordings

if TYPE_CHECKING:
    import httpx

SPEECH = "/v1/audio/speech"


def speak(api: httpx.Client, text: str, **fields: object) -> bytes:
    """The sound of a text, as samples unless it is said otherwise."""
    answer = api.post(SPEECH, json={"input": text, "response_format": "wav", **fields})
    return b64decode(answer.json()["audio_data"])


def test_speech_lasts_as_long_as_its_text(api: httpx.Client) -> None:
    assert measure(speak(api, "x" * 50)) == pytest.approx(3.0)
    assert measure(speak(api, "x" * 100)) == pytest.approx(6.0)


def test_speech_costs_its_characters(api: httpx.Client) -> None:
    answer = api.post(SPEECH, json={"input": "Grüße"})
    assert answer.headers["x-ratelimit-input-characters-query-cost"] == "5"
    assert answer.headers["x-ratelimit-limit-input-characters-month"]


def test_no_text_is_no_sound(api: httpx.Client) -> None:
    assert measure(speak(api, "")) == 0


def test_same_text_sounds_the_same(api: httpx.Client) -> None:
    assert speak(api, "Once more.") == speak(api, "Once more.")


def test_voices_sound_different(api: httpx.Client) -> None:
    sounds = {speak(api, "Hello", voice_id=voice) for voice in ("en_clara", "en_oliver")}
    assert len(sounds) == 2
    assert speak(api, "Hello", ref_audio=spell(make_wav(1))) not in sounds


def test_pcm_is_the_samples_alone(api: httpx.Client) -> None:
    wav = speak(api, "Hello", response_format="wav")
    pcm = speak(api, "Hello", response_format="pcm")
    assert wav.endswith(pcm)
    assert len(pcm) == round(measure(wav) * 24_000) * 2


@pytest.mark.parametrize("form", ["mp3", "flac", "opus"])
def test_encoded_speech_is_as_long_as_the_tones_and_carries_its_text(
    api: httpx.Client, form: str
) -> None:
    encoded = speak(api, "Guten Tag, lieber Leser.", response_format=form)
    wav = speak(api, "Guten Tag, lieber Leser.", response_format="wav")
    found = recordings.read(encoded)
    assert found.text == "Guten Tag, lieber Leser."
    assert abs(found.seconds - measure(wav)) < 0.05


@pytest.mark.parametrize(
    ("form", "beginning", "inside"),
    [
        ("flac", b"fLaC", b"\xff\xf8\x37\x08\x00\xd5\x00\x00\x00\xd0\x43"),
        ("opus", b"OggS", b"OpusHead\x01\x01"),
    ],
)
def test_encoded_speech_is_what_decoders_take(
    api: httpx.Client, form: str, beginning: bytes, inside: bytes
) -> None:
    content = speak(api, "Hello", response_format=form)
    assert content.startswith(beginning)
    assert inside in content


def test_streamed_pieces_join_to_the_whole(api: httpx.Client) -> None:
    text = "A text that is long enough for several pieces of sound."
    answer = api.post(SPEECH, json={"input": text, "response_format": "wav", "stream": True})
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    data = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert [lines[0] for lines in events] == [f"event: {each['type']}" for each in data]
    assert b"".join(b64decode(each["audio_data"]) for each in data[:-1]) == speak(api, text)
    assert len(data) > 2
    usage = data[-1]["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"voice_id": "nobody"}, 400),
        ({"model": "mistral-ocr-latest"}, 400),
        ({"ref_audio": "no base64!"}, 400),
        ({"ref_audio": "https://nowhere.invalid/a.wav"}, 400),
        ({"input": "x" * 5001}, 422),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    api: httpx.Client, fields: dict[str, str], status: int
) -> None:
    assert api.post(SPEECH, json={"input": "Hello", **fields}).status_code == status
