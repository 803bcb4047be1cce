"""Defects of speech, transcriptions and voices."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import answering, edited
from mistral_mock.sound import riff

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

SPEAK = "audio.speech.complete"
TRANSCRIBE = "audio.transcriptions.complete"
LIST = "audio.voices.list"
SAMPLE = "audio.voices.get_sample_audio"
TRANSCRIPTS = "resources.transcriptions"
VOICES = "resources.voices"


@mutant("audio.all-texts-last-alike", SPEAK, place="sound.tones:speak")
def all_texts_last_alike(speak: Part) -> Part:
    """Every text is read aloud in the time of a word."""
    return lambda text, pitch: speak(text[:5], pitch)


@mutant("audio.wav-is-headless", SPEAK, place="resources.speech:WRITERS")
def wav_is_headless(writers: Part) -> Part:
    """A WAV file is the samples alone."""
    return {**writers, "wav": lambda _text, sound, _language="": sound}


@mutant("audio.stream-halves-the-sound", SPEAK, place="resources.speech:make_events")
def stream_halves_the_sound(make_events: Part) -> Part:
    """Streamed speech lacks its second half."""
    return lambda content, usage: make_events(content[: len(content) // 3], usage)


@mutant("audio.any-voice-speaks", SPEAK, place="resources.speech:find_voice")
def any_voice_speaks(find_voice: Part) -> Part:
    """A voice that does not exist speaks as the default one."""
    return lambda ctx: find_voice(evolve(ctx, body={**ctx.body, "voice_id": None}))


@mutant("audio.mp3-is-made-up", SPEAK, place="resources.speech:spell_sound")
def mp3_is_made_up(spell_sound: Part) -> Part:
    """Speech as mp3 is a WAV file under another name."""
    return lambda form, *given: spell_sound("pcm" if form == "pcm" else "wav", *given)


@mutant("audio.samples-have-a-head", SPEAK, place="resources.speech:spell_sound")
def samples_have_a_head(spell_sound: Part) -> Part:
    """Speech as pcm is a WAV file."""
    return lambda form, *given: spell_sound("wav" if form == "pcm" else form, *given)


@mutant("audio.nothing-is-understood", TRANSCRIBE, place="sound.spoken:read")
def nothing_is_understood(_read: Part) -> Part:
    """What speech has made is written down as other words."""
    return lambda _recording: None


@mutant("audio.length-is-a-minute", TRANSCRIBE, place=f"{TRANSCRIPTS}:count")
def length_is_a_minute(count: Part) -> Part:
    """Every recording is billed as a minute."""
    return lambda found: {**count(found), "prompt_audio_seconds": 60}


@mutant("audio.segments-go-back", TRANSCRIBE, place=f"{TRANSCRIPTS}:find_segments")
def segments_go_back(find_segments: Part) -> Part:
    """Segments come in the wrong order."""
    return lambda *given: find_segments(*given)[::-1]


@mutant("audio.times-begin-again", TRANSCRIBE, place=f"{TRANSCRIPTS}:find_segments")
def times_begin_again(find_segments: Part) -> Part:
    """The times of a recording that is longer than half a minute begin again at 0."""

    def defect(*given: Part) -> Part:
        return [
            {**each, **{name: each[name] % 30 for name in ("start", "end")}}
            for each in find_segments(*given)
        ]

    return defect


@mutant("audio.segments-begin-at-zero", TRANSCRIBE, place=f"{TRANSCRIPTS}:find_segments")
def segments_begin_at_zero(find_segments: Part) -> Part:
    """Every segment begins where the recording does."""
    return lambda *given: [{**each, "start": 0.0} for each in find_segments(*given)]


@mutant("audio.segments-are-forgotten", TRANSCRIBE, place=f"{TRANSCRIPTS}:find_segments")
def segments_are_forgotten(_find_segments: Part) -> Part:
    """There are no segments, whatever is asked for."""
    return lambda _found, _body: []


@mutant("audio.deltas-lose-spaces", TRANSCRIBE, place=f"{TRANSCRIPTS}:split_words")
def deltas_lose_spaces(_split_words: Part) -> Part:
    """The pieces of a streamed transcription come without the spaces between them."""
    return str.split


@mutant("audio.recordings-may-be-many", TRANSCRIBE, place=f"{TRANSCRIPTS}:SOURCES")
def recordings_may_be_many(_sources: Part) -> Part:
    """A recording beside a file's id is overlooked."""
    return ("file",)


@mutant("audio.language-is-guessed", TRANSCRIBE, place="resources.readings:transcribe")
def language_is_guessed(transcribe: Part) -> Part:
    """The language that the request tells is not heard."""
    return lambda recording, _language: transcribe(recording, None)


@mutant("audio.presets-count-as-custom", LIST, place=f"{VOICES}:list_voices")
def presets_count_as_custom(list_voices: Part) -> Part:
    """The list does not narrow by type."""
    return lambda ctx: list_voices(evolve(ctx, query={**ctx.query, "type": "all"}))


@mutant("audio.offset-leaves-one-out", LIST, place=f"{VOICES}:list_voices")
def offset_leaves_one_out(list_voices: Part) -> Part:
    """The offset is one too large after the first page."""

    def defect(ctx: Part) -> Part:
        offset = ctx.query["offset"]
        return list_voices(evolve(ctx, query={**ctx.query, "offset": offset + bool(offset)}))

    return defect


@mutant("audio.total-pages-lacks-one", LIST, place=f"{VOICES}:list_voices")
def total_pages_lacks_one(list_voices: Part) -> Part:
    """The number of pages is one too small."""
    return edited(list_voices, lambda found: {**found, "total_pages": found["total_pages"] - 1})


@mutant("audio.total-counts-every-kind", LIST, place=f"{VOICES}:list_voices")
def total_counts_every_kind(list_voices: Part) -> Part:
    """The total is that of all voices, whatever type is asked for."""

    def defect(ctx: Part) -> Part:
        whole = list_voices(evolve(ctx, query={**ctx.query, "type": "all"}))
        total = json.loads(whole.body)["total"]
        return edited(list_voices, lambda found: {**found, "total": total})(ctx)

    return defect


@mutant("audio.sample-is-cut", SAMPLE, place=f"{VOICES}:read_sample")
def sample_is_cut(read_sample: Part) -> Part:
    """Half of a voice's recording is kept."""
    return lambda text: read_sample(text)[: len(text) // 3]


@mutant("audio.sample-is-bytes", SAMPLE, place=f"{VOICES}:get_sample_audio")
def sample_is_bytes(get_sample_audio: Part) -> Part:
    """A sample comes as application/octet-stream."""
    return answering(get_sample_audio, media_type="application/octet-stream")


@mutant("audio.presets-are-silent", SAMPLE, place=f"{VOICES}:introduce")
def presets_are_silent(_introduce: Part) -> Part:
    """The sample of a preset voice holds no sound."""
    return lambda _voice: riff.write((), {})


@mutant("audio.words-come-as-sentences", TRANSCRIBE, place=f"{TRANSCRIPTS}:find_segments")
def words_come_as_sentences(find_segments: Part) -> Part:
    """Whoever asks for the times of words gets those of sentences."""

    def defect(found: Part, body: Part) -> Part:
        asked = ["segment"] if body.get("timestamp_granularities") else None
        return find_segments(found, {**body, "timestamp_granularities": asked})

    return defect


@mutant("audio.streams-take-no-seconds", TRANSCRIBE, place=f"{TRANSCRIPTS}:make_events")
def streams_take_no_seconds(make_events: Part) -> Part:
    """The usage at the end of a streamed transcription has no seconds."""

    def defect(whole: Part, segments: Part) -> Part:
        used = {**whole["usage"], "prompt_audio_seconds": 0}
        return make_events({**whole, "usage": used}, segments)

    return defect


@mutant("audio.sample-ends-early", SAMPLE, place=f"{VOICES}:get_sample_audio")
def sample_ends_early(get_sample_audio: Part) -> Part:
    """A sample is sent without its last byte."""

    def defect(ctx: Part) -> Part:
        answer = get_sample_audio(ctx)
        return evolve(answer, body=answer.body[:-1])

    return defect


@mutant(
    "audio.streams-tell-no-segments",
    "audio.transcriptions.complete",
    place="resources.transcriptions:make_events",
)
def streams_tell_no_segments(make_events: Part) -> Part:
    """A streamed transcription tells no segments on the way."""
    return lambda whole, _segments: make_events(whole, [])


@mutant(
    "audio.streams-name-no-speakers",
    "audio.transcriptions.complete",
    place="resources.transcriptions:make_events",
)
def streams_name_no_speakers(make_events: Part) -> Part:
    """The segments of a streamed transcription name no speaker on the way."""
    return lambda whole, found: make_events(whole, [{**e, "speaker_id": None} for e in found])


@mutant(
    "audio.nobody-is-told-apart",
    "audio.transcriptions.complete",
    place="resources.transcriptions:find_segments",
)
def nobody_is_told_apart(find_segments: Part) -> Part:
    """No segment names a speaker."""
    return lambda found, body: [{**e, "speaker_id": None} for e in find_segments(found, body)]


@mutant("audio.ends-forget-words", TRANSCRIBE, place=f"{TRANSCRIPTS}:make_events")
def ends_forget_words(make_events: Part) -> Part:
    """The end of a stream has no segments where words were asked for and came on the way."""

    def defect(whole: Part, segments: Part) -> Part:
        words = all(" " not in each["text"].strip() for each in segments)
        return make_events({**whole, "segments": [] if words else whole["segments"]}, segments)

    return defect


@mutant("audio.streams-know-no-language", TRANSCRIBE, place=f"{TRANSCRIPTS}:make_events")
def streams_know_no_language(make_events: Part) -> Part:
    """A streamed transcription does not know the language that the whole answer tells."""
    return lambda whole, segments: make_events({**whole, "language": None}, segments)


@mutant("audio.voices-sound-alike", SPEAK, place="sound.tones:speak")
def voices_sound_alike(speak: Part) -> Part:
    """All voices are one."""
    return lambda text, _pitch: speak(text, 220.0)


@mutant("audio.pieces-lose-blanks", TRANSCRIBE, place=f"{TRANSCRIPTS}:split_words")
def pieces_lose_blanks(split_words: Part) -> Part:
    """The pieces of a stream have one blank where the text has several."""
    return lambda text: split_words(" ".join(text.split()))


@mutant("audio.samples-are-text", SAMPLE, place=f"{VOICES}:get_sample_audio")
def samples_are_text(get_sample_audio: Part) -> Part:
    """Samples have their line ends rewritten as if they were text."""

    def defect(ctx: Part) -> Part:
        answer = get_sample_audio(ctx)
        return evolve(answer, body=answer.body.replace(b"\r\n", b"\n"))

    return defect


@mutant("audio.samples-stay-coded", SAMPLE, "audio.voices.create", place=f"{VOICES}:read_sample")
def samples_stay_coded(_read_sample: Part) -> Part:
    """The sample of a voice is the file that was sent, whatever its kind."""
    return b64decode


@mutant("audio.streams-come-as-samples", SPEAK, place="resources.speech:complete")
def streams_come_as_samples(complete: Part) -> Part:
    """A stream without a named kind of file is bare samples, the plain answer a file."""

    def defect(ctx: Part) -> Part:
        bare = ctx.body.get("stream") and not ctx.body.get("response_format")
        return complete(evolve(ctx, body={**ctx.body, "response_format": "pcm"}) if bare else ctx)

    return defect
