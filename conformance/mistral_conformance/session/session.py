"""What all rules of one run share: connection, identities, marker, created objects."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import define, evolve, field

from mistral_conformance.groups import load_owed
from mistral_conformance.model.document import is_endless
from mistral_conformance.model.forms import forms_of
from mistral_conformance.record.events import Bound
from mistral_conformance.record.redaction import Redactor
from mistral_conformance.record.wire import Message
from mistral_conformance.session.budget import Budget
from mistral_conformance.session.coverage import Coverage
from mistral_conformance.session.creations import Creations, Leftover, Made, load_kinds
from mistral_conformance.session.identities import IMPOSTOR, NOBODY, Identity
from mistral_conformance.session.listing import walk
from mistral_conformance.session.patience import Patience
from mistral_conformance.session.sightings import Sightings
from mistral_conformance.session.work import Rounds, is_at_work, states_by_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.model.document import Document
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Wire
    from mistral_conformance.session.clock import Clock
    from mistral_conformance.session.creations import Kind
    from mistral_conformance.session.ledger import Ledger
    from mistral_conformance.session.markers import Marker

MOST_LOOKS = 20
LOOKS_EVERY_S = 0.5
STAND_INS = {
    NOBODY: Identity(NOBODY, "", ""),
    IMPOSTOR: Identity(IMPOSTOR, "", "a-key-that-nobody-was-given"),
}


@define(eq=False)
class Session:
    """One run against one server.

    `required` are patterns of operations that the server has to offer, `models` name a model by
    what it is able to do, for what the server does not tell. `memory` is for rules that share
    costly probes: a rule may put anything there under its own key. `probes` are the kinds of
    requests that rules over one operation judge, see `probing.probe`; all where it is empty.
    """

    document: Document
    wire: Wire
    identities: dict[str, Identity]
    marker: Marker
    seed: int = 0
    max_examples: int = 20
    clock: Clock | None = None
    required: tuple[str, ...] = ()
    models: dict[str, str] = field(factory=dict)
    memory: dict[object, Any] = field(factory=dict)
    creations: Creations = field(init=False)
    coverage: Coverage = field(init=False)
    sightings: Sightings = field(init=False)
    redactor: Redactor = field(init=False)
    patience: Patience = field(factory=Patience)
    budget: Budget = field(factory=Budget)
    ledger: Ledger | None = None
    probes: frozenset[str] = frozenset()
    lacks_clock: str = "needs the server's clock: --clock-url URL"
    """Why the run has no clock, where it has none."""
    _rounds: Rounds = field(init=False, factory=Rounds)

    def __attrs_post_init__(self) -> None:
        below = urlsplit(self.wire.base_url).path
        if self.ledger:
            told = (self.ledger.make, self.ledger.cross_off)
            self.creations = Creations(self.document, below, *told)
        else:
            self.creations = Creations(self.document, below)
        self.coverage = Coverage(self.document)
        self.sightings = Sightings(self.document)
        keys = [each.key for each in self.identities.values()]
        self.redactor = Redactor([*keys, *self.wire.connection.secrets])

    def send(self, message: Message, identity: str, operation: str = "") -> Exchange:
        """Send as the named identity and note what was created.

        Waits and tries again where the server asks for it, and gives up on a server that has
        stopped answering, see `Patience`. A stream that the document gives no end is heard only
        briefly, unless the message has a bound of its own.
        """
        caller = self.identities.get(identity) or STAND_INS[identity]
        message = self._prepared(self._bounded(message, operation), operation, caller)
        why_not = self.patience.exhausted(operation)
        if why_not:
            return self.wire.withhold(message, caller, operation, why_not)
        self.budget.spend([message.method], [operation])
        self._intend([operation])
        exchange = self.wire.send(message, caller, operation)
        return self._take(message, caller, operation, exchange)

    def send_at_once(self, calls: Sequence[tuple[str, Message]], identity: str) -> list[Exchange]:
        """Send messages, each to its operation, side by side.

        Those that the server puts off are sent again in turn.
        """
        caller = self.identities[identity]
        calls = [(each, self._prepared(message, each, caller)) for each, message in calls]
        self.budget.spend([message.method for _, message in calls], [name for name, _ in calls])
        self._intend(operation for operation, _ in calls)
        with ThreadPoolExecutor(len(calls)) as pool:
            answers = pool.map(lambda each: self.wire.send(each[1], caller, each[0]), calls)
        return [
            self._take(message, caller, operation, answer)
            for (operation, message), answer in zip(calls, answers, strict=True)
        ]

    def _intend(self, operations: Iterable[str]) -> None:
        """Tell the ledger what may be created, before anything is sent."""
        if self.ledger:
            for each in filter(self._creates, operations):
                self.ledger.intend(each)

    def _creates(self, operation: str) -> bool:
        return operation in load_kinds() and self.document.operations[operation].method != "GET"

    def _take(
        self, message: Message, caller: Identity, operation: str, exchange: Exchange
    ) -> Exchange:
        """Note an answer, after waiting for a better one where the server asks to wait."""
        self.coverage.see(message, exchange)
        while self.patience.waits_for(exchange):
            exchange = self.wire.send(message, caller, operation)
            self.coverage.see(message, exchange)
        self.budget.charge(exchange)
        exchange = self._formed(exchange, operation)
        self.sightings.see(exchange)
        self.patience.see(exchange)
        self.creations.see(exchange)
        if self.ledger and not exchange.failure and self._creates(operation):
            self.ledger.answered(operation)
        return exchange

    def _formed(self, exchange: Exchange, operation: str) -> Exchange:
        """Return the exchange with the form that the document gives its answer."""
        form = forms_of(self.document).find(operation, exchange.status, exchange.media_type)
        return evolve(exchange, form=form)

    def _bounded(self, message: Message, operation: str) -> Message:
        spec = self.document.operations.get(operation)
        if message.bound or spec is None or not is_endless(spec):
            return message
        return evolve(message, bound=Bound())

    def _prepared(self, message: Message, operation: str, caller: Identity) -> Message:
        return self._marked(self._completed(message, operation, caller), operation)

    def _marked(self, message: Message, operation: str) -> Message:
        """Return the message with the run's marker, where what it makes has no name to carry it."""
        for kind in load_kinds().get(operation, ()):
            if kind.mark and isinstance(message.json, dict) and kind.mark not in message.json:
                own = {kind.mark: {"made_by": self.marker.prefix}}
                return evolve(message, json={**message.json, **own})
        return message

    def _completed(self, message: Message, operation: str, caller: Identity) -> Message:
        """Return the message with what the operation's body owes in this era, see `groups`.

        Raises:
            Skipped: the run does not know it.

        """
        owed = load_owed().get(operation)
        if not owed or not isinstance(message.json, dict):
            return message
        schema = self.document.operations[operation].body_schema("application/json") or {}
        required = self.document.resolve(schema).get("required", ())
        added = {
            name: caller.known(fact)
            for name, fact in owed.items()
            if name in required and name not in message.json
        }
        return evolve(message, json={**added, **message.json}) if added else message

    def delete(self, made: Made) -> Exchange:
        """Delete one object as the identity that created it, or end it where nothing deletes it."""
        method = self.document.operations[made.delete].method
        return self.send(Message(method, made.path), made.identity, made.delete)

    def sweep(self, *, everything: bool) -> list[Leftover]:
        """Delete what the run created, see `Creations.sweep`.

        What is at work is not asked at each sweep, unless all is to go.
        """
        at_rest = partial(self._end_work, MOST_LOOKS) if everything else self._is_at_rest
        return self.creations.sweep(self.delete, at_rest, everything=everything)

    def _is_at_rest(self, made: Made) -> bool:
        """Say whether an object is known to be at rest, asked less and less often."""
        if self._rounds.passes_over(made.path):
            return False
        rests = self._end_work(1, made)
        note = self._rounds.forget if rests else self._rounds.put_off
        note(made.path)
        return rests

    def _end_work(self, looks: int, made: Made) -> bool:
        """Ask what works by itself to stop, and note what it has made; whether it is at rest."""
        states = states_by_read(self.document).get(made.look)
        told = self._ask(made, made.look)
        if states is None or not is_at_work(told, states):
            return True
        for stop in states.stops:
            self._ask(made, stop)
        for number in range(looks):
            if number:
                self.pass_time(1 if self.clock else LOOKS_EVERY_S)
            if not is_at_work(self._ask(made, made.look), states):
                return True
        return False

    def _ask(self, made: Made, operation_id: str) -> Exchange:
        operation = self.document.operations[operation_id]
        message = Message(operation.method, operation.url(made.ids))
        return self.send(message, made.identity, operation.id)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the server: on its clock where it has one, else by waiting."""
        if self.clock is None:
            time.sleep(seconds)
        else:
            self.clock.advance(seconds)

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Leave `memory` empty inside; what rules have put into it is back afterwards."""
        before, self.memory = self.memory, {}
        try:
            yield
        finally:
            self.memory = before

    def finish(self) -> list[Leftover]:
        """Delete all that is left, also what only its marked name tells, and say what stays."""
        self.sweep(everything=True)
        for kind in chain.from_iterable(load_kinds().values()):
            if kind.list and kind.operation in self.document.operations:
                self._adopt_marked(kind)
        return self.sweep(everything=True)

    def _adopt_marked(self, kind: Kind) -> None:
        operation = self.document.operations[kind.list]
        for identity in self.identities:
            send = partial(self.send, identity=identity, operation=operation.id)
            for item in walk(send, operation, kind.items):
                if isinstance(item, dict) and self.marker.owns(item.get(kind.name)):
                    self.creations.adopt(kind, identity, item)
