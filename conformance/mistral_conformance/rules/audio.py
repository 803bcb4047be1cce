"""Sound: texts read aloud, recordings written down, voices kept."""

from __future__ import annotations

import re
import wave
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from io import BytesIO
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mistral_conformance.groups.tones import RATE, make_tone, make_wav
from mistral_conformance.probing.uploads import Sample
from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.names import FILE_URL
from mistral_conformance.rules.common.readings import column, within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.talks import hear
from mistral_conformance.rules.common.uploads import upload_file
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST = "audio.voices.list"
CREATE = "audio.voices.create"
TYPES = ("preset", "custom")
PAGE = 100
"""The largest page of voices that is asked for."""
SPEAK = "audio.speech.complete"
TRANSCRIBE = "audio.transcriptions.complete"
GET = "audio.voices.get"
VOICE_SAMPLE = "audio.voices.get_sample_audio"

SENTENCES = "The harbour opens early. Every small boat carries a letter."
UNEVEN = "First line.\n\nSecond  line,\twith a tab, é 東京."
"""A text whose words have more than one blank between them."""
WORD = re.compile(r"\w+")
BEGINNINGS = {
    "mp3": (b"ID3", b"\xff"),
    "flac": (b"fLaC", b"OggS", b"ID3"),
    "opus": (b"OggS", b"\x1aE\xdf\xa3", b"caff"),
}
"""Files of the kind may have the sound in one of several containers."""
BARE, HEADS = "pcm", (b"RIFF", b"ID3", b"fLaC", b"OggS")
"""Samples without a file around them, and how files begin."""
USUAL = "mp3"
"""The kind of file that comes where a request names none."""
SPEECH_EVENTS = {"speech.audio.delta", "speech.audio.done"}
RIFF_HEAD = 8
"""The bytes of a WAV file before those that its own length counts."""
UNKNOWN_LENGTH = 1 << 30
"""From here on, the length that a WAV file tells stands for one that is not known yet."""
NEAR_S = 1.0
"""How far the times of segments may be off."""
LONG, LONG_S = 12, 64
"""So many times the sentences, and so many seconds, are more than is listened to at once."""


@rule(
    MUST, "harm: a part of the text is not read; choices.audio-longer-texts-last-longer", (SPEAK,)
)
def longer_texts_last_longer(ctx: Context) -> None:
    """A text of four times the words takes at least twice as long to read aloud."""
    answers = [speak(ctx, text) for text in (SENTENCES, " ".join([SENTENCES] * 4))]
    short, long = (
        read_seconds(ctx, read_base64(ctx, one["audio_data"], one), one) for one in answers
    )
    said = f"{long:.2f} s for four times a text of {short:.2f} s"
    ctx.expect(long > 2 * short, said, *answers)


@rule(MUST, "document: SpeechStreamEvents; streams.speech-events", (SPEAK,))
def streamed_speech_is_sound(ctx: Context) -> None:
    """Streamed speech is deltas that join to a sound in its order, and one done at the end."""
    answer = speak(ctx, SENTENCES, stream=True)
    data = hear(ctx, answer)
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
    plain = speak(ctx, SENTENCES)
    whole = read_base64(ctx, plain["audio_data"], plain)
    mixed = sound != whole and sorted(sound) == sorted(whole)
    ctx.expect(not mixed, "the pieces come in another order than the sound has", plain, answer)


@rule(
    MUST,
    "document: SpeechRequest.response_format; choices.audio-coded-speech-is-what-it-says",
    (SPEAK,),
)
def coded_speech_is_what_it_says(ctx: Context) -> None:
    """Speech as mp3, flac or opus is refused, or begins as such a file does, and as pcm as none.

    It does so streamed or not. Where nobody says how it is to come, it is the declared kind.
    """
    for form in (*BEGINNINGS, BARE, ""):
        kind = form or USUAL
        body = make_speech(ctx, SENTENCES, response_format=form)
        asked = {name: each for name, each in body.items() if each != ""}
        answer = ctx.api.call(SPEAK, json=asked)
        if not answer.ok:
            expect_refused(ctx, answer, f"speech as {kind}")
            continue
        content = read_base64(ctx, answer["audio_data"], answer)
        ctx.expect(_is_form(content, kind), f"it is no {kind} file", answer)
        answer = ctx.api.call(SPEAK, json={**asked, "stream": True})
        pieces = hear(ctx, answer)[:-1] if answer.ok else []
        content = b"".join(read_base64(ctx, each["audio_data"], answer) for each in pieces)
        fits = _is_form(content, kind) or not answer.ok
        ctx.expect(fits, f"the pieces join to no {kind} file", answer)


def _is_form(content: bytes, form: str) -> bool:
    """Say whether a sound begins as one of the format does."""
    if form == BARE:
        return not content.startswith(HEADS)
    return content.startswith(BEGINNINGS[form])


@rule(MUST, "document: SpeechRequest.voice_id", (SPEAK, LIST))
def voices_sound_apart(ctx: Context) -> None:
    """A text sounds otherwise in another voice, also where it was read aloud before."""
    listed = ctx.answer(LIST, query={"type": "preset"})
    voices = [str(each["id"]) for each in listed["items"][:2]]
    if len(voices) < 2:
        ctx.skip("the server has no two preset voices")
    text = f"{SENTENCES} {word(ctx)}."
    answers = [speak(ctx, text, voice_id=each) for each in voices]
    one, other = (read_base64(ctx, each["audio_data"], each) for each in answers)
    ctx.expect(one != other, "two voices give one sound", *answers)


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
        if told is None:
            ctx.skip("the answer tells no length, which is allowed")
        ctx.expect(abs(told - seconds) <= 1, f"{told} s told of {seconds} s", answer)


@rule(MUST, "document: TranscriptionSegmentChunk", (TRANSCRIBE,))
def segments_divide_the_recording(ctx: Context) -> None:
    """Segments are together what is said, one after the other; words where these are asked for."""
    spoken = speak(ctx, " ".join([SENTENCES] * LONG))
    content = read_base64(ctx, spoken["audio_data"], spoken)
    answer = transcribe(ctx, content, timestamp_granularities="segment")
    segments = answer["segments"]
    ctx.expect(segments, "there are no segments", answer)
    shown = "".join("".join(each["text"].split()) for each in segments)
    expect_equal(ctx, shown, "".join(answer["text"].split()), "the segments' text", answer)
    words = transcribe(ctx, content, timestamp_granularities="word")
    longest = max((len(each["text"].split()) for each in words["segments"] or ()), default=0)
    ctx.expect(longest <= 1, f"asked for words, a segment has {longest}", words)
    lasts_s = read_seconds(ctx, content, spoken)
    for timed in (answer, words):
        expect_in_turn(ctx, timed, lasts_s)
    parts = make_recording(ctx, content, diarize="true", timestamp_granularities="segment")
    told = ctx.api.call(TRANSCRIBE, files=parts)
    if told.ok:
        named = all(each.get("speaker_id") is not None for each in told["segments"])
        ctx.expect(named, "with `diarize` a segment names no speaker", told)


def expect_in_turn(ctx: Context, timed: Exchange, lasts_s: float) -> None:
    """Expect that segments of one voice follow each other within the recording, about."""
    last, last_end = -1.0, 0.0
    for each in timed["segments"] or ():
        start, end = within(each, "start"), within(each, "end")
        said = f"a segment from {start} to {end} s follows one from {last} to {last_end} s"
        ctx.expect(last <= start <= end and start >= last_end - NEAR_S, said, timed)
        said = f"a segment ends at {end} s of {lasts_s:.1f} s"
        ctx.expect(end <= lasts_s + NEAR_S, said, timed)
        last, last_end = start, end


@rule(
    MUST,
    (
        "document: TranscriptionStreamEvents; document: TranscriptionStreamDone; "
        "streams.speech-events"
    ),
    (TRANSCRIBE,),
)
def transcription_stream_ends_whole(ctx: Context) -> None:
    """A streamed transcription ends with `transcription.done`, which repeats the whole answer."""
    by_segment, by_word = ({"timestamp_granularities": each} for each in ("segment", "word"))
    timed = (by_segment | {"language": "fr"}, by_segment | {"diarize": "true"}, by_word)
    for fields in ({}, *timed):
        whole = transcribe(ctx, make_tone(LONG_S), **fields)
        parts = make_recording(ctx, make_tone(LONG_S), **fields, stream="true")
        answer = ctx.api.call(TRANSCRIBE, files=parts)
        if fields and not answer.ok:
            continue  # times need not be told on the way
        data = hear(ctx, answer)
        names = [each["type"] for each in data]
        expect_equal(ctx, names[-1], "transcription.done", "the last event", answer)
        ctx.expect(names.count("transcription.done") == 1, "not exactly one done", answer)
        if "language" in fields:
            expect_equal(ctx, data[-1]["language"], whole["language"], "the language", answer)
        if fields != by_word or "transcription.segment" in names:  # words may come at the end
            expect_repeated(ctx, whole, answer, data)
    spoken = ctx.api.call(SPEAK, json=make_speech(ctx, UNEVEN))
    if spoken.ok:
        parts = make_recording(ctx, read_base64(ctx, spoken["audio_data"], spoken), stream="true")
        answer = ctx.api.call(TRANSCRIBE, files=parts)
        data = hear(ctx, answer)
        expect_equal(ctx, data[-1]["text"], joined(data), "the text of done", answer)


def joined(data: list[dict[str, Any]]) -> str:
    """Return the text that the pieces of a streamed transcription join to."""
    return "".join(each["text"] for each in data if each["type"] == "transcription.text.delta")


def expect_repeated(
    ctx: Context, whole: Exchange, answer: Exchange, data: list[dict[str, Any]]
) -> None:
    """Expect that the end of a stream tells what came on the way, as the whole answer does."""
    done = data[-1]
    expect_equal(ctx, done["text"], joined(data), "the text of done", answer)
    due, told = whole.at("usage.prompt_audio_seconds"), within(done, "usage")
    expect_equal(ctx, told.get("prompt_audio_seconds"), due, "the seconds used", whole, answer)
    heard = [_segment(each) for each in data if each["type"] == "transcription.segment"]
    kept = done.get("segments")  # may be left out, but then it does not say that there are none
    told_last = heard if kept is None else [_segment(each) for each in kept]
    expect_equal(ctx, told_last, heard, "the segments of done", answer)
    spoken = [each["audio_language"] for each in data if "audio_language" in each]
    expect_equal(ctx, spoken, [done["language"]] * len(spoken), "the language on the way", answer)
    lost = bool(whole["segments"]) and not heard
    ctx.expect(not lost, "the stream tells no segments", whole, answer)


@rule(
    MUST,
    "document: TranscriptionRequest (exactly one of file, file_url file_id)",
    (TRANSCRIBE,),
)
def recording_comes_once(ctx: Context) -> None:
    """A recording is as long by its id and by its signed URL as when it is sent, and comes once."""
    tone = make_tone(3)
    model = (None, able_model(ctx, "audio_transcription"))
    stored = store(ctx, tone)["id"]
    url = ctx.prepare(FILE_URL, file_id=stored)["url"]
    sent = transcribe(ctx, tone).at("usage.prompt_audio_seconds")
    for name, value in (("file_id", stored), ("file_url", url)):
        answer = ctx.api.call(TRANSCRIBE, files={"model": model, name: (None, value)})
        if answer.status in {400, 422} and is_own_machine(value):
            continue  # a server may fetch nothing from its own network
        ctx.expect_status(answer, 200)
        told = answer.at("usage.prompt_audio_seconds")
        expect_equal(ctx, told, sent, f"the length by {name}", answer)
    none = ctx.api.call(TRANSCRIBE, files={"model": model})
    expect_refused(ctx, none, "no recording")
    parts = {"model": model, "file": ("a.wav", tone, "audio/wav"), "file_id": (None, stored)}
    expect_refused(ctx, ctx.api.call(TRANSCRIBE, files=parts), "a file and a file_id")


@rule(MUST, "document: audio.voices.get_sample_audio (audio/wav)", (CREATE, VOICE_SAMPLE))
def sample_is_a_whole_file(ctx: Context) -> None:
    """The sample of a custom voice is a WAV file of its own, to its end, also beyond one buffer.

    The sound of one holds what text has at the ends of lines: it is no text.
    """
    sounds = (make_tone(10), make_wav(b"\r\n\x80\n" * RATE))
    voices = [create_voice(ctx, each)["id"] for each in sounds]
    samples = [ctx.answer(VOICE_SAMPLE, voice_id=each) for each in voices]
    for answer in samples:
        expect_equal(ctx, answer.media_type, "audio/wav", "the type", answer)
        told = int.from_bytes(answer.content[4:8], "little") + RIFF_HEAD
        size = len(answer.content)
        ctx.expect(told == size, f"the file says that it has {told} bytes, it has {size}", answer)
    ctx.expect(samples[0].content != samples[1].content, "two voices have one sample", *samples)
    coded = ctx.api.call(SPEAK, json=make_speech(ctx, SENTENCES, response_format="mp3"))
    if coded.ok:
        sound = read_base64(ctx, coded["audio_data"], coded)
        made = try_voice(ctx, sound, sample_filename="a.mp3")
        if made.ok:  # a server may want WAV files alone
            sample = ctx.answer(VOICE_SAMPLE, voice_id=made["id"])
            read_seconds(ctx, sample.content, made, sample)


@rule(MUST, "document: audio.voices.list (parameter type)", (LIST, CREATE))
def voices_are_listed_by_type(ctx: Context) -> None:
    """No voice is listed both as a preset and as a custom one, and a new one is no preset."""
    made = create_voice(ctx)["id"]
    listed = [ctx.answer(LIST, query={"type": each, "limit": PAGE}) for each in TYPES]
    presets, custom = ({*column(each, "items", "id")} for each in listed)
    ctx.expect(not presets & {*custom, made}, "a custom voice is listed as a preset", *listed)
    ctx.expect(made in custom or len(custom) == PAGE, "a new voice is not custom", listed[1])


@rule(SHOULD, "document: audio.voices.get_sample_audio", (LIST, GET, VOICE_SAMPLE))
def presets_can_be_heard(ctx: Context) -> None:
    """A preset voice is nobody's own, is read by its id, and its sample is a WAV file."""
    listed = ctx.answer(LIST, query={"type": "preset"})
    if not listed["items"]:
        ctx.skip("the server has no preset voices")
    first = listed["items"][0]
    read = ctx.answer(GET, voice_id=first["id"])
    expect_equal(ctx, read["name"], first["name"], "the name", read)
    sample = ctx.answer(VOICE_SAMPLE, voice_id=first["id"])
    ctx.expect(read_seconds(ctx, sample.content, sample), "the sample is empty", sample)


def _segment(told: dict[str, Any]) -> list[object]:
    """Return what both an event and the end tell of a segment: its text, its time, who speaks."""
    return [told.get(each) for each in ("text", "start", "end", "speaker_id")]


def is_own_machine(url: str) -> bool:
    """Say whether an address, if it is one, leads to the machine itself or its own network."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or not ip_address(host).is_global
    except ValueError:
        return False


def read_seconds(ctx: Context, content: bytes, *seen: Exchange) -> float:
    """Return how long a WAV file really lasts; a rule fails where it is none."""
    try:
        with wave.open(BytesIO(content)) as file:
            sound = file.readframes(file.getnframes())
            size = file.getsampwidth() * file.getnchannels()
            lasts_s: float = len(sound) / size / file.getframerate()
            return lasts_s
    except (wave.Error, EOFError) as error:
        ctx.expect(False, f"it is no WAV file: {error}", *seen)  # noqa: FBT003 - a failed condition
        raise


def read_base64(ctx: Context, text: Any, *seen: Exchange) -> bytes:  # noqa: ANN401 - JSON
    """Return the bytes of base64 text; a rule fails where it is none."""
    ctx.expect(isinstance(text, str), "the sound is no text", *seen)
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        ctx.expect(False, f"the sound is no base64: {error}", *seen)  # noqa: FBT003 - the same
        raise


def make_speech(ctx: Context, text: str, **fields: object) -> dict[str, Any]:
    """Return a request to read a text aloud as a WAV file, unless the fields say otherwise."""
    model = able_model(ctx, "audio_speech")
    return {"model": model, "input": text, "response_format": "wav", **fields}


def speak(ctx: Context, text: str, **fields: object) -> Exchange:
    """Return the answer to a text that is read aloud."""
    return ctx.answer(SPEAK, json=make_speech(ctx, text, **fields))


def make_recording(ctx: Context, content: bytes, **fields: str) -> dict[str, Any]:
    """Return the form that asks to write a recording down."""
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    parts["model"] = (None, able_model(ctx, "audio_transcription"))
    parts["file"] = ("recording.wav", content, "audio/wav")
    return parts


def transcribe(ctx: Context, content: bytes, **fields: str) -> Exchange:
    """Return the answer to a recording that is written down."""
    parts = make_recording(ctx, content, **fields)
    return ctx.answer(TRANSCRIBE, files=parts)


def store(ctx: Context, content: bytes) -> Exchange:
    """Return a recording, uploaded as a file."""
    return upload_file(ctx, Sample("recording.wav", content, "audio/wav"), "audio")


def create_voice(ctx: Context, content: bytes | None = None, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Return a new custom voice, from a tone unless there is another recording."""
    return ctx.expect_status(try_voice(ctx, content or make_tone(1), **fields), 200)


def try_voice(ctx: Context, content: bytes, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Return the answer to a recording that is to become a voice, whatever it is."""
    sample = b64encode(content).decode()
    body = {"name": ctx.marker.name(word(ctx)), "sample_audio": sample, **fields}
    return ctx.api.call(CREATE, json=body)
