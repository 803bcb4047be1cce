"""Speech: a text becomes a WAV file of tones or silence in another form, whole or in pieces.

The sound is not speech, but its length is: it grows with the text. A remark in the file carries the
text, so that a transcription of the mock finds it again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import rates
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.completion import refusal, tokens, usage
from mistral_mock.errors import Problem, invalid
from mistral_mock.events import json_event
from mistral_mock.registry import operation
from mistral_mock.resources import references, tuned_models, voices
from mistral_mock.sound import encoded, riff, spoken, tones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

DEFAULT_MODEL = "voxtral-mini-tts-latest"
"""What a request whose model is null gets (our choice)."""
DEFAULT_FORMAT = "mp3"
"""What a request without `response_format` gets."""
WRITERS = {
    "wav": spoken.write,
    "mp3": encoded.write_mp3,
    "flac": encoded.write_flac,
    "opus": encoded.write_opus,
}
"""Those of all formats but `pcm`, which is the samples alone (our choice: 16 bits, the lower byte
first, 24 kHz). What takes an encoder is silence with the text in a tag (our choice)."""
LONGEST = 5000
"""Characters of a text; no source tells a bound (our choice)."""
TOKENS_A_SECOND = 12.5
"""Tokens of sound (our choice)."""
PIECE = 32 * 1024
"""Bytes of a piece of a stream."""


@frozen
class Voice:
    """How a request wants its text to sound."""

    pitch: float
    language: str = ""


@operation("audio.speech.complete", answers=())
def complete(ctx: Context) -> Answer | EventStream:
    """Return the sound in base64, or as events that carry the same bytes in pieces.

    Raises:
        APIError: 400 for an unknown model or voice, 422 for a text that is too long.

    """
    model = ctx.body.get("model") or DEFAULT_MODEL
    tuned_models.find_able_model(ctx, model, "audio_speech")
    text = check_text(ctx.body["input"])
    form = ctx.body.get("response_format") or DEFAULT_FORMAT
    voice = find_voice(ctx)
    sound = tones.speak(text, voice.pitch)
    content = spell_sound(form, text, sound, voice.language)
    spent = ctx.spend(rates.CHARACTERS, len(text))
    if ctx.body.get("stream"):
        return EventStream(make_events(content, count(text, sound)))
    return json_answer({"audio_data": content}, headers=spent)  # bytes become base64


def spell_sound(form: str, text: str, sound: Sequence[bytes], language: str) -> bytes:
    """Return the sound in a format."""
    return WRITERS[form](text, sound, language) if form in WRITERS else b"".join(sound)


def make_events(content: bytes, used: dict[str, Any]) -> Iterator[bytes]:
    """Yield the sound in pieces, and what was used."""
    for place in range(0, len(content), PIECE):
        delta = {"type": "speech.audio.delta", "audio_data": content[place : place + PIECE]}
        yield json_event(delta, name="speech.audio.delta")
    yield json_event({"type": "speech.audio.done", "usage": used}, name="speech.audio.done")


def count(text: str, sound: Sequence[bytes]) -> dict[str, Any]:
    """Return what a request used: tokens of text in, tokens of sound out."""
    seconds = riff.count_samples(sound) / riff.RATE
    return usage.as_full_json(tokens.count_tokens(text), math.ceil(seconds * TOKENS_A_SECOND))


def check_text(text: str) -> str:
    """Return the text, when it is not too long.

    Raises:
        APIError: 422, it is.

    """
    if len(text) > LONGEST:
        message = f"String should have at most {LONGEST} characters"
        raise invalid(Problem(("body", "input"), message, "string_too_long", len(text)))
    return text


def find_voice(ctx: Context) -> Voice:
    """Return the voice that the request names, imitates, or leaves to the mock.

    Raises:
        APIError: 400, the voice is unknown or the recording cannot be had.

    """
    name, sample = ctx.body.get("voice_id"), ctx.body.get("ref_audio")
    if name:
        found = voices.search(ctx, name)
        if found is None:
            raise refusal.bad_request(f"Voice {name} not found")
        return Voice(tones.find_pitch(found.id), next(iter(found.languages), ""))
    if sample:
        content = references.open_recording(ctx, sample).content
        return Voice(tones.find_pitch(content.hex()))
    return Voice(tones.find_pitch(""))
