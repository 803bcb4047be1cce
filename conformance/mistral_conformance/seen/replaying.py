"""What is known of an object at each moment of recorded traffic.

Only what nothing can have changed in between is known: an answer that came while something else
was done to the object, or after something that the document says nothing about, tells nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.seen.history import Event, Life

LOOKS = frozenset({"shown", "listed", "created", "changed"})
ACTS = frozenset({"created", "changed", "deleted", "gone", "done"})
MASK = "***"


@frozen(eq=False)
class Look:
    """An answer that shows an object, after the act that it has to be judged by.

    `sent` is what that act set; `known` what was known before it of the other fields, with the
    event that told it.
    """

    event: Event
    act: Event
    sent: dict[str, Any] = field(repr=False)
    known: dict[str, tuple[Any, Event]] = field(repr=False)


def looks(life: Life) -> Iterator[Look]:
    """Yield each answer that shows an object after it was created or changed."""
    for act, before, after in _spans(life):
        if act.kind not in {"created", "changed"}:
            continue
        known = _known(life, before) if act.kind == "changed" else {}
        known = {name: each for name, each in known.items() if name not in act.sent}
        sent = {n: v for n, v in act.sent.items() if not _says_nothing(v)}
        for event in (act, *after):
            if event.fields:
                yield Look(event, act, sent, known)


def pairs(life: Life) -> Iterator[tuple[Event, Event]]:
    """Neighbouring answers that show an object, with no act on it or in it between them."""
    for one, other in pairwise(life.events):
        if one.fields and other.fields and other.kind in {"shown", "listed"}:
            yield one, other


def endings(life: Life) -> Iterator[tuple[Event, list[Event]]]:
    """Yield each deletion of an object, with what was seen of it until it was made anew."""
    for act, _, after in _spans(life):
        if act.kind in {"deleted", "gone"}:
            yield act, after


def beginnings(life: Life) -> Iterator[tuple[Event, list[Event]]]:
    """Yield an object's creation, with what was seen of it until something else was done to it."""
    for act, _, after in _spans(life):
        if act.kind == "created":
            yield act, after


def _spans(life: Life) -> Iterator[tuple[Event, list[Event], list[Event]]]:
    """Yield each act with what was seen just before it and until the next one.

    Acts that overlap another act, and answers that overlap an act, are left out.
    """
    acts = [at for at, each in enumerate(life.events) if each.kind in ACTS]
    for number, at in enumerate(acts):
        act = life.events[at]
        start = acts[number - 1] if number else 0
        end = acts[number + 1] if number + 1 < len(acts) else len(life.events)
        others = [life.events[each] for each in acts if each != at]
        if any(_overlap(act, each) for each in others):
            continue
        before = [each for each in life.events[start:at] if not _overlap(each, act)]
        after = life.events[at + 1 : end]
        yield act, before, [e for e in after if not any(_overlap(e, one) for one in (act, *others))]


def _overlap(one: Event, other: Event) -> bool:
    return one is not other and one.seen is not other.seen and one.seen.overlaps(other.seen)


def _known(life: Life, before: list[Event]) -> dict[str, tuple[Any, Event]]:
    """Return what the answers before an act told of the fields that its client owns."""
    told: dict[str, tuple[Any, Event]] = {}
    for event in before:
        for name, each in life.resource.fields.items():
            if each.kept and name in event.fields:
                told[name] = (event.fields[name], event)
    return told


def _says_nothing(value: object) -> bool:
    """Say whether a value may be shown as another one: null and what is empty, or is hidden."""
    return value in (None, "", [], {}) or MASK in str(value)
