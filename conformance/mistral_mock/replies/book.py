"""The replies of one mock: the first that fits a request counts."""

from __future__ import annotations

import logging
import sys
from collections import Counter, deque
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_mock import registry
from mistral_mock.errors import APIError, inference_error
from mistral_mock.replies import asked as reading
from mistral_mock.replies import checks, conditions, templates
from mistral_mock.replies.files import Source
from mistral_mock.replies.problem import ReplyError
from mistral_mock.replies.reply import SPOKEN, WHOLE, is_answer_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mistral_mock.context import Context
    from mistral_mock.pace import Pace
    from mistral_mock.replies.asked import Asked
    from mistral_mock.replies.reply import Reply
    from mistral_mock.settings import Settings

MISSES = 10
"""Requests that no reply fitted and that are kept, to tell the nearest reply of each."""

LOG = logging.getLogger(__name__)


@frozen
class Given:
    """The answer that a reply gives to one request, its places filled."""

    slot: Slot
    answer: Mapping[str, Any]
    scope: str
    """What it was counted with."""

    def carry_over(self, conversation_id: str) -> None:
        """Let what was counted go on in a conversation that has just got its id, and only there.

        What asks the same next begins another; what this one branches off is where it was.
        """
        counts = self.slot.counts
        if self.reply.scope == "conversation":
            counts[conversation_id] = counts[self.scope]
            counts[self.scope] -= 1

    @property
    def reply(self) -> Reply:
        """The reply that gives it."""
        return self.slot.reply

    @property
    def is_whole(self) -> bool:
        """It is the whole answer: the operation itself has nothing to do."""
        return not WHOLE.isdisjoint(self.answer)

    @property
    def is_spoken(self) -> bool:
        """It is what a model says."""
        return not SPOKEN.isdisjoint(self.answer)

    @property
    def pace(self) -> Pace | None:
        """How fast its pieces come; None is as fast as they can."""
        return self.reply.pace


@define(eq=False)
class Slot:
    """A reply and how often it has counted."""

    reply: Reply
    counts: Counter[str] = field(factory=Counter)
    needle: str = ""
    """A text that the user must have said, looked for before all else: there may be many."""
    calls: int = 0
    """How often it has counted, in all."""

    def explain(self, asked: Asked) -> tuple[int, str | None]:
        """Return how many conditions are met, and what the first says that is not."""
        met, reason = conditions.explain(asked, self.reply.when)
        times = self.reply.times
        if reason is None and times is not None and self.counts[self.find_scope(asked)] >= times:
            return met, f"it has been used {times} times"
        return met, reason

    def find_scope(self, asked: Asked) -> str:
        """Return what is counted together."""
        if self.reply.scope == "key":
            return asked.key
        if self.reply.scope == "conversation":
            return asked.path.get("conversation_id") or (asked.texts[0] if asked.texts else "")
        return ""

    def count(self, asked: Asked) -> int:
        """Count the request; its number, from 1."""
        scope = self.find_scope(asked)
        self.calls += 1
        self.counts[scope] += 1
        return self.counts[scope]


@frozen
class Slots:
    """The replies that may be for an operation, each behind its needle."""

    all: tuple[tuple[str, Slot], ...]
    bare: tuple[tuple[str, Slot], ...]
    """Those without a needle: where the user says nothing no other fits."""
    read_documents: bool
    """One has a condition on what messages bring."""


class Book:
    """All replies; those that were added last, in a `with` block, are looked at first."""

    def __init__(self, settings: Settings) -> None:
        self._strict = settings.strict_replies
        self._source = Source(settings.replies)
        self._lock = Lock()
        self._read = [make_slot(reply) for reply in self._source.read()]
        self._layers: list[list[Slot]] = [[]]
        self._known: dict[str, Slots] = {}
        self._missed: deque[Asked] = deque(maxlen=MISSES)

    def add(self, replies: Sequence[Reply]) -> list[Slot]:
        """Put replies behind those of the present block."""
        with self._lock:
            made = [make_slot(reply) for reply in replies]
            self._layers[-1] += made
            self._known = {}
        return made

    def remove(self, slot: Slot) -> None:
        """Take a reply away, wherever it is."""
        with self._lock:
            for layer in (*self._layers, self._read):
                layer[:] = [one for one in layer if one is not slot]
            self._known = {}

    def begin(self) -> None:
        """Begins a block: what is added from now on counts before all that is there."""
        with self._lock:
            self._layers.append([])
            self._known = {}

    def end(self) -> None:
        """End a block: what was added in it is gone."""
        with self._lock:
            if len(self._layers) > 1:
                self._layers.pop()
            self._known = {}

    def clear(self) -> None:
        """Take all replies away, those of files too until these change."""
        with self._lock:
            self._layers = [[] for _ in self._layers]
            self._read = []
            self._known = {}

    def reset(self) -> None:
        """Back to the replies of the files."""
        with self._lock:
            self._layers = [[]]
            self._missed.clear()
            self._read = [make_slot(reply) for reply in self._source.replies]
            self._known = {}

    def take(self, ctx: Context) -> Given | None:
        """Return the answer of the first reply that fits; None leaves the request to the engine.

        Raises:
            APIError: 400, no reply fits and replies are strict; or a reply's function has failed,
                or its answer lies.

        """
        self._refresh()
        slots = self._find(ctx.operation_id)
        if not slots.all and not self._strict:
            return None
        asked = reading.read(ctx)
        slot = self._choose(slots, asked)
        if slot is not None:
            return fill(slot, asked)
        self._missed.append(asked)
        if self._strict and registry.answer_kinds(ctx.operation_id) is not None:
            raise refuse(self.slots, asked)
        return None

    def may_answer(self, operation: str) -> bool:
        """Say whether a reply may fit some request for the operation."""
        return bool(self._find(operation).all)

    def reads_documents(self, operation: str) -> bool:
        """Say whether a reply that may fit has a condition on what messages bring."""
        return self._find(operation).read_documents

    @property
    def slots(self) -> list[Slot]:
        """All replies in the order in which they are looked at."""
        layers = reversed(self._layers)
        return [*(slot for layer in layers for slot in layer), *self._read]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the replies as they stand, each with how often it has counted."""
        return [
            {"name": slot.reply.name, "when": show(slot.reply.when), "calls": slot.calls}
            for slot in self.slots
        ]

    def tell_misses(self) -> list[dict[str, str]]:
        """Return the last requests no reply fitted, each with the nearest reply and why not it."""
        ranked = [(asked, find_nearest(self.slots, asked)) for asked in list(self._missed)]
        return [
            {
                "operation": asked.operation,
                "user": asked.user[: conditions.SHOWN],
                "nearest": nearest.reply.name,
                "reason": find_reason(nearest, asked),
            }
            for asked, nearest in ranked
            if nearest is not None
        ]

    def _choose(self, slots: Slots, asked: Asked) -> Slot | None:
        user = asked.user
        for needle, slot in slots.all if user else slots.bare:
            if needle in user and self._fits(slot, asked):
                return slot
        return None

    @staticmethod
    def _fits(slot: Slot, asked: Asked) -> bool:
        try:
            return slot.explain(asked)[1] is None
        except ReplyError as error:
            raise spoiled(slot, asked, error) from error

    def _find(self, operation: str) -> Slots:
        """Return the replies that may be for an operation."""
        found = self._known.get(operation)
        if found is None:
            able = [slot for slot in self.slots if slot.reply.is_for(operation)]
            found = make_slots(slot for slot in able if may_be_for(slot.reply, operation))
            self._known[operation] = found
        return found

    def _refresh(self) -> None:
        """Read the files again when they have changed; those that lie change nothing."""
        if not self._source.has_changed():
            return
        try:
            replies = self._source.read()
        except ReplyError as error:
            sys.stderr.write(f"mistral-mock: {error}; the replies stay as they were\n")
            return
        with self._lock:
            self._read = [make_slot(reply) for reply in replies]
            self._known = {}


def make_slot(reply: Reply) -> Slot:
    """Return a reply that has not counted yet."""
    wanted = reply.when.get("user")
    return Slot(reply, needle=wanted if isinstance(wanted, str) else "")


def make_slots(found: Iterable[Slot]) -> Slots:
    """Return the replies in their order, ready to be looked through."""
    slots = tuple((slot.needle, slot) for slot in found)
    read_documents = any("document" in slot.reply.when for _, slot in slots)
    return Slots(slots, tuple(each for each in slots if not each[0]), read_documents)


def may_be_for(reply: Reply, operation: str) -> bool:
    """Say whether the reply's own pattern means the operation."""
    wanted = reply.when.get("operation", "*")
    return conditions.check_pattern("operation", operation, wanted) is None


def fill(slot: Slot, asked: Asked) -> Given:
    """Return the next answer of a reply.

    Raises:
        APIError: 400, a function of the tester failed, or gave what the API could not answer.

    """
    number = slot.count(asked)
    answers = slot.reply.answers
    answer: Any = answers[min(number, len(answers)) - 1]
    try:
        if callable(answer):
            answer = conditions.call(answer, asked)
            answer = checks.parse_answer(answer, asked.operation, ("answer",))
        if checks.has_places(answer):
            answer = templates.render_answer(answer, make_scope(slot, asked, number))
            answer = checks.parse_answer(answer, asked.operation, ("answer",))
    except ReplyError as error:
        raise spoiled(slot, asked, error) from error
    return Given(slot, answer, slot.find_scope(asked))


def make_scope(slot: Slot, asked: Asked, number: int) -> dict[str, Any]:
    """Return what the places of an answer are filled from."""
    return {
        "user": asked.user,
        "system": asked.system,
        "model": asked.model,
        "operation": asked.operation,
        "turn": asked.turn,
        "tool_result": asked.tool_result,
        "body": asked.body,
        "path": dict(asked.path),
        "query": dict(asked.query),
        "header": dict(asked.headers),
        "match": conditions.find_groups(asked, slot.reply.when),
        "call": number,
    }


def spoiled(slot: Slot, asked: Asked, error: ReplyError) -> APIError:
    """Return 400, which clients do not try again, for a reply that cannot be used or given."""
    LOG.error("%s of the test: %s", slot.reply.name, error, exc_info=error.__cause__)
    told = f"{slot.reply.name} cannot answer this request to {asked.operation}: {error}"
    return inference_error(400, told, "reply_failed", "reply_failed")


def refuse(slots: Sequence[Slot], asked: Asked) -> APIError:
    """Return 400 that shows the nearest reply and its first condition that is not met."""
    told = f"No reply fits this request to {asked.operation}"
    nearest = find_nearest(slots, asked)
    if nearest is None:
        told += "; there are none"
    else:
        told += f". The nearest is {nearest.reply.name}: {find_reason(nearest, asked)}"
    return inference_error(400, told, "no_reply", "no_reply")


def find_nearest(slots: Sequence[Slot], asked: Asked) -> Slot | None:
    """Return the reply that comes nearest to a request; the first of several."""
    return max(slots, key=lambda slot: rank(slot, asked), default=None)


def rank(slot: Slot, asked: Asked) -> int:
    """Return how near a reply is to a request: by the conditions that are met."""
    return slot.explain(asked)[0] + any_fits(slot, asked)


def any_fits(slot: Slot, asked: Asked) -> int:
    """1 when an answer of the reply is one that the operation can give."""
    return int(slot.reply.is_for(asked.operation))


def find_reason(slot: Slot, asked: Asked) -> str:
    """Return why a reply does not fit."""
    _, reason = slot.explain(asked)
    if reason is not None:
        return reason
    kinds = {
        name
        for one in slot.reply.answers
        if not callable(one) and not is_answer_for(one, asked.operation)
        for name in one
    }
    return f"{asked.operation} has no answer with {', '.join(sorted(kinds))}"


def show(when: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as JSON; a key is not told."""
    shown: dict[str, Any] = {
        name: one if isinstance(one, str | int) else conditions.spell(one)
        for name, one in when.items()
        if name != "header"
    }
    if "header" in when:
        shown["header"] = {name: conditions.spell(one) for name, one in when["header"].items()}
    return {**shown, "key": "***"} if "key" in shown else shown
