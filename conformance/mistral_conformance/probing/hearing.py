"""What an event stream is held to, whether a rule has asked for it or it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.probing.streaming import stream_of
from mistral_conformance.record.events import DONE
from mistral_conformance.verdict.outcome import expect

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document, Operation
    from mistral_conformance.record.exchange import Exchange


def ends(operation: Operation) -> bool:
    """Say whether the document says how the stream ends."""
    return bool({"end", "end_events"} & stream_of(operation).keys())


def hold_framing(exchange: Exchange, *, whole: bool = True) -> None:
    """Hold each line to be one of a stream, and the last event to be finished where all is there.

    Raises:
        Failed: see `expect`, here and in all that follows.

    """
    stream = exchange.stream
    expect(not stream.stray, f"the line {''.join(stream.stray[:1])!r} is no field", exchange)
    cut = stream.unfinished and whole
    expect(not cut, "the last event lacks its blank line", exchange)


def hold_schema(document: Document, operation: Operation, exchange: Exchange) -> None:
    """Hold each event to have the documented form."""
    judge = shared_judge(document)
    terminator = stream_of(operation).get("end")
    for event in exchange.events:
        if event.data != terminator:
            words = judge.event(operation, event.name, event.json())
            expect(not words, f"the event {event.data[:80]}: {words}", exchange)


def hold_names(exchange: Exchange) -> None:
    """Hold each event to have a name that its data repeat as their type."""
    for event in exchange.events:
        expect(event.name, f"the event {event.data[:80]} has no name", exchange)
        data = event.json()
        found = data["type"] if isinstance(data, dict) else None
        said = f"the event {event.name!r} has data of type {found!r}"
        expect(found == event.name, said, exchange)


def hold_named_data(document: Document, operation: Operation, exchange: Exchange) -> None:
    """Hold each event with a documented name to have the data that the name stands for."""
    named = stream_of(operation)["events"]
    judge = shared_judge(document)
    for event in exchange.events:
        if event.name in named:
            words = judge.component(named[event.name], event.json())
            expect(not words, f"the event {event.name!r}: {words}", exchange)


def hold_end(operation: Operation, exchange: Exchange, *, whole: bool = True) -> None:
    """Hold the stream to say once that it ends, as its last event where all of it is there."""
    form = stream_of(operation)
    says_so = [
        each.data == form["end"] if "end" in form else each.name in form["end_events"]
        for each in exchange.events
    ]
    expect(not whole or (says_so and says_so[-1]), "the stream does not say that it ends", exchange)
    expect(not any(says_so[:-1]), "the stream goes on after its end", exchange)


def hold_no_done(exchange: Exchange) -> None:
    """Hold the stream never to say `[DONE]`."""
    said_so = any(each.data == DONE for each in exchange.events)
    expect(not said_so, "the stream says [DONE]", exchange)


def hold_ids(exchange: Exchange) -> None:
    """Hold each event to have an id of its own, after which the stream can be taken up again."""
    ids = [each.id for each in exchange.events]
    expect(all(ids), "an event has no id to resume after", exchange)
    expect(len(set(ids)) == len(ids), "two events have the same id", exchange)
