"""What the server under test offers: which operations exist, found out before laws judge them.

An operation is not offered when its method is refused for its path (405, 501) or when its answer is
the one that the server gives for a path that cannot exist. Some servers say the same for an unknown
object as for an unknown path, with every method of it, and a gateway has words of its own for what
it lets nobody through to: there only a call on a living object can tell.
"""

from __future__ import annotations

import json
import re
import uuid
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.record.wire import Message
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Failed, NotOffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.session import Session

NO_METHOD = (405, 501)
NOT_FOUND = 404
UNKNOWN = (400, 404, 410, 422)
"""What servers say of an object that is unknown."""
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|/v\d[\w/.-]*|\b(GET|PUT|POST|PATCH|DELETE)\b|\d+",
    re.IGNORECASE,
)
"""What differs between two answers that say the same: ids, paths, methods, numbers."""
PLACE = re.compile(r"\{\w+\}")
NOTHING = str(uuid.uuid5(uuid.NAMESPACE_URL, "conformance:nothing"))
SAYING = ("message", "detail", "msg")
"""The fields of errors that hold words for people."""
ABILITIES = b'"capabilities"'
TRAINED = ("classification",)
"""What a model is asked for that only training gives it, such as labels of its own."""
"""What lists of models hold, and few other answers."""
READING = "GET"
NO_BODY = (READING, "DELETE")
AROUND = 2
"""So many of the operations around one are asked how they tell that they know no such object."""


@frozen
class Offer:
    """What a server turned out to lack, its models by what they are able to do, its features."""

    missing: tuple[str, ...] = ()
    models: dict[str, str] = field(factory=dict)
    features: dict[str, bool] = field(factory=dict)


@define(eq=False)
class Capabilities:
    """The operations of one server, each asked about once."""

    session: Session
    features: dict[str, bool] = field(factory=dict)
    models: dict[str, str] = field(factory=dict)
    """By what it is able to do, the first model of the list, or the one that the run names."""
    _listed: bool = False
    _names: list[set[str]] = field(factory=list)
    _told: set[str] = field(factory=set)
    _able: dict[str, set[str]] = field(factory=dict)
    _unable: dict[str, set[str]] = field(factory=dict)
    _found: dict[str, bool] = field(factory=dict)
    _unsure: set[str] = field(factory=set)
    _no_route: dict[str, str] = field(factory=dict)
    _not_there: set[str] = field(factory=set)
    _living: set[str] = field(factory=set)
    _nothing: dict[str, Exchange] = field(factory=dict)
    """By operation, what it answers about an unknown object."""
    attempt: Callable[[str], Exchange | None] = lambda _: None
    """Calls an operation on a living object; gives nothing where none can be had."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The operations that the server turned out not to have."""
        return tuple(sorted(name for name, offered in self._found.items() if not offered))

    @property
    def offer(self) -> Offer:
        """What is known by now, as values."""
        return Offer(self.missing, dict(self.models), dict(self.features))

    def note(self, feature: str, *, offered: bool) -> None:
        """Note whether the server took a feature that is no operation, such as an option."""
        self.features[feature] = offered or self.features.get(feature, False)

    def able(self, ability: str, model: str, listed_by: str) -> str:
        """Return the model, or another one if the operation that lists them says it is not able.

        What the card of a model leaves out it is not able to do, if another one's says it can.

        Raises:
            NotOffered: it says so of all of them.

        """
        self._list(listed_by)
        able = self._able.get(ability, set())
        without = self._told - able if able else self._unable.get(ability, set())
        if model not in without:
            return model
        if ability not in self.models:
            raise NotOffered(f"not offered: no model of the list has {ability}")
        return self.models[ability]

    def names_of(self, model: str, listed_by: str) -> set[str]:
        """Return all names of a model, as the operation that lists models tells them."""
        self._list(listed_by)
        return {model}.union(*(each for each in self._names if model in each))

    def _list(self, listed_by: str) -> None:
        if not self._listed:
            self._listed = True
            path = self.session.document.operations[listed_by].path
            self._see_models(self.session.send(Message("GET", path), CALLER, listed_by))

    def offers(self, operation: str) -> bool:
        """Say whether the server has the operation, as far as an unknown object can tell."""
        if operation not in self._found:
            self._found[operation] = self._probe(operation)
        return self._found[operation]

    def require(self, operations: Iterable[str]) -> None:
        """End the case where one of the operations is not offered.

        Raises:
            NotOffered: the server does not have it.
            Failed: it does not, and the run requires it.

        """
        for each in operations:
            if not self.offers(each):
                self.miss(each)

    def miss(self, operation: str, *evidence: Exchange) -> None:
        """End the case because the server turned out not to have the operation; as in `require`."""
        self._found[operation] = False
        if any(fnmatchcase(operation, each) for each in self.session.required):
            raise Failed(f"{operation} is not offered, and the run requires it", *evidence)
        raise NotOffered(f"not offered: {operation}", *evidence)

    def is_unsure(self, operation: str) -> bool:
        """Say whether only a call on a living object can tell if the server has an operation."""
        return operation in self._unsure

    def see(self, exchange: Exchange) -> None:
        """Take an answer about a living object: it tells where the probe could not.

        Raises:
            NotOffered, Failed: as in `miss`.

        """
        if exchange.ok:
            self._unsure.discard(exchange.operation)
            self._living.add(exchange.operation)
            if ABILITIES in exchange.content:
                self._see_models(exchange)
        elif exchange.status in NO_METHOD or (
            exchange.operation in self._unsure and self._tells_nothing(exchange)
        ):
            self.miss(exchange.operation, exchange)

    def _see_models(self, exchange: Exchange) -> None:
        """Note what the list says that its models are able to do."""
        if not exchange.ok:
            return
        listed = exchange.json()
        cards = listed.get("data") if isinstance(listed, dict) else listed
        cards = cards if isinstance(cards, list) else []
        self._see_trained(cards)
        for card in trained_last(cards):
            able, names = card.get("capabilities"), names_in(card)
            self._names.append(names)
            self._told |= names if isinstance(able, dict) else set()
            for ability, can in able.items() if isinstance(able, dict) else ():
                if can is True:
                    self.models.setdefault(ability, str(card.get("id")))
                    self._able.setdefault(ability, set()).update(names)
                elif can is False:
                    self._unable.setdefault(ability, set()).update(names)

    def _see_trained(self, cards: list[Any]) -> None:
        """Note the models that are asked for what only training gives."""
        for ability in TRAINED:
            for card in trained_last(cards, ability):
                able = card.get("capabilities")
                if isinstance(able, dict) and able.get(ability) is True:
                    self.models.setdefault(ability, str(card.get("id")))

    def _probe(self, operation: str) -> bool:
        spec = self.session.document.operations[operation]
        answer = self._ask_for_nothing(spec)
        if answer.failure:
            return True
        if answer.status in NO_METHOD or self._lacks_path(spec, answer):
            return False
        lacks_collection = bool(spec.path_ids) and self._lacks_collection(spec)
        if not self._is_no_route(answer):
            return answer.status != NOT_FOUND or self._lives(spec, self._alike(spec))
        if not spec.path_ids or lacks_collection or self._tells_of_things(spec):
            return False
        return self._lives(spec)

    def _alike(self, spec: Operation) -> list[str]:
        """Return the operations around one that say of an unknown object what it says.

        Around are the objects that it belongs to, or what belongs to the same one.
        """
        own, words = _shape(spec), _said(self._ask_for_nothing(spec))
        top = own.partition("}")[0]
        every = self.session.document.operations.values()
        around = [each for each in every if each != spec and _shape(each).startswith(top)]
        above = [each for each in around if own.startswith(f"{_shape(each)}/")]
        asked = sorted(above or around, key=lambda e: (e.id not in self._living, len(e.path)))
        told = asked[:AROUND]
        return [each.id for each in told if _said(self._ask_for_nothing(each)) == words]

    def _lives(self, spec: Operation, alike: Iterable[str] = ()) -> bool:
        """Say whether an operation is there for a living object, as far as one can be had.

        What says the same as others that are there, or cannot be tried, is taken to be there.
        """
        if self._living & {*alike}:
            return True
        self._found[spec.id] = True  # what is made meanwhile takes it so
        self._unsure.add(spec.id)
        methods = {self.session.document.operations[each].method for each in alike}
        if methods and READING not in {spec.method, *methods}:
            return True  # nothing is changed only to try
        answer = self.attempt(spec.id)
        if answer is None or answer.failure:
            return True
        self._unsure.discard(spec.id)
        if answer.status not in NO_METHOD and not self._tells_nothing(answer):
            self._living.add(spec.id)
            return True
        if any(self.offers(each) and each in self._living for each in alike):
            return True
        self._not_there.add(_said(answer))
        return False

    def _tells_nothing(self, answer: Exchange) -> bool:
        """Say whether an answer about a living object is the one about a path or object unknown."""
        unknown = self._nothing.get(answer.operation)
        same = unknown is not None and _said(unknown) == _said(answer)
        return self._is_no_route(answer) or (answer.status == NOT_FOUND and same)

    def _lacks_path(self, spec: Operation, answer: Exchange) -> bool:
        """Say whether a path that names no object is not there for any method; note the words.

        Another server behind the same gateway may have other words for a path that cannot exist.
        """
        if spec.path_ids or answer.status != NOT_FOUND:
            return False
        around = self.session.document.operations_at(spec.path)
        others = [self._ask_for_nothing(each) for each in around if each != spec]
        lacks = all(each.status in (NOT_FOUND, *NO_METHOD) for each in others)
        if lacks:
            self._not_there.add(_said(answer))
        return lacks

    def _lacks_collection(self, spec: Operation) -> bool:
        """Say whether the server has nothing at a path before one of an operation's ids."""
        parts = spec.path.split("/{")
        paths = ("/{".join(parts[:count]) for count in range(1, len(parts)))
        found = [self.session.document.operations_at(path) for path in paths]
        return any(not any(self.offers(each.id) for each in e) for e in found if e)

    def _tells_of_things(self, spec: Operation) -> bool:
        """Say whether to read at the path tells an unknown object from an unknown path."""
        others = self.session.document.operations_at(spec.path)
        reads = [each for each in others if each.method == READING and each != spec]
        answers = map(self._ask_for_nothing, reads)
        return any(each.status in UNKNOWN and not self._is_no_route(each) for each in answers)

    def _ask_for_nothing(self, spec: Operation) -> Exchange:
        if spec.id not in self._nothing:
            url = spec.url(dict.fromkeys(spec.path_ids, NOTHING))
            self._nothing[spec.id] = self._send(spec.method, url, spec.id)
        return self._nothing[spec.id]

    def _is_no_route(self, answer: Exchange) -> bool:
        if answer.method not in self._no_route:
            path = f"/v1/no-such-path-{NOTHING}/{NOTHING}"
            self._no_route[answer.method] = _said(self._send(answer.method, path, ""))
        known = {self._no_route[answer.method], *self._not_there}
        return answer.status == NOT_FOUND and _said(answer) in known

    def _send(self, method: str, url: str, operation: str) -> Exchange:
        """Send a request that can create nothing: its body is an array."""
        if method in NO_BODY:
            return self.session.send(Message(method, url), CALLER, operation)
        headers = {"Content-Type": "application/json"}
        message = Message(method, url, content=b"[]", headers=headers)
        return self.session.send(message, CALLER, operation)


def _shape(operation: Operation) -> str:
    """Return the path of an operation, whatever its ids are called."""
    return PLACE.sub("{}", operation.path)


def trained_last(cards: Iterable[Any], ability: str = "") -> list[Json]:
    """Return the models' cards, those that somebody has trained last: they may be deleted soon.

    Where only training gives a model what it is asked for, they come first.
    """
    found = [each for each in cards if isinstance(each, dict)]
    last = ability not in TRAINED
    return sorted(found, key=lambda each: (each.get("type") == "fine-tuned") is last)


def names_in(card: Json) -> set[str]:
    """Return all names of a model that its card tells: its id and its aliases."""
    aliases = card.get("aliases")
    others = aliases if isinstance(aliases, list) else ()
    return {str(each) for each in (card.get("id"), *others)}


def capabilities_of(session: Session) -> Capabilities:
    """Return the capabilities of the run's server."""
    named = dict(session.models)
    new = Capabilities(session, models=named)
    found: Capabilities = session.memory.setdefault(Capabilities, new)
    return found


def words_of(answer: Exchange, asked: Iterable[str] = ()) -> frozenset[str]:
    """Return what a refusal says to people, wherever in its body, without what differs by request.

    Of the ids that were asked for none differs, which a refusal may repeat.
    """
    try:
        told = list(_told(json.loads(answer.content)))
    except (ValueError, RecursionError):
        told = [answer.text]
    names = sorted(filter(None, asked), key=len, reverse=True)
    repeated = re.compile("|".join([*map(re.escape, names), CHANGING.pattern]), re.IGNORECASE)
    return frozenset(repeated.sub("#", each) for each in told)


def _told(node: object) -> Iterator[str]:
    """Yield the texts of an error body's `message` and `detail`, those of lists and objects too."""
    if isinstance(node, list):
        for each in node:
            yield from _told(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str) and name in SAYING:
                yield value
            elif isinstance(value, dict | list):
                yield from _told(value)


def _said(answer: Exchange) -> str:
    """Return the answer without what differs from one request to the next."""
    return f"{answer.status} {CHANGING.sub('#', spelled_alike(answer))}"


def spelled_alike(answer: Exchange) -> str:
    """Return the text of an answer; of JSON the same one however its keys and blanks are set."""
    try:
        return json.dumps(json.loads(answer.content), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return answer.text
