"""Each recorded event stream: framing, names, data, end; a stream where none was asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

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
from mistral_conformance.probing.streaming import stream_of
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.seen.check import seen
from mistral_conformance.verdict.outcome import expect

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
    return _each(traffic, subject, lambda _, exchange: hold_names(exchange))


@seen("streams.names-choose-the-data")
def names_choose_the_data(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, partial(hold_named_data, traffic.document))


@seen("streams.the-end-comes-last")
def the_end_comes_last(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, _hold_end)


@seen("streams.done-only-where-documented")
def done_only_where_documented(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, lambda _, exchange: hold_no_done(exchange))


@seen("streams.events-can-be-named-again")
def events_can_be_named_again(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _each(traffic, subject, lambda _, exchange: hold_ids(exchange))


def _asks(each: Seen, wanted: dict[str, Any]) -> bool:
    """Say whether a request asks for a stream; a form says so in texts."""
    sent = {name: each.sent.get(name) for name in wanted}
    spelled = {name: str(value).lower() for name, value in sent.items()}
    return sent == wanted or spelled == {n: str(v).lower() for n, v in wanted.items()}


def _hold_framing(_operation: Operation, exchange: Exchange) -> None:
    hold_framing(exchange, whole=len(exchange.content) < CUT)


def _hold_schema(traffic: Traffic, operation: Operation, exchange: Exchange) -> None:
    expect(exchange.events or not ends(operation), "the stream has no events", exchange)
    hold_schema(traffic.document, operation, exchange)


def _hold_end(operation: Operation, exchange: Exchange) -> None:
    hold_end(operation, exchange, whole=len(exchange.content) < CUT)
