"""Each recorded event stream: framing, names, data, end; a stream where none was asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.probing.streaming import stream_of
from mistral_conformance.record.events import DONE, EVENT_STREAM
from mistral_conformance.rules.streams import ends
from mistral_conformance.seen.check import expect, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.exchange import Seen
    from mistral_conformance.seen.traffic import Traffic

    Hold = Callable[[Operation, Exchange], None]

CUT = 1024 * 1024
"""Of so many bytes a recorder may have left out the rest."""


def _each(traffic: Traffic, subject: Subject, hold: Hold) -> Iterator[Trial]:
    if subject.operation:
        for each in traffic.streams(subject.operation.id):
            yield partial(hold, subject.operation, each.exchange)


@seen("streams.asked-for-comes")
def asked_for_comes(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """A request that was taken and asked for a stream got one."""
    if subject.operation is None:
        return
    wanted = stream_of(subject.operation).get("when", {})
    for each in traffic.answers(subject.operation.id):
        if each.exchange.ok and _asks(each, wanted):
            found = each.exchange.media_type
            said = f"the media type is {found!r}"
            yield partial(expect, found == EVENT_STREAM, said, each.exchange)


@seen("streams.not-asked-for-stays-away")
def not_asked_for_stays_away(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """A request that did not ask for a stream got none; one without its body tells nothing."""
    if subject.operation is None:
        return
    wanted = stream_of(subject.operation).get("when", {})
    for each in traffic.answers(subject.operation.id):
        if each.exchange.ok and each.sent and not _asks(each, wanted):
            unasked = each.exchange.media_type == EVENT_STREAM
            yield partial(expect, not unasked, "a stream came that nobody asked for", each.exchange)


@seen("streams.framing-holds")
def framing_holds(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule; a long recording may be cut."""
    return _each(traffic, subject, _hold_framing)


@seen("streams.events-have-the-schema")
def events_have_the_schema(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, partial(_hold_schema, traffic))


@seen("streams.names-tell-the-type")
def names_tell_the_type(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, _hold_names)


@seen("streams.names-choose-the-data")
def names_choose_the_data(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, partial(_hold_named, traffic))


@seen("streams.the-end-comes-last")
def the_end_comes_last(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, _hold_end)


@seen("streams.done-only-where-documented")
def done_only_where_documented(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, _hold_no_done)


@seen("streams.events-can-be-named-again")
def events_can_be_named_again(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, _hold_ids)


def _asks(each: Seen, wanted: dict[str, Any]) -> bool:
    """Say whether a request asks for a stream; a form says so in texts."""
    sent = {name: each.sent.get(name) for name in wanted}
    spelled = {name: str(value).lower() for name, value in sent.items()}
    return sent == wanted or spelled == {n: str(v).lower() for n, v in wanted.items()}


def _hold_framing(_operation: Operation, exchange: Exchange) -> None:
    stream = exchange.stream
    expect(not stream.stray, f"the line {stream.stray[:1]} is no field", exchange)
    cut = stream.unfinished and len(exchange.content) < CUT
    expect(not cut, "the last event lacks its blank line", exchange)


def _hold_schema(traffic: Traffic, operation: Operation, exchange: Exchange) -> None:
    judge = shared_judge(traffic.document)
    terminator = stream_of(operation).get("end")
    expect(exchange.events or not ends(operation), "the stream has no events", exchange)
    for event in exchange.events:
        if event.data != terminator:
            words = judge.event(operation, event.name, event.json())
            expect(not words, f"the event {event.data[:80]}: {words}", exchange)


def _hold_names(_operation: Operation, exchange: Exchange) -> None:
    for event in exchange.events:
        expect(event.name, f"the event {event.data[:80]} has no name", exchange)
        data = event.json()
        found = data["type"] if isinstance(data, dict) else None
        said = f"the event {event.name!r} has data of type {found!r}"
        expect(found == event.name, said, exchange)


def _hold_named(traffic: Traffic, operation: Operation, exchange: Exchange) -> None:
    named = stream_of(operation)["events"]
    for event in exchange.events:
        if event.name in named:
            words = shared_judge(traffic.document).component(named[event.name], event.json())
            expect(not words, f"the event {event.name!r}: {words}", exchange)


def _hold_end(operation: Operation, exchange: Exchange) -> None:
    form = stream_of(operation)
    says_so = [
        each.data == form["end"] if "end" in form else each.name in form["end_events"]
        for each in exchange.events
    ]
    whole = len(exchange.content) < CUT
    expect(not whole or (says_so and says_so[-1]), "the stream does not say that it ends", exchange)
    expect(not any(says_so[:-1]), "the stream goes on after its end", exchange)


def _hold_no_done(_operation: Operation, exchange: Exchange) -> None:
    said_so = any(each.data == DONE for each in exchange.events)
    expect(not said_so, "the stream says [DONE]", exchange)


def _hold_ids(_operation: Operation, exchange: Exchange) -> None:
    ids = [each.id for each in exchange.events]
    expect(all(ids), "an event has no id to resume after", exchange)
    expect(len(set(ids)) == len(ids), "two events have the same id", exchange)
