"""Every event stream, of whatever operation: framing, names, data, end; and how chat begins one.

A stream that need not end is heard for two seconds; when nothing comes, there is nothing to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.model.schemas import JSON
from mistral_conformance.probing.hearing import (
    ends,
    hold_end,
    hold_framing,
    hold_ids,
    hold_named_data,
    hold_names,
    hold_no_done,
    hold_schema,
)
from mistral_conformance.probing.probe import shots
from mistral_conformance.probing.streaming import stream_of
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.events import EVENT_STREAM, PATIENT, Bound
from mistral_conformance.record.wire import Message
from mistral_conformance.rules.common.chats import ask_streamed, body
from mistral_conformance.rules.common.names import CHAT
from mistral_conformance.rules.common.readings import some
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import EACH, rule
from mistral_conformance.verdict.outcome import NotOffered
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

SOURCE = "document: x-mistral-stream; streams.done-mark"
LEAST = 2
"""Fewer events have none that follows another."""
REFUSED = (400, 404, 422, 501)
"""How a server says that it does not stream."""


@rule(SHOULD, "choices.streams-role-comes-first", (CHAT,))
def role_comes_first(ctx: Context) -> None:
    """The first delta of a choice names the role assistant; no other role is named."""
    answer, _, chunks = ask_streamed(ctx)
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    first = some(deltas, "delta", answer)[0]
    expect_equal(ctx, first["role"], "assistant", "the first role", answer)
    roles = {each["role"] for each in deltas if each.get("role")}
    expect_equal(ctx, roles, {"assistant"}, "the roles named", answer)


@rule(MUST, "document: chat.complete (422 is application/json); errors.validation", (CHAT,))
def errors_come_before_the_stream(ctx: Context) -> None:
    """A request that cannot be served is refused with JSON, not with a stream."""
    unknown = {**body(ctx, stream=True), "model": ctx.marker.name("no-such-model")}
    wrong = {**body(ctx, stream=True), "messages": "not a list"}
    for sent in (unknown, wrong):
        answer = expect_refused(ctx, ctx.api.call(CHAT, json=sent), "a wrong streaming request")
        expect_equal(ctx, answer.media_type, "application/json", "the media type", answer)


def streams(operation: Operation) -> bool:
    """Say whether the operation can answer with an event stream."""
    return bool(stream_of(operation))


def streams_on_demand(operation: Operation) -> bool:
    """Say whether a field of the request decides between a stream and one answer."""
    return "when" in stream_of(operation)


def names_its_events(operation: Operation) -> bool:
    """Say whether each event has a name that its data repeat as their type."""
    return "end_events" in stream_of(operation)


def chooses_by_name(operation: Operation) -> bool:
    """Say whether the name of an event decides which data it has."""
    return "events" in stream_of(operation)


def has_no_terminator(operation: Operation) -> bool:
    """Say whether the stream is one that never says `[DONE]`."""
    return streams(operation) and "end" not in stream_of(operation)


def can_be_resumed(operation: Operation) -> bool:
    """Say whether a reader can take up the stream again after an event."""
    return "resumable" in stream_of(operation)


@rule(MUST, SOURCE, EACH, applies=streams)
def asked_for_comes(ctx: Context) -> None:
    """Asked to stream, the operation answers 200 with an event stream, where it streams at all."""
    for shot in shots(ctx, "streamed"):
        if shot.exchange.status in REFUSED:
            said = f"not offered: to stream is refused with {shot.exchange.status}"
            raise NotOffered(said, shot.exchange)
        ctx.expect_status(shot.exchange, 200)
        found = shot.exchange.media_type
        ctx.expect(found == EVENT_STREAM, f"the media type is {found!r}", shot.exchange)


@rule(MUST, SOURCE, EACH, applies=streams_on_demand)
def not_asked_for_stays_away(ctx: Context) -> None:
    """Not asked to stream, the operation answers in one piece, whatever else the client reads."""
    plain = targets_of(ctx).plain(ctx.operation)
    reading = evolve(plain, headers={"accept": f"{JSON}, {EVENT_STREAM}"})
    answers = [each.exchange for each in shots(ctx, "sample")]
    for answer in (*answers, ctx.api.send(reading, ctx.operation.id)):
        unasked = answer.media_type == EVENT_STREAM
        ctx.expect(not unasked, "a stream came that nobody asked for", answer)


@rule(MUST, "HTML standard 9.2.6", EACH, applies=streams)
def framing_holds(ctx: Context) -> None:
    """Every line is a field, a comment or blank, and every event ends with a blank line."""
    hold_framing(_heard(ctx))


@rule(MUST, SOURCE, EACH, applies=streams)
def events_have_the_schema(ctx: Context) -> None:
    """Each event has the documented form: its name, and data that are JSON of the schema."""
    hold_schema(ctx.document, ctx.operation, _told(ctx))


@rule(MUST, SOURCE, EACH, applies=names_its_events)
def names_tell_the_type(ctx: Context) -> None:
    """Each event has a name, and its data have that name as their type."""
    hold_names(_told(ctx))


@rule(MUST, SOURCE, EACH, applies=chooses_by_name)
def names_choose_the_data(ctx: Context) -> None:
    """An event with a documented name has the data that the name stands for."""
    hold_named_data(ctx.document, ctx.operation, _told(ctx))


@rule(MUST, SOURCE, EACH, applies=ends)
def the_end_comes_last(ctx: Context) -> None:
    """The stream says once that it ends, as its last event."""
    hold_end(ctx.operation, _told(ctx))


@rule(MUST, SOURCE, EACH, applies=has_no_terminator)
def done_only_where_documented(ctx: Context) -> None:
    """A stream whose end the document tells otherwise never says `[DONE]`."""
    hold_no_done(_told(ctx))


@rule(MUST, SOURCE, EACH, applies=can_be_resumed)
def resumed_stream_goes_on(ctx: Context) -> None:
    """Taken up after an event, by its id, a stream goes on with precisely those that follow it."""
    whole = _told(ctx)
    hold_ids(whole)
    ids = [event.id for event in whole.events]
    if len(ids) < LEAST:
        ctx.skip("one event alone came")
    for way, name in stream_of(ctx.operation)["resumable"].items():
        for place in (0, len(ids) - LEAST):
            due = ids[place + 1 :]
            sent = Message(whole.method, whole.url, bound=Bound(len(due), PATIENT.most_s))
            rest = _resume(ctx, sent, way, {name: str(ids[place])})
            found = [event.id for event in rest.events]
            said = f"after {ids[place]} in the {way} come {found[:3]}, {due[:3]} are due"
            ctx.expect(found == due, said, whole, rest)


def _resume(ctx: Context, message: Message, way: str, place: dict[str, str]) -> Exchange:
    """Return the stream from a place on that is named in its way: in a header, or in the query."""
    named = evolve(message, headers=place) if way == "header" else evolve(message, query=place)
    return ctx.expect_status(ctx.api.send(named, ctx.operation.id), 200)


def _heard(ctx: Context) -> Exchange:
    """Return the stream, shown as evidence.

    Raises:
        Skipped: none came; that is what another rule judges.

    """
    (shot,) = shots(ctx, "streamed")
    if not shot.exchange.ok or not shot.exchange.streams:
        ctx.skip("the operation did not stream")
    ctx.show(shot.exchange)
    return shot.exchange


def _told(ctx: Context) -> Exchange:
    """Return the stream, which has at least one event.

    Raises:
        Failed: a stream that has an end has no event.
        Skipped: nothing came of a stream that need not say anything.

    """
    heard = _heard(ctx)
    if not heard.events and not ends(ctx.operation):
        ctx.skip("nothing was said while the suite listened")
    ctx.expect(heard.events, "the stream has no events", heard)
    return heard
