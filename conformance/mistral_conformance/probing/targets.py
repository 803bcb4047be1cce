"""Live objects that probes aim at: path ids of things that this run created, or ids of nothing.

An object that a probe has deleted is made anew when next needed, so that every valid request can
succeed and nothing that the run did not create is ever touched.
"""

from __future__ import annotations

import uuid
from fnmatch import fnmatchcase
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_conformance.groups import load_groups
from mistral_conformance.model import model_of
from mistral_conformance.probing.samples import Sample, load_samples, sample_of
from mistral_conformance.probing.settling import ask_until_shown, wait_for_end
from mistral_conformance.record.exchange import LeftOut, Misread, Signal
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.capabilities import capabilities_of, trained_last
from mistral_conformance.session.creations import ENDED, GONE, load_kinds
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from mistral_conformance.model import States
    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


ANY = "*"
TUNABLE = "tunable_model"
"""The target of models that older eras list by name."""
TOOL_USE = "function_calling"
"""What models are asked for that no object is made with."""


@frozen
class Target:
    """Where an id comes from: the place in the answer to an operation's sample, see `groups`."""

    operation: str
    at: str
    where: dict[str, Any] = field(factory=dict)
    or_first: bool = False
    ability: str = ""
    sample: dict[str, Any] = field(factory=dict)
    after_s: float = 0
    settled: bool = False

    @property
    def listed(self) -> bool:
        """Whether it is chosen from a list."""
        return ANY in self.at.split(".")


@cache
def load_targets() -> dict[str, Target]:
    """Return the targets of all groups, by path parameter or word."""
    return {
        name: Target(**each)
        for group in load_groups()
        for name, each in group.get("targets", {}).items()
    }


def load_abilities() -> list[str]:
    """Return what a run can name models for."""
    return sorted({TOOL_USE, *(each.ability for each in load_targets().values() if each.ability)})


class Targets:
    """The path ids and looked-up words of one run, made on demand and kept until its end.

    `purpose` sets names of objects apart from those of other targets of the run.
    """

    def __init__(self, context: Context, purpose: str = "") -> None:
        self._context = context
        self._purpose = purpose
        self._ids: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._uses: dict[str, set[str]] = {}
        self._being_made: list[str] = []
        self._names = 0

    def serve(self, context: Context) -> Targets:
        """Return these targets, recording for the rule that now runs."""
        self._context = context
        return self

    def ids(self, operation: Operation) -> dict[str, str]:
        """Return ids of living objects for an operation's path.

        Raises:
            Unjudged: the server did not make one.
            Skipped: there is no such object, or no way to make one.

        """
        words = words_of(operation)
        return {name: self._resolve(word) for name, word in words.items()}

    def sample(self, operation: Operation) -> Sample | None:
        """Return the operation's plainest request, None when path ids are all it needs.

        Raises:
            Skipped: it needs an identity that the run does not have, or a body that nobody knows.

        """
        sample = sample_of(self._context.document, operation)
        return sample and sample.filled(self.lookup, self._context.marker)

    def lookup(self, word: str) -> str:
        """Return what a `$word` of the samples stands for.

        Raises:
            Skipped: the run does not know it.

        """
        target = load_targets().get(word)
        if target:
            named = self._context.session.models.get(target.ability)
            return named or self._found(word, target)
        name, dot, fact = word.partition(".")
        if not dot:
            raise Skipped(f"the suite knows no object for {word!r}")
        return self._context.identity(name).known(fact)

    def _found(self, word: str, target: Target) -> str:
        """Return the id of a living object; of a model that nobody lists, tell how to name it."""
        try:
            return self._living(word, target)
        except Unjudged as lost:
            if not target.ability:
                raise
            hint = f"{lost}; name a model with --model {target.ability}=NAME"
            raise Unjudged(hint, *lost.evidence) from lost

    def send_sample(self, operation: Operation) -> Exchange:
        """Send the plainest request, after the one that it builds on and once that is seen.

        Raises:
            Skipped: see `ids` and `sample`.
            Unjudged: see `ids`.

        """
        sample = self.sample(operation)
        if not sample or not sample.before:
            return self._send_plain(operation)
        self.send_sample(self._context.document.operations[sample.before])
        return ask_until_shown(
            self._context,
            operation.id,
            lambda: self._send_plain(operation),
            lambda answer: answer.ok,
        )

    def _send_plain(self, operation: Operation) -> Exchange:
        self._await_turn(operation)
        return self.send(operation, lambda: self.plain(operation), ENDED)

    def _await_turn(self, operation: Operation) -> None:
        """Wait until the target is in a state that the operation is declared to be asked in."""
        for states in model_of(self._context.session.document).states:
            if operation.id in states.asked_in:
                self._wait(states, self.ids(operation), states.asked_in[operation.id])

    def plain(self, operation: Operation) -> Message:
        """Return the plainest request as a message, at objects that are there now.

        Raises:
            Skipped: see `ids` and `sample`.
            Unjudged: see `ids`.

        """
        self.ids(operation)  # first: what the sample names may belong to them
        return self.message(operation, self.sample(operation))

    def send(
        self, operation: Operation, make: Callable[[], Message], refusals: Container[int] = GONE
    ) -> Exchange:
        """Send a message; when it is refused as for a gone object, once more at a new one.

        An earlier probe may rightly have ended an object, such as by an expiry in the past.
        """
        exchange = self._context.api.try_send(make(), operation.id)
        if exchange.status not in refusals or not operation.path_ids:
            return exchange
        self.forget(operation)
        self._await_turn(operation)
        return self._context.api.try_send(make(), operation.id)

    def message(self, operation: Operation, sample: Sample | None, url: str = "") -> Message:
        """Return the plainest request as a message; at the targets' ids unless a URL is given."""
        url = url or operation.url(self.ids(operation))
        if sample is None:
            return Message(operation.method, url)
        query = list(sample.query.items()) or None
        body = UNSET if sample.body is None else self._spelled(operation, self._renamed(sample))
        return Message(operation.method, url, query=query, json=body, files=sample.parts)

    def _renamed(self, sample: Sample) -> Json | None:
        """Return the body with a name of its own: some servers let no two things have one name."""
        name = (sample.body or {}).get(sample.marked)
        if not self._context.marker.owns(name):
            return sample.body
        self._names += 1
        return {**(sample.body or {}), sample.marked: f"{name}-{self._purpose}{self._names}"}

    def _spelled(self, operation: Operation, body: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the body with those names of models that the era lists, where it lists any."""
        document = self._context.document
        schema = operation.body_schema("application/json")
        if schema is None or not isinstance(body, dict):
            return body
        fields = document.resolve(schema).get("properties", {})
        listed: dict[str, list[object]] = {
            name: document.resolve(fields[name]).get("enum", []) for name in body if name in fields
        }
        return {
            name: self._known_as(value, listed[name]) if listed.get(name) else value
            for name, value in body.items()
        }

    def _known_as(self, value: object, values: list[object]) -> object:
        """Return the value, or that of the values which is another name of the same model."""
        if value in values or not isinstance(value, str):
            return value
        listed_by = load_targets()[TUNABLE].operation
        names = capabilities_of(self._context.session).names_of(value, listed_by)
        return next((each for each in values if each in names), value)

    def forget(self, operation: Operation) -> None:
        """Aim at new objects from now on: the operation's present ones turned out to be gone.

        What another object only names is had anew by making that object anew: a tuned model by
        training another one.
        """
        for word in words_of(operation).values():
            name = word.removeprefix("$")
            self._drop(name)
            for source in self._sources(name):
                self._drop(source)

    def _sources(self, name: str) -> list[str]:
        """Return the targets that were read to find an id."""
        target = load_targets().get(name)
        if target is None or self._context.document.operations[target.operation].method != "GET":
            return []
        return [each.removeprefix("$") for each in target.sample.get("ids", {}).values()]

    def _drop(self, name: str) -> None:
        """Forget an id, and the ids of what was made with it: an entry of a gone conversation."""
        self._ids.pop(name, None)
        for other in [each for each, used in self._uses.items() if name in used]:
            if other in self._ids:
                self._drop(other)

    def _living(self, name: str, target: Target) -> str:
        if self._being_made:
            self._uses.setdefault(self._being_made[-1], set()).add(name)
        if name in self._ids and self._is_gone(name, target):
            self._drop(name)
        if name not in self._ids:
            self._being_made.append(name)
            try:
                with self._context.session.creations.keep():
                    self._ids[name] = self._make(name, target)
            finally:
                self._being_made.pop()
        return self._ids[name]

    def _is_gone(self, name: str, target: Target) -> bool:
        """Say whether what an id was had for is deleted by now.

        What goes with something else, or in groups, is asked for where its id alone leads to it.
        """
        if name in self._paths:
            return not self._context.session.creations.holds(self._paths[name])
        document = self._context.document
        made = (e for e in model_of(document).resources.values() if e.create == target.operation)
        resource = next(made, None)
        if not resource or not (resource.read and resource.delete and resource.parent):
            return False
        read = document.operations[resource.read]
        if read.path_ids != (resource.parameter,):
            return False
        ids = {resource.parameter: self._ids[name]}
        return self._context.api.try_send(Message("GET", read.url(ids)), read.id).status in GONE

    def _resolve(self, word: str) -> str:
        return self.lookup(word.removeprefix("$")) if word.startswith("$") else word

    def _make(self, name: str, target: Target) -> str:
        """Send the sample of the target's operation and take the id from the answer.

        Raises:
            Unjudged: the server refuses, or what it makes does not settle.
            Skipped: the answer lists nothing, or what is no id.

        """
        operation = self._context.document.operations[target.operation]
        exchange = self._context.need(self._send_target_until_found(operation, target))
        # Its own rules judge the form of a list; what is made of it does not wait for that.
        plain = evolve(exchange, form=None) if target.listed else exchange
        found = take(plain.json(), target)
        if target.listed and not isinstance(found, str):
            raise Skipped(f"what {operation.id} lists has {found!r} for an id", exchange)
        for kind in load_kinds().get(target.operation, ())[:1]:
            delete = self._context.document.operations[kind.delete]
            ids = {each: self._ids.get(each, "") for each in delete.path_ids}
            ids |= {each: str(exchange[source]) for each, source in kind.ids.items()}
            self._paths[name] = delete.url(ids)
            if target.settled:
                self._settle(target, ids)
        return str(found)

    def _send_target_until_found(self, operation: Operation, target: Target) -> Exchange:
        """Send the sample of the target's operation, again while what it builds on is not seen."""
        sample = load_samples().get(operation.id)
        if target.sample or not sample or not sample.before:
            return self._send_target(operation, target)
        return ask_until_shown(
            self._context,
            operation.id,
            lambda: self._send_target(operation, target),
            lambda answer: tells(answer, target),
        )

    def _settle(self, target: Target, ids: dict[str, str]) -> None:
        """Wait until a new object is in an end state, on the server's clock where it has one.

        Raises:
            Unjudged: that takes longer than two minutes of the server's time.

        """
        model = model_of(self._context.session.document)
        made = next(e for e in model.resources.values() if e.create == target.operation)
        states = model.states_of(made.name)
        if states:
            self._wait(states, ids)

    def _wait(self, states: States, ids: dict[str, str], also: Iterable[str] = ()) -> None:
        context, field = self._context, states.field
        read = model_of(context.session.document).resources[states.resource].read
        wait_for_end(
            context, states, lambda: context.need(context.api.call(read, ids))[field], also
        )

    def _send_target(self, operation: Operation, target: Target) -> Exchange:
        own = Sample(**target.sample).filled(self.lookup, self._context.marker)
        sample = own if target.sample else self.sample(operation)
        if sample and sample.before:
            self.send_sample(self._context.document.operations[sample.before])
        ids = {**words_of(operation), **own.ids}
        url = operation.url({name: self._resolve(ids[name]) for name in operation.path_ids})
        if target.after_s:
            self._context.clock.advance(target.after_s)
        return self._context.api.try_send(self.message(operation, sample, url), operation.id)


def take(answer: object, target: Target) -> object:
    """Return what stands at the target's place in an answer.

    Raises:
        Skipped: nothing stands there.

    """
    found: Any = answer
    steps = target.at.split(".") if target.at else []
    try:
        for step, following in zip_longest(steps, steps[1:]):
            if step == ANY:
                found = _first_fitting(found, target)
            elif following == ANY:
                found = items_in(found, step)
            else:
                found = found[int(step)] if isinstance(found, list) else found[step]
    except (IndexError, KeyError, TypeError):
        found = None
    if found is None:
        if target.ability:
            said = f"{target.operation} tells of no model for {target.ability}"
            raise Skipped(f"{said}: name one, --model {target.ability}=NAME")
        what = " and ".join(f"{path} = {each!r}" for path, each in target.where.items())
        raise Skipped(
            f"{target.operation} tells nothing at {target.at!r}{what and f' with {what}'}"
        )
    return found


def tells(answer: Exchange, target: Target) -> bool:
    """Say whether something stands at the target's place in an answer."""
    try:
        return answer.ok and take(answer.json(), target) is not None
    except (LeftOut, Misread, Skipped):
        return False


def items_in(answer: object, name: str) -> list[Any]:
    """Return the items of a list under a name.

    Else those of the first list of objects that is there.
    """
    within = [*answer.values()] if isinstance(answer, dict) else []
    named = answer.get(name) if isinstance(answer, dict) else None
    for each in (named, answer, *within):
        if isinstance(each, list) and all(isinstance(item, dict) for item in each):
            return each
    return []


def _first_fitting(items: Any, target: Target) -> object:  # noqa: ANN401 - JSON
    """Return the first item that fits; where the target says so, else the first one of all.

    Raises:
        IndexError: there is none.

    """
    known = trained_last(items, target.ability)
    fitting = [each for each in known if _fits(each, target.where)]
    return (fitting or (known if target.or_first else fitting))[0]


def _fits(item: object, where: dict[str, Any]) -> bool:
    """Say whether at each place, or at one of several with a bar between, the wanted stands."""
    return all(
        any(_is(_at(item, path), wanted) for path in paths.split("|"))
        for paths, wanted in where.items()
    )


def _at(item: object, path: str) -> object:
    found: Any = item
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _is(found: object, wanted: object) -> bool:
    """Say whether a value is the wanted one, or holds it; texts are compared with a pattern."""
    if isinstance(found, list):
        return any(_is(each, wanted) for each in found)
    both = isinstance(found, str) and isinstance(wanted, str)
    return found == wanted or (both and fnmatchcase(str(found), str(wanted)))


def words_of(operation: Operation) -> dict[str, str]:
    """Return what stands for each path id: a word with a dollar sign, or the id itself."""
    sample = load_samples().get(operation.id)
    named = sample.ids if sample else {}
    return {name: named.get(name, f"${name}") for name in operation.path_ids}


def nothing(name: str) -> str:
    """Return an id that belongs to no object, the same one for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance:{name}"))


def unowned_ids(operation: Operation) -> dict[str, str]:
    """Path ids of objects that do not exist."""
    return {name: nothing(name) for name in operation.path_ids}


def targets_of(context: Context) -> Targets:
    """Return the run's targets, recording for the rule that now runs."""
    memory = context.session.memory
    found: Targets = memory.setdefault(Targets, Targets(context))
    return found.serve(context)


def attempt(context: Context, operation: str) -> Exchange | None:
    """Return what an operation answers about a living object, None where none can be had.

    The object is had for attempts alone, so that no rule meets what they change. No action is taken
    only to try it: what is archived meanwhile could not be used.
    """
    resource = model_of(context.document).resource_of(operation)
    if resource and operation in resource.actions:
        return None
    tried: Targets = context.session.memory.setdefault(attempt, Targets(context, "try"))
    try:
        return tried.serve(context).send_sample(context.document.operations[operation])
    except Signal:
        return None
