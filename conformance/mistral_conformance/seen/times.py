"""Times and states: when things say that they were made, in which order, and where they end."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.ends import may_follow
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.times import BIRTH, CENTURY_S, NEAR_S, STAMP
from mistral_conformance.model.fields import UPDATE_STAMPS
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.seen.check import seen
from mistral_conformance.verdict.outcome import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model import Field, Resource, States
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.exchange import Seen
    from mistral_conformance.seen.history import Event, Life
    from mistral_conformance.seen.traffic import Traffic


@seen("times.stamps-are-now")
def stamps_are_now(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; the present is that of the answer's Date, or of the recorder."""
    resource, field = subject.value
    for life in traffic.history.lives(resource.name):
        for event in life.events:
            moment, now = read_time(event.fields.get(field.name)), event.seen.now
            if event.kind == "created" and moment is not None and now is not None:
                value = event.fields[field.name]
                said = (
                    f"`{field.name}` is {value!r}, {NEAR_S} s or more from the time of the answer"
                )
                near = abs(moment - now) <= NEAR_S
                yield partial(expect, near, said, event.seen.exchange)


@seen("times.in-order")
def in_order(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource: Resource = subject.value
    birth = next((each for each in BIRTH if each in resource.fields), "")
    timed = [each for each in resource.fields.values() if each.unit not in {"", "bytes"}]
    for event in _showing(traffic, resource):
        yield partial(_hold_order, birth, timed, event)


def _hold_order(birth: str, timed: list[Field], event: Event) -> None:
    start = read_time(event.fields.get(birth))
    for field in timed:
        moment = read_time(event.fields.get(field.name))
        early = start is not None and moment is not None and moment < start
        told = event.fields.get(field.name), event.fields.get(birth)
        reason = f"`{field.name}` is {told[0]!r}, before `{birth}` {told[1]!r}"
        expect(not early, reason, event.seen.exchange)


@seen("times.are-of-this-century")
def are_of_this_century(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource, field = subject.value
    for event in _showing(traffic, resource):
        moment = read_time(event.fields.get(field.name))
        if moment:  # some tell 0 of what was always there
            said = f"`{field.name}` is {event.fields[field.name]!r}, no time of this century"
            inside = CENTURY_S[0] < moment < CENTURY_S[1]
            yield partial(expect, inside, said, event.seen.exchange)


@seen("times.change-moves-the-stamp")
def change_moves_the_stamp(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; the stamp may not go back, and moves where a second or more has passed."""
    resource, field = subject.value
    stamp = next((each for each in resource.fields if each in UPDATE_STAMPS), "")
    for life in traffic.history.lives(resource.name):
        for one, act in pairwise(each for each in life.events if stamp in each.fields):
            if act.kind == "changed" and field.name in act.sent:
                yield partial(_hold_moved, stamp, one, act)


def _hold_moved(stamp: str, one: Event, act: Event) -> None:
    before, after = (read_time(each.fields[stamp]) for each in (one, act))
    then, now = one.seen.now, act.seen.now
    if before is None or after is None or one.seen.overlaps(act.seen):
        return
    passed = then is not None and now is not None and now - then >= 2
    shown = (one.seen.exchange, act.seen.exchange)
    expect(after >= before, f"`{stamp}` goes back with a change", *shown)
    sent = {name: one.fields.get(name) for name in act.sent}
    expect(not passed or after > before or sent == act.sent, f"`{stamp}` did not move", *shown)


@seen("times.answers-are-now")
def answers_are_now(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; the present is that of the answer's Date, or of the recorder."""
    for each in traffic.answers(subject.value.operation):
        now = each.now
        if each.exchange.ok and now is not None:
            yield partial(_hold_now, each, now)


def _hold_now(each: Seen, now: float) -> None:
    for moment in filter(None, map(read_time, _stamps(each))):
        reason = f"`{STAMP}` is {moment:.0f}, the answer came at {now:.0f}"
        expect(abs(moment - now) <= NEAR_S, reason, each.exchange)


def _stamps(each: Seen) -> Iterator[Any]:
    if each.exchange.media_type != EVENT_STREAM:
        yield each.told.get(STAMP) if isinstance(each.told, dict) else None
        return
    for event in each.exchange.events:
        piece = event.json() if event.data.startswith("{") else None
        yield piece.get(STAMP) if isinstance(piece, dict) else None


@seen("ends.end-stays")
def end_stays(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource, states = subject.value
    for life in traffic.history.lives(resource.name):
        for one, other in _states(life, states):
            before, after = one.fields[states.field], other.fields[states.field]
            if before in states.ends:
                said = f"`{states.field}` went from its end {before} to {after}"
                shown = (one.seen.exchange, other.seen.exchange)
                yield partial(expect, before == after, said, *shown)


@seen("ends.states-follow-their-order")
def states_follow_their_order(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource, states = subject.value
    for life in traffic.history.lives(resource.name):
        for one, other in _states(life, states):
            before, after = one.fields[states.field], other.fields[states.field]
            if before in states.moves and before not in states.ends:
                said = f"`{states.field}` went from {before} to {after}"
                shown = (one.seen.exchange, other.seen.exchange)
                yield partial(expect, may_follow(states, before, after), said, *shown)


def _states(life: Life, states: States) -> Iterator[tuple[Event, Event]]:
    """Neighbouring answers that tell the state of an object, with nothing done to it between."""
    for one, other in pairwise(life.events):
        tell = states.field in one.fields and states.field in other.fields
        looks = other.kind in {"shown", "listed"} and not one.seen.overlaps(other.seen)
        if tell and looks:
            yield one, other


def _showing(traffic: Traffic, resource: Resource) -> Iterator[Event]:
    for life in traffic.history.lives(resource.name):
        yield from (each for each in life.events if each.fields)
