"""Transcriptions: what a recording says, whole or as events.

Times are real: they divide the recording's own length.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mistral_mock import rates
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.completion import limits, tokens, usage
from mistral_mock.errors import Problem, invalid
from mistral_mock.events import json_event
from mistral_mock.extraction import summary
from mistral_mock.registry import operation
from mistral_mock.resources import readings, references, scripted, tuned_models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context, Upload
    from mistral_mock.resources.readings import Transcript

SOURCES = ("file", "file_url", "file_id")
TOKENS_OF_PROMPT = 3
"""What a recording costs beside its sound (seen live, 2026)."""
SPEAKER = "speaker_1"
"""The mock tells nobody apart (our choice)."""


@operation("audio.transcriptions.complete", answers=["transcript"])
def complete(ctx: Context) -> Answer | EventStream:
    """Return the text with its language, segments and usage; as events, the last repeats it all.

    Raises:
        APIError: 400 for an unknown model and for what is not a recording, 422 unless there is
            exactly one recording.

    """
    tuned_models.find_able_model(ctx, ctx.body["model"], "audio_transcription", "audio")
    found = readings.transcribe(find_recording(ctx), ctx.body.get("language"))
    told = scripted.read(ctx, "transcript")
    if told is not None:
        said = told if isinstance(told, dict) else {"text": told}
        found = readings.Transcript(
            said["text"], said.get("language", found.language), found.seconds
        )
    segments = find_segments(found, ctx.body)
    whole = {
        "model": ctx.body["model"],
        "text": found.text,
        "language": found.language,
        "segments": [{"type": "transcription_segment", **segment} for segment in segments],
        "usage": count(found),
        "finish_reason": limits.STOP,
    }
    spent = ctx.spend(rates.SECONDS, whole["usage"]["prompt_audio_seconds"])
    if ctx.body.get("stream"):
        return EventStream(make_events(whole, segments))
    return json_answer(whole, headers=spent)


def make_events(whole: dict[str, Any], segments: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the language if known, the text word by word, the segments, and all at the end."""
    if whole["language"]:
        yield make_event("transcription.language", {"audio_language": whole["language"]})
    for piece in split_words(whole["text"]):
        yield make_event("transcription.text.delta", {"text": piece})
    for segment in segments:
        shown = {name: segment[name] for name in ("text", "start", "end", "speaker_id")}
        yield make_event("transcription.segment", shown)
    yield make_event("transcription.done", whole)


def make_event(name: str, data: dict[str, Any]) -> bytes:
    """Return one event, named in its data too."""
    return json_event({"type": name, **data}, name=name)


def find_recording(ctx: Context) -> Upload:
    """Return the recording, whichever way it comes.

    Raises:
        APIError: 422 for none or several, 400 for one that cannot be had.

    """
    url, file_id = ctx.body.get("file_url"), ctx.body.get("file_id")
    given = {"file": ctx.files.get("file"), "file_url": url, "file_id": file_id}
    sent = [name for name in SOURCES if given[name] is not None]
    if len(sent) != 1:
        named = " and ".join(sent) or "none"
        message = f"Value error, send exactly one of {', '.join(SOURCES)}, not {named}"
        raise invalid(Problem(("body",), message))
    if url is not None:
        return references.fetch(ctx, url, kind="recording")
    return ctx.files["file"] if file_id is None else references.open_file(ctx, file_id)


def find_segments(found: Transcript, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts that the request asks for: words, else sentences, else none."""
    wanted, diarize = body.get("timestamp_granularities") or (), bool(body.get("diarize"))
    if not wanted and not diarize:
        return []
    cut = str.split if "word" in wanted else summary.split_sentences
    parts = cut(found.text)
    length = sum(map(len, parts))
    segments, heard = [], 0
    for part in parts:
        start, end = (found.seconds * n / length for n in (heard, heard + len(part)))
        heard += len(part)
        times = {"start": round(start, 3), "end": round(end, 3)}
        speaker = SPEAKER if diarize else None
        segments.append({"text": part, **times, "score": None, "speaker_id": speaker})
    return segments


def split_words(text: str) -> list[str]:
    """Return the words with the white space before them; joined they are the text."""
    pieces: list[str] = []
    for character in text:
        starts = not pieces or (character.isspace() and not pieces[-1][-1:].isspace())
        if starts:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def count(found: Transcript) -> dict[str, Any]:
    """Return what a request used; seconds that have begun count whole (our choice).

    The tokens of the sound are not tokens of the prompt, but count in the total (seen live, 2026).
    """
    heard = math.ceil(found.seconds * readings.TOKENS_A_SECOND)
    made = tokens.count_tokens(found.text)
    return {
        "prompt_audio_seconds": math.ceil(found.seconds),
        "prompt_tokens": TOKENS_OF_PROMPT,
        "total_tokens": TOKENS_OF_PROMPT + heard + made,
        "completion_tokens": made,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": heard},
        "service_tier": usage.SERVICE_TIER,
    }
