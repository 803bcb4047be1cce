"""Sound: texts read aloud, recordings written down, voices kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.hearing import (
    SPEAK,
    TRANSCRIBE,
    make_recording,
    make_speech,
    named_events,
    speak,
    store,
    transcribe,
)
from mistral_conformance.rules.common.names import FILE_URL
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.sounds import make_tone, read_base64, read_sound
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.voices import CREATE, LIST, create_voice, walk_voices
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

GET = "audio.voices.get"
SAMPLE = "audio.voices.get_sample_audio"

SENTENCES = "The harbour opens early. Every small boat carries a letter."
WORD = re.compile(r"\w+")
BEGINNINGS = {
    "mp3": (b"ID3", b"\xff"),
    "flac": (b"fLaC", b"OggS", b"ID3"),
    "opus": (b"OggS", b"\x1aE\xdf\xa3", b"caff"),
}
"""Files of the kind may have the sound in one of several containers."""
SPEECH_EVENTS = {"speech.audio.delta", "speech.audio.done"}
RIFF_HEAD = 8
"""The bytes of a WAV file before those that its own length counts."""
UNKNOWN_LENGTH = 1 << 30
"""From here on, the length that a WAV file tells stands for one that is not known yet."""
SLACK_S = 0.05


@rule(
    MUST, "harm: a part of the text is not read; choices.audio-longer-texts-last-longer", (SPEAK,)
)
def longer_texts_last_longer(ctx: Context) -> None:
    """A text of four times the words takes at least twice as long to read aloud."""
    answers = [speak(ctx, text) for text in (SENTENCES, " ".join([SENTENCES] * 4))]
    short, long = (
        read_sound(ctx, read_base64(ctx, one["audio_data"], one), one).seconds for one in answers
    )
    said = f"{long:.2f} s for four times a text of {short:.2f} s"
    ctx.expect(long > 2 * short, said, *answers)


@rule(MUST, "document: SpeechStreamEvents; streams.speech-events", (SPEAK,))
def streamed_speech_is_sound(ctx: Context) -> None:
    """Streamed speech is deltas that join to a sound, and one `speech.audio.done` at the end."""
    answer = speak(ctx, SENTENCES, stream=True)
    data = named_events(ctx, answer)
    names = [each["type"] for each in data]
    ctx.expect(set(names) <= SPEECH_EVENTS, f"foreign events: {sorted(set(names))}", answer)
    ctx.expect(names.count("speech.audio.done") == 1, "not exactly one done", answer)
    expect_equal(ctx, names[-1], "speech.audio.done", "the last event", answer)
    ctx.expect(isinstance(data[-1]["usage"], dict), "done tells no usage", answer)
    pieces = [read_base64(ctx, each["audio_data"], answer) for each in data[:-1]]
    sound = b"".join(pieces)
    ctx.expect(sound[:4] == b"RIFF", "the pieces join to no WAV file", answer)
    told = int.from_bytes(sound[4:8], "little")
    known = 0 < told < UNKNOWN_LENGTH
    said = f"the file says that it has {told + RIFF_HEAD} bytes, {len(sound)} came"
    ctx.expect(not known or told + RIFF_HEAD == len(sound), said, answer)


@rule(
    MUST,
    "document: SpeechRequest.response_format; choices.audio-coded-speech-is-what-it-says",
    (SPEAK,),
)
def coded_speech_is_what_it_says(ctx: Context) -> None:
    """Speech as mp3, flac or opus is refused, or begins as such a file does."""
    for form, beginnings in BEGINNINGS.items():
        answer = ctx.api.call(SPEAK, json=make_speech(ctx, SENTENCES, response_format=form))
        if answer.ok:
            content = read_base64(ctx, answer["audio_data"], answer)
            ctx.expect(content.startswith(beginnings), f"it is no {form} file", answer)
            body = make_speech(ctx, SENTENCES, response_format=form, stream=True)
            answer = ctx.api.call(SPEAK, json=body)
            pieces = named_events(ctx, answer)[:-1] if answer.ok else []
            content = b"".join(read_base64(ctx, each["audio_data"], answer) for each in pieces)
            fits = content.startswith(beginnings) or not answer.ok
            ctx.expect(fits, f"the pieces join to no {form} file", answer)
        else:
            expect_refused(ctx, answer, f"speech as {form}")


@rule(SHOULD, "choices.audio-speech-is-understood", (SPEAK, TRANSCRIBE))
def speech_is_understood(ctx: Context) -> None:
    """A text that was read aloud is written down again with most of its words."""
    spoken = speak(ctx, SENTENCES)
    answer = transcribe(ctx, read_base64(ctx, spoken["audio_data"], spoken))
    said, heard = (set(WORD.findall(text.lower())) for text in (SENTENCES, answer["text"]))
    missing = sorted(said - heard)
    ctx.expect(len(missing) * 2 <= len(said), f"not heard: {', '.join(missing)}", answer)


@rule(SHOULD, "document: UsageInfo.prompt_audio_seconds", (TRANSCRIBE,))
def transcription_tells_the_length(ctx: Context) -> None:
    """The usage of a transcription tells the seconds of the recording, give or take one."""
    for seconds in (2.0, 5.5):
        answer = transcribe(ctx, make_tone(seconds))
        told = answer.at("usage.prompt_audio_seconds")
        said = f"{told} s told of {seconds} s"
        ctx.expect(isinstance(told, int) and abs(told - seconds) <= 1, said, answer)


@rule(MUST, "document: TranscriptionSegmentChunk", (TRANSCRIBE,))
def segments_divide_the_recording(ctx: Context) -> None:
    """Segments go forward in time, inside of the recording, and are words where these are asked."""
    spoken = speak(ctx, SENTENCES)
    content = read_base64(ctx, spoken["audio_data"], spoken)
    length = read_sound(ctx, content, spoken).seconds
    answer = transcribe(ctx, content, timestamp_granularities="segment")
    segments = answer["segments"]
    ctx.expect(segments, "there are no segments", answer)
    times = [time for each in segments for time in (each["start"], each["end"])]
    ctx.expect(times == sorted(times), "the segments go back in time", answer)
    inside = times[0] >= 0 and times[-1] <= length + SLACK_S
    ctx.expect(inside, f"the segments leave the recording of {length:.2f} s", answer)
    shown = "".join("".join(each["text"].split()) for each in segments)
    expect_equal(ctx, shown, "".join(answer["text"].split()), "the segments' text", answer)
    words = transcribe(ctx, content, timestamp_granularities="word")
    longest = max((len(each["text"].split()) for each in words["segments"] or ()), default=0)
    ctx.expect(longest <= 1, f"asked for words, a segment has {longest}", words)
    parts = make_recording(ctx, content, diarize="true", timestamp_granularities="segment")
    told = ctx.api.call(TRANSCRIBE, files=parts)
    if told.ok:
        named = all(each.get("speaker_id") is not None for each in told["segments"])
        ctx.expect(named, "with `diarize` a segment names no speaker", told)


@rule(
    MUST,
    (
        "document: TranscriptionStreamEvents; document: TranscriptionStreamDone; "
        "streams.speech-events"
    ),
    (TRANSCRIBE,),
)
def transcription_stream_ends_whole(ctx: Context) -> None:
    """A streamed transcription ends with `transcription.done`: all the text, and the usage."""
    for fields in ({}, {"timestamp_granularities": "segment", "language": "fr"}):
        whole = transcribe(ctx, make_tone(4), **fields)
        parts = make_recording(ctx, make_tone(4), **fields, stream="true")
        answer = ctx.api.call(TRANSCRIBE, files=parts)
        if fields and not answer.ok:
            continue  # times need not be told on the way
        data = named_events(ctx, ctx.expect_status(answer, 200))
        names, done = [each["type"] for each in data], data[-1]
        expect_equal(ctx, names[-1], "transcription.done", "the last event", answer)
        ctx.expect(names.count("transcription.done") == 1, "not exactly one done", answer)
        text = "".join(each["text"] for each in data if each["type"] == "transcription.text.delta")
        expect_equal(ctx, done["text"], text, "the text of done", answer)
        due, told = whole.at("usage.prompt_audio_seconds"), within(done, "usage")
        expect_equal(ctx, told.get("prompt_audio_seconds"), due, "the seconds used", whole, answer)
        heard = [each["text"] for each in data if each["type"] == "transcription.segment"]
        kept = [each["text"] for each in done.get("segments") or ()]
        expect_equal(ctx, heard, kept or heard, "the segments on the way", answer)
        spoken = [each["audio_language"] for each in data if "audio_language" in each]
        told_last = [done["language"]] * len(spoken)
        expect_equal(ctx, spoken, told_last, "the language on the way", answer)
        lost = bool(whole["segments"]) and not heard
        ctx.expect(not lost, "the stream tells no segments", whole, answer)


@rule(
    MUST, "document: TranscriptionRequest (exactly one of file, file_url  file_id)", (TRANSCRIBE,)
)
def recording_comes_once(ctx: Context) -> None:
    """A transcription without a recording is refused, and one with two."""
    model = (None, able_model(ctx, "audio_transcription"))
    tone = make_tone(1)
    stored = store(ctx, tone)["id"]
    none = ctx.api.call(TRANSCRIBE, files={"model": model})
    expect_refused(ctx, none, "no recording")
    parts = {"model": model, "file": ("a.wav", tone, "audio/wav"), "file_id": (None, stored)}
    expect_refused(ctx, ctx.api.call(TRANSCRIBE, files=parts), "a file and a file_id")


@rule(MUST, "document: TranscriptionRequest.file_id (file_url)", (TRANSCRIBE,))
def stored_recordings_are_read(ctx: Context) -> None:
    """An uploaded recording is as long by its id and by its signed URL as when it is sent."""
    tone = make_tone(3)
    model = (None, able_model(ctx, "audio_transcription"))
    stored = store(ctx, tone)["id"]
    url = ctx.need(ctx.api.call(FILE_URL, file_id=stored), 200)["url"]
    sent = transcribe(ctx, tone).at("usage.prompt_audio_seconds")
    for name, value in (("file_id", stored), ("file_url", url)):
        answer = ctx.api.call(TRANSCRIBE, files={"model": model, name: (None, value)})
        told = ctx.expect_status(answer, 200).at("usage.prompt_audio_seconds")
        expect_equal(ctx, told, sent, f"the length by {name}", answer)


@rule(MUST, "document: audio.voices.get_sample_audio (audio/wav)", (CREATE, SAMPLE))
def sample_is_a_whole_file(ctx: Context) -> None:
    """The sample of a custom voice is a WAV file, to its end, also beyond one buffer."""
    made = create_voice(ctx, make_tone(10))
    answer = ctx.expect_status(ctx.api.call(SAMPLE, voice_id=made["id"]), 200)
    expect_equal(ctx, answer.media_type, "audio/wav", "the type", answer)
    told = int.from_bytes(answer.content[4:8], "little") + RIFF_HEAD
    size = len(answer.content)
    ctx.expect(told == size, f"the file says that it has {told} bytes, it has {size}", answer)


@rule(MUST, "document: audio.voices.list (parameter type)", (LIST, CREATE))
def voices_are_listed_by_type(ctx: Context) -> None:
    """A new voice is listed among all and among custom ones, not among presets."""
    made = create_voice(ctx)["id"]
    for type_, wanted in (("all", True), ("custom", True), ("preset", False)):
        found = [item["id"] for page in walk_voices(ctx, type=type_) for item in page["items"]]
        said = f"type={type_} {'lacks' if wanted else 'has'} a new custom voice"
        ctx.expect((made in found) is wanted, said)


@rule(SHOULD, "document: audio.voices.get_sample_audio", (LIST, GET, SAMPLE))
def presets_can_be_heard(ctx: Context) -> None:
    """A preset voice is nobody's own, is read by its id, and its sample is a WAV file."""
    listed = ctx.expect_status(ctx.api.call(LIST, query={"type": "preset"}), 200)
    if not listed["items"]:
        ctx.skip("the server has no preset voices")
    first = listed["items"][0]
    read = ctx.expect_status(ctx.api.call(GET, voice_id=first["id"]), 200)
    expect_equal(ctx, read["name"], first["name"], "the name", read)
    sample = ctx.expect_status(ctx.api.call(SAMPLE, voice_id=first["id"]), 200)
    ctx.expect(read_sound(ctx, sample.content, sample).frames > 0, "the sample is empty", sample)
