"""Texts read aloud and recordings written down, and the named events of their streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.names import UPLOAD_FILE
from mistral_conformance.rules.common.steps import expect_equal

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

SPEAK = "audio.speech.complete"
TRANSCRIBE = "audio.transcriptions.complete"


def make_speech(ctx: Context, text: str, **fields: object) -> dict[str, Any]:
    """A request to read a text aloud as a WAV file, unless the fields say otherwise."""
    model = able_model(ctx, "audio_speech")
    return {"model": model, "input": text, "response_format": "wav", **fields}


def speak(ctx: Context, text: str, **fields: object) -> Exchange:
    """The answer to a text that is read aloud."""
    return ctx.expect_status(ctx.api.call(SPEAK, json=make_speech(ctx, text, **fields)), 200)


def make_recording(ctx: Context, content: bytes, **fields: str) -> dict[str, Any]:
    """The form that asks to write a recording down."""
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    parts["model"] = (None, able_model(ctx, "audio_transcription"))
    parts["file"] = ("recording.wav", content, "audio/wav")
    return parts


def transcribe(ctx: Context, content: bytes, **fields: str) -> Exchange:
    """The answer to a recording that is written down."""
    parts = make_recording(ctx, content, **fields)
    return ctx.expect_status(ctx.api.call(TRANSCRIBE, files=parts), 200)


def store(ctx: Context, content: bytes) -> Exchange:
    """A recording, uploaded as a file."""
    parts = {
        "purpose": (None, "audio"),
        "file": (ctx.marker.name("recording.wav"), content, "audio/wav"),
    }
    return ctx.need(ctx.api.call(UPLOAD_FILE, files=parts), 200)


def named_events(ctx: Context, answer: Exchange) -> list[dict[str, Any]]:
    """The data of a stream's events, each named alike in the event and in its data."""
    ctx.expect(answer.media_type == "text/event-stream", "it is no event stream", answer)
    events = answer.events
    ctx.expect(events, "the stream is empty", answer)
    data = [each.json() for each in events]
    for each, found in zip(events, data, strict=True):
        expect_equal(ctx, found["type"], each.name, "the type of an event", answer)
    return data
