"""All recordings of a folder, and which of them answers a request."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from mistral_mock.recording import alignment, bodies
from mistral_mock.recording.alignment import Nows, find_tokens
from mistral_mock.recording.questions import MISSING, find_difference, read_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mistral_mock.operations import Operation
    from mistral_mock.recording.exchange import Question, Recording
    from mistral_mock.recording.questions import Leaves

    Find = Callable[[str, str], Operation | None]

SHOWN = 120
"""Characters of a value that a message shows."""


@define(eq=False, slots=False)
class Card:
    """One recording, and how often it has answered."""

    recording: Recording
    operation: Operation | None
    leaves: Leaves
    order: int
    uses: int = 0

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """What is asked, without ids and times."""
        return alignment.find_shape(self.leaves)


@frozen
class Match:
    """The recording that answers, and which of its ids and times stand for others now."""

    card: Card
    names: Mapping[str, str]


@define
class Miss:
    """No recording answers; the nearest, if any is near, and the first difference from it."""

    nearest: Card | None
    difference: str

    def __str__(self) -> str:
        if self.nearest is None:
            return f"No recording answers this request: {self.difference}"
        return (
            f"No recording answers this request. The nearest is {self.nearest.recording.name}: "
            f"{self.difference}"
        )


@define
class Progress:
    """How far the recordings of one scope are used up."""

    turn: int = 0
    """Of the recording that answered last."""
    names: dict[str, str] = field(factory=dict)
    """Ids and times of recordings, and what stands for them now."""


class Cabinet:
    """Recordings by what they ask; each answers once before one answers twice."""

    def __init__(self, recordings: Sequence[Recording], find: Find) -> None:
        self.cards = [
            make_card(one, order, find(one.question.method, one.question.path))
            for order, one in enumerate(recordings)
        ]
        self._exact: dict[tuple[object, ...], list[Card]] = defaultdict(list)
        for card in self.cards:
            self._exact[tuple(card.leaves.items())].append(card)
        self._progress: dict[str, Progress] = defaultdict(Progress)
        self._last_scope = ""

    @cached_property
    def _alike(self) -> Mapping[tuple[object, ...], list[Card]]:
        """The recordings by the shape of what they ask."""
        found: dict[tuple[object, ...], list[Card]] = defaultdict(list)
        for card in self.cards:
            found[card.shape].append(card)
        return found

    @cached_property
    def _given(self) -> frozenset[str]:
        """The ids that the recorded servers gave, before anybody asked with them."""
        found: set[str] = set()
        sent: set[str] = set()
        for card in self.cards:
            sent |= find_ids(card.leaves.values())
            found |= find_ids([spell_answer(card.recording)]) - sent
        return frozenset(found)

    def reset(self) -> None:
        """Begins anew: no recording has answered yet."""
        for card in self.cards:
            card.uses = 0
        self._progress.clear()
        self._last_scope = ""

    def find(self, asked: Question, operation: Operation | None, scope: str | None) -> Match | Miss:
        """Return the recording that answers a request, of one scope or of all."""
        leaves = read_leaves(asked, operation)
        match = self._find_same(leaves, scope) or self._find_alike(leaves, scope)
        if match is None:
            return self._explain(leaves, scope)
        self._use(match)
        return match

    def _use(self, match: Match) -> None:
        recording = match.card.recording
        match.card.uses += 1
        progress = self._progress[recording.scope]
        progress.turn = recording.turn
        progress.names.update(match.names)
        self._last_scope = recording.scope

    def _find_same(self, leaves: Leaves, scope: str | None) -> Match | None:
        """Return the recording whose words are the same; ids that stood for others still do."""
        ways = {frozenset(one.names.items()): one.names for one in self._progress.values()}
        for names in (*(one for one in ways.values() if one), {}):
            back = {new: old for old, new in names.items()}
            found = self._exact.get(tuple(alignment.translate(leaves, back).items()), ())
            chosen = self._choose(narrow(found, scope))
            if chosen is not None:
                return Match(chosen, names)
        return None

    def _find_alike(self, leaves: Leaves, scope: str | None) -> Match | None:
        """Return the recording that differs in ids and times alone."""
        found = narrow(self._alike.get(alignment.find_shape(leaves), ()), scope)
        present = time.time()
        matches: dict[int, Match] = {}
        for card in found:
            recorded = alignment.read_moment(card.recording.moment, present)
            names = alignment.align(card.leaves, leaves, Nows(recorded, present), self._given)
            if names is not None:
                matches[card.order] = Match(card, names)
        agreeing = [one.card for one in matches.values() if self._agrees(one.card, one.names)]
        chosen = self._choose(agreeing or [one.card for one in matches.values()])
        return None if chosen is None else matches[chosen.order]

    def _agrees(self, card: Card, names: Mapping[str, str]) -> bool:
        """Return what stood for another in this scope still does; in a new run it need not."""
        known = self._progress[card.recording.scope].names
        return all(known.get(old, new) == new for old, new in names.items())

    def _choose(self, cards: Sequence[Card]) -> Card | None:
        """Of recordings that all answer, the one whose turn it is."""
        return min(cards, key=self._rank, default=None)

    def _rank(self, card: Card) -> tuple[bool, bool, bool, int]:
        """Fresh ones first, those that go on where the last stood, the earlier ones.

        When all have answered, the last of them answers again.
        """
        scope, turn = card.recording.scope, card.recording.turn
        used = card.uses > 0
        behind = turn <= self._progress[scope].turn
        return used, scope != self._last_scope, behind, -card.order if used else card.order

    def _explain(self, leaves: Leaves, scope: str | None) -> Miss:
        """Return which recording is the nearest, and where it differs first."""
        cards = narrow(self.cards, scope)
        if not cards:
            where = "" if scope is None else f" of the scope {scope!r}"
            return Miss(None, f"there are no recordings{where}")
        nearest = max(cards, key=lambda card: measure(leaves, card.leaves))
        return Miss(nearest, tell_difference(leaves, nearest.leaves))


def make_card(recording: Recording, order: int, operation: Operation | None) -> Card:
    """Return a recording that has not answered yet."""
    return Card(recording, operation, read_leaves(recording.question, operation), order)


def narrow(cards: Iterable[Card], scope: str | None) -> list[Card]:
    """Return the recordings of a scope; all of them when none is named."""
    return [one for one in cards if scope is None or one.recording.scope == scope]


def find_ids(values: Iterable[object]) -> set[str]:
    """Return all ids in some values; times are none."""
    return {
        token.text
        for value in values
        if isinstance(value, str)
        for token in find_tokens(value)
        if token.kind not in {"moment", "day"}
    }


def spell_answer(recording: Recording) -> str:
    """Return the answer as a text, for looking through it."""
    return bodies.spell_body(recording.response.body).decode("utf-8", "replace")


def measure(asked: Leaves, recorded: Leaves) -> tuple[int, float]:
    """Return how near a recording is: the same address first, then how much else is the same."""
    same = sum(recorded.get(place, MISSING) == value for place, value in asked.items())
    address = sum(
        recorded.get(place, MISSING) == value
        for place, value in asked.items()
        if place == "method" or place.startswith("path")
    )
    return address, same / max(len(asked), len(recorded))


def tell_difference(asked: Leaves, recorded: Leaves) -> str:
    """Return the first difference, for people."""
    found = find_difference(asked, recorded)
    if found is None:
        return "it asks the same"
    place, ours, theirs = found
    if ours is MISSING:
        return f"{place} is not sent, recorded is {show(theirs)}"
    if theirs is MISSING:
        return f"{place} is {show(ours)}, recorded is none"
    if isinstance(ours, str) and isinstance(theirs, str):
        start = find_start(ours, theirs)
        ours, theirs = excerpt(ours, start), excerpt(theirs, start)
    return f"{place} is {show(ours)}, recorded is {show(theirs)}"


def find_start(ours: str, theirs: str) -> int:
    """Return where two texts begin to differ."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def excerpt(text: str, start: int) -> str:
    """Return a text around the place where it begins to differ."""
    begin = max(start - SHOWN // 3, 0) if len(text) > SHOWN else 0
    return ("…" if begin else "") + text[begin : begin + SHOWN]


def show(value: object) -> str:
    """Return a value in a message."""
    if isinstance(value, tuple):
        return str(value[0])
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN + 20 else text[: SHOWN + 20] + "…"
