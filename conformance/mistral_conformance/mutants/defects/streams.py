"""Defects of event streams."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules.common import names as op
from mistral_mock import events
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.completion import stream
from mistral_mock.errors import APIError
from mistral_mock.resources.workflows import events as workflow_events

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

CHUNKS = "completion.stream:make_chunks"
PARTS = "completion.stream:make_parts"
SPEAK, TRANSCRIBE = "audio.speech.complete", "audio.transcriptions.complete"
CONVERSE = "beta.conversations.start"
FOLLOW = "workflows.executions.stream"


@mutant("streams.accept-decides", op.CHAT, place="resources.chat:wants_stream")
def accept_decides(_wants_stream: Part) -> Part:
    """The Accept header decides whether the answer is a stream."""
    return lambda ctx: events.MEDIA_TYPE in ctx.headers.get("accept", "")


@mutant("streams.lines-have-no-field", op.CHAT, place="events:event")
def lines_have_no_field(_event: Part) -> Part:
    """The data stand on their lines without `data:`."""
    return lambda data, **_more: f"{data}\n\n".encode()


@mutant("streams.events-run-together", op.CHAT, place="events:event")
def events_run_together(event: Part) -> Part:
    """No blank line ends an event."""
    return lambda data, **more: event(data, **more).removesuffix(b"\n")


@mutant("streams.terminator-comes-twice", op.CHAT, place="completion.stream:terminator")
def terminator_comes_twice(terminator: Part) -> Part:
    """The stream says `[DONE]` twice."""
    return lambda: terminator() * 2


@mutant("streams.chunks-lack-the-model", op.CHAT, place=CHUNKS)
def chunks_lack_the_model(make_chunks: Part) -> Part:
    """Chunks do not name their model."""

    def defect(*given: Part) -> Part:
        for chunk in make_chunks(*given):
            del chunk["model"]
            yield chunk

    return defect


@mutant("streams.chunks-are-no-json", op.CHAT, place="events:json_event")
def chunks_are_no_json(_json_event: Part) -> Part:
    """The data of an event are written as Python writes them."""
    return lambda value, **_more: events.event(str(value))


@mutant("streams.every-chunk-has-an-id", op.CHAT, place=CHUNKS)
def every_chunk_has_an_id(make_chunks: Part) -> Part:
    """Each chunk has an id of its own."""

    def defect(*given: Part) -> Part:
        for number, chunk in enumerate(make_chunks(*given)):
            yield {**chunk, "id": f"{chunk['id']}-{number}"}

    return defect


@mutant("streams.role-is-another", op.CHAT, place="completion.stream:make_opening")
def role_is_another(_make_opening: Part) -> Part:
    """The first delta names the role of the user."""
    return lambda index: stream.make_part(index, {"role": "user", "content": ""})


@mutant("streams.reason-comes-early", op.CHAT, place=PARTS)
def reason_comes_early(make_parts: Part) -> Part:
    """The finish reason stands before the last piece of the text."""

    def defect(completion: Part) -> Part:
        parts = list(make_parts(completion))
        return [*parts[:-2], parts[-1], parts[-2]]

    return defect


@mutant("streams.reason-is-missing", op.CHAT, place="completion.stream:make_ending")
def reason_is_missing(_make_ending: Part) -> Part:
    """No choice tells why it ends."""
    return lambda index, _choice: stream.make_part(index, {"content": ""})


@mutant("streams.reason-is-always-stop", op.CHAT, place="completion.stream:make_ending")
def reason_is_always_stop(_make_ending: Part) -> Part:
    """A stream that was cut says `stop`."""
    return lambda index, _choice: stream.make_part(index, {"content": ""}, "stop")


@mutant("streams.usage-in-every-chunk", op.CHAT, place=CHUNKS)
def usage_in_every_chunk(make_chunks: Part) -> Part:
    """Every chunk tells the usage."""

    def defect(*given: Part) -> Part:
        chunks = list(make_chunks(*given))
        return [{**chunk, "usage": chunks[-1]["usage"]} for chunk in chunks]

    return defect


@mutant("streams.choices-share-an-index", op.CHAT, place="completion.stream:make_part")
def choices_share_an_index(make_part: Part) -> Part:
    """All choices of a stream have the index 0."""
    return lambda _index, *given: make_part(0, *given)


@mutant("streams.calls-are-cut", op.CHAT, place="completion.bodies:make_call")
def calls_are_cut(make_call: Part) -> Part:
    """The arguments of a call lack their last character."""

    def defect(index: Part, call: Part) -> Part:
        made = make_call(index, call)
        made["function"]["arguments"] = made["function"]["arguments"][:-1]
        return made

    return defect


@mutant("streams.errors-are-streamed", op.CHAT, place="resources.chat:complete")
def errors_are_streamed(complete: Part) -> Part:
    """A request for a stream that cannot be served gets a stream with the error inside."""

    def defect(ctx: Part) -> Part:
        try:
            return complete(ctx)
        except APIError as error:
            if not ctx.body.get("stream"):
                raise
            return EventStream([events.json_event(error.body), events.event(stream.DONE)])

    return defect


@mutant("streams.one-chunk", op.CHAT, place="completion.stream:make_pieces")
def one_chunk(_make_pieces: Part) -> Part:
    """The whole text comes as one piece, twice."""

    def defect(index: Part, choice: Part) -> Part:
        yield stream.make_part(index, {"content": choice.content})
        yield stream.make_part(index, {"content": choice.content})

    return defect


@mutant("streams.long-letters-are-lost", op.CHAT, place="completion.stream:make_part")
def long_letters_are_lost(make_part: Part) -> Part:
    """Letters beyond the basic plane come as signs of replacement, in streams alone."""

    def defect(index: Part, delta: Part, *more: Part) -> Part:
        if isinstance(text := delta.get("content"), str):
            delta = {**delta, "content": re.sub("[^\u0000-\uffff]", "\ufffd", text)}
        return make_part(index, delta, *more)

    return defect


@mutant("streams.every-other-is-whole", op.CHAT, place="resources.chat:complete")
def every_other_is_whole(complete: Part) -> Part:
    """Every other stream comes as an empty object."""
    calls = count()

    def defect(ctx: Part) -> Part:
        answer = complete(ctx)
        if isinstance(answer, EventStream) and next(calls) % 2:
            return json_answer({})
        return answer

    return defect


@mutant("streams.names-are-missing", SPEAK, CONVERSE, place="events:field")
def names_are_missing(field: Part) -> Part:
    """No event has a name."""
    return lambda kind, value: [] if kind == "event" else field(kind, value)


@mutant("streams.names-are-of-errors", FOLLOW, place="events:field")
def names_are_of_errors(field: Part) -> Part:
    """Each event of an execution is named like an error."""
    return lambda kind, value: field(kind, "error" if kind == "event" else value)


@mutant("streams.names-are-short", TRANSCRIBE, place="events:field")
def names_are_short(field: Part) -> Part:
    """The name of an event is the last part of its type."""
    return lambda kind, value: field(kind, value and value.rpartition(".")[2])


@mutant("streams.all-end-with-done", SPEAK, place="resources.speech:make_events")
def all_end_with_done(make_events: Part) -> Part:
    """A stream of sound ends with `[DONE]` after its last event."""

    def defect(*given: Part) -> Part:
        yield from make_events(*given)
        yield events.event(stream.DONE)

    return defect


@mutant("streams.events-lack-their-time", CONVERSE, place="resources.conversations.streams:start")
def events_lack_their_time(start: Part) -> Part:
    """The first event of a conversation says neither when nor where it happens."""
    return lambda *given: {"type": start(*given)["type"]}


@mutant("streams.ids-stand-still", FOLLOW, place="resources.workflows.event_lists:spell")
def ids_stand_still(_spell: Part) -> Part:
    """All events of an execution have the same id."""
    return lambda event: events.json_event(
        workflow_events.stream_item(event), name=event.type, id_="1"
    )


@mutant("streams.come-unasked", SPEAK, place="resources.speech:json_answer")
def come_unasked(_json_answer: Part) -> Part:
    """Speech comes as a stream whether asked for or not."""
    return lambda found: EventStream([events.json_event(found, name="speech.audio.done")])
