"""Bodies: from bytes to what people read, and back."""

from __future__ import annotations

from mistral_mock import json_text
from mistral_mock.answers import encode
from mistral_mock.recording import forms, streams
from mistral_mock.recording.exchange import Body, is_event_stream

TEXTS = ("text/", "application/jsonl", "application/x-ndjson", "application/xml")


def read_body(content: bytes, content_type: str) -> Body:
    """Return a whole body; what is not what its media type promises stays text or bytes."""
    if not content:
        return Body()
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == forms.MULTIPART:
        parts = forms.read_form(content, content_type)
        return Body("form", parts) if parts else Body("binary", content)
    if media_type == forms.URLENCODED:
        return Body("form", forms.read_fields(content))
    if is_event_stream(media_type):
        return Body("events", streams.read_events([(0.0, content)]))
    return read_plain(content, media_type)


def read_plain(content: bytes, media_type: str) -> Body:
    """Return JSON, text or bytes."""
    if is_json(media_type):
        try:
            return Body("json", json_text.read(content))
        except ValueError:
            pass
    if is_json(media_type) or media_type.startswith(TEXTS):
        try:
            return Body("text", content.decode())
        except UnicodeDecodeError:
            pass
    return Body("binary", content)


def is_json(media_type: str) -> bool:
    """Say whether the media type promises JSON; without one it is tried."""
    return media_type in {"", "application/json"} or media_type.endswith("+json")


def spell_body(body: Body) -> bytes:
    """Return the bytes of a body that is not a form."""
    if body.kind == "json":
        return encode(body.value)
    if body.kind == "text":
        return str(body.value).encode()
    if body.kind == "events":
        return streams.spell_events(body.value)
    return bytes(body.value) if body.kind == "binary" else b""
