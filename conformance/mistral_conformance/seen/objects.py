"""Objects: what was created is shown, what was changed too, the rest stays, gone is gone."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.comparing import (
    ABSENT,
    describe,
    first_difference,
    inside,
    is_cleared,
    is_same,
    shared,
    shorten,
)
from mistral_conformance.laws.instance import Shown
from mistral_conformance.model import Resource
from mistral_conformance.seen.check import seen
from mistral_conformance.seen.history import gives_ids
from mistral_conformance.seen.replaying import beginnings, endings, looks, pairs
from mistral_conformance.verdict.outcome import expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.model import Field, Reference
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.exchange import Seen
    from mistral_conformance.seen.history import Event, Life
    from mistral_conformance.seen.replaying import Look
    from mistral_conformance.seen.traffic import Traffic


@seen("views.created-is-shown")
def created_is_shown(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; who else may see an object is not known, so that its maker alone is judged."""
    resource: Resource = subject.value
    for life in traffic.history.lives(resource.name):
        for look in looks(life):
            if look.act.kind == "created":
                yield partial(_hold_sent, traffic, life, look)
        for made, after in beginnings(life):
            for event in after:
                if event.kind == "missing" and _is_seeing(event, made) and not _ends(life, made):
                    said = f"{event.seen.operation} does not show the {resource.name}"
                    yield partial(expect, None, said, made.seen.exchange, event.seen.exchange)


@seen("views.change-is-shown")
def change_is_shown(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource, field, operation = subject.value
    for life, look in _changes(traffic, resource, field, operation):
        yield partial(_hold_sent, traffic, life, look, field.name)


@seen("neighbours.other-fields-stay")
def other_fields_stay(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource, field, operation = subject.value
    for life, look in _changes(traffic, resource, field, operation):
        yield partial(_hold_others, traffic, life, look)


@seen("views.list-shows-what-reading-shows")
def list_shows_what_reading_shows(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; a list and a reading with nothing but reading between them are compared."""
    resource: Resource = subject.value
    for life in traffic.history.lives(resource.name):
        for one, other in pairs(life):
            if {one.kind, other.kind} == {"listed", "shown"} and _is_calm(traffic, one, other):
                yield partial(_hold_agreement, traffic, life, one, other)


@seen("reading.changes-nothing")
def reading_changes_nothing(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; two readings with nothing but reading between them are compared."""
    resource, operation = subject.value
    for life in traffic.history.lives(resource.name) if operation == resource.read else ():
        for one, other in pairs(life):
            if one.kind == other.kind == "shown" and _is_calm(traffic, one, other):
                yield partial(_hold_agreement, traffic, life, one, other)


@seen("views.deletion-is-shown")
def deletion_is_shown(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    resource: Resource = subject.value
    for life in traffic.history.lives(resource.name):
        for deleted, after in endings(life):
            for event in after:
                kept = event.kind in {"shown", "listed"}
                said = f"{event.seen.operation} still shows a deleted {resource.name}"
                shown = (deleted.seen.exchange, event.seen.exchange)
                yield partial(expect, not kept, said, *shown)


@seen("gone.is-refused")
def gone_is_refused(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; any refusal will do, since requests may be refused for other reasons too."""
    place: Reference = subject.value
    resource = traffic.model.resources[place.resource or ""]
    asked = traffic.answers(place.place.operation)
    for life in traffic.history.lives(resource.name) if asked else ():
        for deleted, after in endings(life):
            until = min((e.seen.number for e in after if e.kind == "created"), default=None)
            for each in asked:
                named = _names(life, place.place.name, each)
                later = deleted.seen.number < each.number and (not until or each.number < until)
                if named and later and not each.overlaps(deleted.seen):
                    said = (
                        f"{each.operation} answers {each.exchange.status} for a deleted "
                        f"{resource.name}"
                    )
                    refused = each.exchange.status >= 300
                    yield partial(expect, refused, said, deleted.seen.exchange, each.exchange)


@seen("together.creations-are-distinct")
def creations_are_distinct(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; objects that were made one after the other have ids of their own too."""
    return _twins(traffic, subject, after_deletion=False)


@seen("gone.twin-is-new")
def twin_is_new(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    return _twins(traffic, subject, after_deletion=True)


def _twins(traffic: Traffic, subject: Subject, *, after_deletion: bool) -> Iterator[Trial]:
    resource = subject.value
    if not isinstance(resource, Resource) or not gives_ids(resource):
        return
    doubled = {id(life): (one, other) for life, one, other in traffic.history.twins}
    for life in traffic.history.lives(resource.name):
        made = [each for each in life.events if each.kind == "created"]
        pair = doubled.get(id(life), ())
        gone = any(_is_between(each, pair) for each in life.events)
        if made and (not pair or gone is after_deletion):
            said = f"two creations of {resource.one} give the id {life.key[0]!r}"
            evidence = [each.seen.exchange for each in pair or made[:1]]
            yield partial(expect, not pair, said, *evidence)


def _is_between(event: Event, pair: Sequence[Event]) -> bool:
    """Say whether an object went between its two creations."""
    went = event.kind in {"deleted", "gone"} and bool(pair)
    return went and pair[0].seen.number < event.seen.number < pair[-1].seen.number


def _changes(
    traffic: Traffic, resource: Resource, field: Field, operation: str
) -> Iterator[tuple[Life, Look]]:
    """Yield what was seen after changes of a field, through an operation or the newest one."""
    through = operation or resource.changes[0]
    for life in traffic.history.lives(resource.name):
        for look in looks(life):
            act = look.act
            if act.kind == "changed" and field.name in act.sent and act.seen.operation == through:
                yield life, look


def _hold_sent(traffic: Traffic, life: Life, look: Look, only: str = "") -> None:
    for name, value in look.sent.items():
        if only in ("", name):
            _hold_value(traffic, life.resource.fields[name], value, look)


def _hold_value(traffic: Traffic, field: Field, value: Any, look: Look) -> None:  # noqa: ANN401 - JSON
    found = look.event.fields.get(field.name, ABSENT)
    if found is ABSENT or is_cleared(found, value) or not _comparable(found, value):
        return
    if found is None and field.deprecated:
        return
    told, due = shared(traffic.document, field.schema, found, value)
    if isinstance(told, dict) and isinstance(due, dict):
        told = {key: each for key, each in told.items() if key in due}
    if not is_same(field, told, due):
        place, left, right = inside(field.name, told, due)
        one, other = shorten(left, right)
        reason = f"{look.event.seen.operation} shows `{place}` as {one}, sent was {other}"
        expect(None, reason, look.act.seen.exchange, look.event.seen.exchange)


def _comparable(found: object, value: object) -> bool:
    """Say whether a value was sent as it is shown; a form spells all as texts."""
    return not isinstance(value, str) or isinstance(found, str) or found is None


def _hold_others(traffic: Traffic, life: Life, look: Look) -> None:
    for name, (value, told) in look.known.items():
        field = life.resource.fields[name]
        found = look.event.fields.get(name, ABSENT)
        if found is ABSENT:
            continue
        one, other = shared(traffic.document, field.schema, value, found)
        if not is_same(field, one, other):
            place, left, right = inside(name, one, other)
            first, second = shorten(left, right)
            reason = f"`{place}` went from {first} to {second} with a change of other fields"
            shown = (told.seen, look.act.seen, look.event.seen)
            expect(None, reason, *dict.fromkeys(each.exchange for each in shown))


def _hold_agreement(traffic: Traffic, life: Life, one: Event, other: Event) -> None:
    stable = [each for each in life.resource.fields.values() if _is_stable(traffic, life, each)]
    difference = first_difference(traffic.document, stable, one.fields, other.fields)
    if difference:
        sides = [Shown(e.seen.operation, e.seen.exchange, e.fields) for e in (one, other)]
        expect(None, describe(*difference, *sides), *(each.exchange for each in sides))


def _is_stable(traffic: Traffic, life: Life, field: Field) -> bool:
    """Say whether a field stays by itself; what goes on by itself moves what its server owns."""
    names = {life.resource.name, *life.resource.children}
    goes_on = any(each.resource in names for each in traffic.model.states)
    return field.kept or (field.moves != "alone" and not goes_on)


def _is_seeing(event: Event, made: Event) -> bool:
    """Say whether the maker of an object looks at it as it is now."""
    return event.seen.caller == made.seen.caller and not event.seen.query


def _ends(life: Life, made: Event) -> bool:
    """Say whether an object ends by itself."""
    return any(each.ends and made.fields.get(n) for n, each in life.resource.fields.items())


def _is_calm(traffic: Traffic, one: Event, other: Event) -> bool:
    """Say whether nothing but reading was asked for between two answers, by the same caller."""
    first, last = one.seen.number, other.seen.number
    acts = traffic.acts
    quiet = bisect_right(acts, last) == bisect_right(acts, first - 1)
    same = one.seen.caller == other.seen.caller
    return quiet and same and not one.seen.query and not other.seen.query


def _names(life: Life, name: str, each: Seen) -> bool:
    """Say whether a request names an object in its path, below the same parents."""
    above = {key: value for key, value in life.ids.items() if key != life.resource.parameter}
    fits = all(each.ids.get(key, value) == value for key, value in above.items())
    return fits and each.ids.get(name) == str(life.key[0])
