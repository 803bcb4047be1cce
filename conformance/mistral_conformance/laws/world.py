"""What laws work with: the model, the server, makers, and the views of every object.

Everything here is about any resource; what one law alone needs is in its own module.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.comparing import describe, first_difference
from mistral_conformance.laws.finding import own_named
from mistral_conformance.laws.instance import Instance, Shown, bare, key_of
from mistral_conformance.laws.making import make
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.values import Values
from mistral_conformance.laws.walking import walk_list
from mistral_conformance.model.schemas import body_properties, wrapped
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.settling import ask_until_shown, wait_for_end
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.exchange import Misread
from mistral_conformance.session.capabilities import Capabilities, capabilities_of
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.model import Field, Model, Resource, States
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

OTHERS = ("colleague", "neighbour", "stranger")
"""Identities that may stand by while the caller changes something of its own."""
ACCEPTED, BROKEN = 202, 500
OUTSIDERS = ("neighbour", "stranger")
"""Identities outside of the caller's workspace."""


class World:
    """One law's view of the run."""

    def __init__(self, ctx: Context, model: Model) -> None:
        self.ctx = ctx
        self.model = model
        self.values = Values(ctx.document, ctx.random, ctx.marker)
        self._lent: list[Instance] = []

    @property
    def document(self) -> Document:
        """The curated document."""
        return self.ctx.document

    @property
    def capabilities(self) -> Capabilities:
        """What the server offers."""
        return capabilities_of(self.ctx.session)

    @property
    def others(self) -> tuple[str, ...]:
        """The identities of the run beside the caller."""
        return tuple(each for each in OTHERS if each in self.ctx.session.identities)

    def lookup(self, word: str) -> str:
        """Return what a `$word` of the samples stands for.

        Raises:
            Skipped: the run does not know it.

        """
        return targets_of(self.ctx).lookup(word)

    def call(
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        *,
        by: str = CALLER,
        **request: Any,  # noqa: ANN401 - what `Api.call` takes
    ) -> Exchange:
        """Call an operation on what is there.

        Raises:
            NotOffered: the answer shows that the server does not have the operation.

        """
        answer = self.ask(operation, ids, by=by, **request)
        self.capabilities.see(answer)
        return answer

    def ask(
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        *,
        by: str = CALLER,
        **request: Any,  # noqa: ANN401 - what `Api.call` takes
    ) -> Exchange:
        """Call an operation on what may be gone or refused."""
        return self.ctx.as_(by).call(operation, ids, **request)

    def prepare(self, operation: str, by: str, ids: Mapping[str, str] | None = None) -> None:
        """Send what the sample of an operation needs before it, at the same ids.

        Raises:
            Unjudged: that is refused.

        """
        before = load_samples().get(operation, Sample()).before
        if before:
            self.prepare(before, by, ids)
            self.need(self.call(before, ids, by=by, **plain_request(self, before, ids)))

    def fail(self, reason: str, *evidence: Exchange) -> None:
        """End the law: the server broke it."""
        raise Failed(reason, *(evidence or self.ctx.exchanges[-1:]))

    def expect(self, condition: object, reason: str, *evidence: Exchange) -> None:
        """Hold the server to a condition."""
        self.ctx.expect(condition, reason, *evidence)

    def expect_same(
        self, fields: Iterable[Field], one: Shown, other: Shown, *between: Exchange, said: str = ""
    ) -> None:
        """Hold two views to show the fields alike, as far as both have them."""
        difference = first_difference(self.document, fields, one.fields, other.fields)
        if difference:
            reason = f"{said} {describe(*difference, one, other)}".lstrip()
            self.fail(reason, one.exchange, *between, other.exchange)

    # Making and changing

    def make(
        self,
        resource: Resource,
        *,
        by: str = CALLER,
        parent: Instance | None = None,
        given: Json | None = None,
    ) -> Instance:
        """Return a new object, in a new parent where it needs one and none is given; see `making`.

        Raises:
            NotOffered: the server has no operation that makes one.
            Unjudged: the server does not make it.

        """
        if resource.lent:
            return self._lend(resource)
        self.capabilities.require([resource.create])
        if resource.parent and parent is None:
            parent = self.make(self.model.resources[resource.parent], by=by)
        own = own_named(self, resource.create, by) if by in OUTSIDERS else {}
        return make(self, resource, by, parent, {**own, **(given or {})})

    def _lend(self, resource: Resource) -> Instance:
        """Return one that is there, which a law may change: it is given back as it was."""
        ids = self._ids_lent(resource)
        if self.ask(resource.read, ids).status == 404:  # another law has ended it
            targets_of(self.ctx).forget(self.document.operations[resource.changes[0]])
            ids = self._ids_lent(resource)
        self._lent.append(self.adopt(resource, ids))
        return self._lent[-1]

    def adopt(self, resource: Resource, ids: dict[str, str]) -> Instance:
        """Return the caller's object of these ids, which is there, as reading shows it.

        Raises:
            Unjudged: it cannot be read.

        """
        return Instance(resource, ids, CALLER, self.need(self.call(resource.read, ids)))

    def _ids_lent(self, resource: Resource) -> dict[str, str]:
        word = load_samples()[resource.changes[0]].ids[resource.parameter]
        return {resource.parameter: self.lookup(word.removeprefix("$"))}

    def give_back(self) -> None:
        """Leave what was lent as it was."""
        for instance in self._lent:
            resource, before = instance.resource, bare(instance.resource, instance.made.json())
            verbs = {each.rpartition(".")[2]: each for each in resource.actions}
            undoing = [verbs[f"un{verb}"] for verb in verbs if f"un{verb}" in verbs]
            for undo in undoing if not before.get("archived") else ():
                self.ask(undo, instance.ids)
            after = self.read(instance).fields
            changed = [each for each in resource.fields.values() if each.changed in before]
            body = {
                e.changed: before[e.name] for e in changed if after.get(e.name) != before[e.name]
            }
            if body:
                self.change(instance, body)

    def shared(self, resource: Resource) -> Instance:
        """Return an object in its end state that all laws of a run share, for those that only look.

        Raises:
            NotOffered, Unjudged: as in `make` and `settle`.

        """
        memory, key = self.ctx.session.memory, (World, resource.name)
        if key not in memory or not all(each.value for each in self.look(memory[key])):
            with self.ctx.session.creations.keep():
                memory[key] = self.make(resource)
            self.settle(memory[key])
        found: Instance = memory[key]
        return found

    def settled(self, resource: Resource, given: Json | None = None) -> Instance:
        """Return a new object of the caller's in its end state, see `make` and `settle`."""
        instance = self.make(resource, given=given)
        self.settle(instance)
        return instance

    def change(
        self, instance: Instance, body: Json, *, by: str = "", through: str = ""
    ) -> Exchange:
        """Change an object `through` an operation, else in the newest way that the server offers.

        Raises:
            NotOffered: it offers none.

        """
        own = (each.through for each in instance.resource.fields.values() if each.changed in body)
        through = through or next(filter(None, own), "")
        if through:
            self.capabilities.require([through])
            whole = self.complete(instance, through, body)
            return self.call(through, instance.ids, by=by or instance.by, json=whole)
        offered = [each for each in instance.resource.changes if self.capabilities.offers(each)]
        self.capabilities.require(instance.resource.changes if not offered else ())
        whole = self.complete(instance, offered[0], body)
        return self.call(offered[0], instance.ids, by=by or instance.by, json=whole)

    def complete(self, instance: Instance, operation: str, body: Json) -> Json:
        """Return the body of a changing request, with what it must have as the object has it."""
        taken = body_properties(self.document, self.document.operations[operation])
        needed = [each.name for each in taken.values() if each.required]
        read = instance.resource.read
        look = self.read if read and self.capabilities.offers(read) else self.spot
        shown = look(instance).fields if needed else {}
        fields = {each.changed: each.name for each in instance.resource.fields.values()}
        own = {name: shown[fields[name]] for name in needed if fields.get(name) in shown}
        return wrapped(self.document, self.document.operations[operation], {**own, **body})

    def delete(self, instance: Instance, *, by: str = "") -> Exchange:
        """Delete an object; the answer may be a refusal, or come before the object is gone."""
        by, body = by or instance.by, self.end_body(instance)
        answer = self.ask(instance.resource.delete, instance.ids, by=by, **body)
        self.await_end(instance, answer)
        return answer

    def await_end(self, instance: Instance, *answers: Exchange) -> None:
        """Wait until an object is gone that one of the answers has only promised to delete."""
        if ACCEPTED in {each.status for each in answers}:
            look = partial(self.read, instance)
            ask_until_shown(self.ctx, instance.resource.delete, look, lambda e: e.value is None)

    def end_body(self, instance: Instance) -> Json:
        """Return what deleting takes beside the path: the key, where the object has no path."""
        if instance.resource.parameter:
            return {}
        return {"json": dict(zip(instance.resource.key, instance.key, strict=True))}

    def need(self, exchange: Exchange) -> Exchange:
        """Return the exchange of a preparation, which has to succeed.

        Raises:
            Failed: the server broke, which no request may bring about.
            NotOffered, Unjudged: see `Context.need`.

        """
        if exchange.status == BROKEN:
            self.fail(f"{exchange.operation or exchange.method} answered {BROKEN}", exchange)
        return self.ctx.need(exchange)

    def taken(self, exchange: Exchange) -> Exchange:
        """Return the exchange of something that a server may refuse.

        Raises:
            Skipped: it does.
            Failed, Unjudged: as in `need`.

        """
        if 400 <= exchange.status < 500:
            raise Skipped(f"{exchange.operation} is refused with {exchange.status}", exchange)
        return self.need(exchange)

    # Looking

    def look(self, instance: Instance, *, by: str = "") -> list[Shown]:
        """Return the object in each view that shows it whole and that the server offers.

        A list that is none when it is first seen is left out where the object can be read: its form
        is judged elsewhere, and here it would hide what the object's own path shows.

        Raises:
            Misread: what shows the object has not the form of a list.

        """
        resource = instance.resource
        found = []
        if resource.read and self.capabilities.offers(resource.read):
            found.append(self.read(instance, by=by))
        lists = [each for each in (resource.list, *resource.lists) if each]
        for each in lists:
            if self.capabilities.offers(each) and (not found or self._is_list(each, instance, by)):
                found.append(self.spot(instance, by=by, through=each))
        return found

    def _is_list(self, view: str, instance: Instance, by: str) -> bool:
        """Say whether a list had the form of one when it was first seen."""
        memory = self.ctx.session.memory
        if (World, view) not in memory:
            try:
                self.spot(instance, by=by, through=view)
            except Misread:
                memory[World, view] = False
            else:
                memory[World, view] = True
        seen: bool = memory[World, view]
        return seen

    def read(self, instance: Instance, *, by: str = "") -> Shown:
        """Return the object as its own path shows it, None where it is refused."""
        operation = instance.resource.read
        query = self.telling_most(instance.resource)
        answer = self.ask(operation, instance.ids, by=by or instance.by, query=query)
        value = bare(instance.resource, answer.json()) if answer.ok else None
        if value is not None and not isinstance(value, dict):
            self.fail("the answer is no object", answer)
        return Shown(operation, answer, value)

    def telling_most(self, resource: Resource) -> Json | None:
        """Return what a read takes of the query with which a resource's list tells most, if any."""
        view = self.model.lists.get(resource.list)
        if view is None or not view.show:
            return None
        taken = {each["name"] for each in self.document.operations[resource.read].parameters}
        return {name: each for name, each in view.show.items() if name in taken} or None

    def spot(self, instance: Instance, *, by: str = "", through: str = "") -> Shown:
        """Return the object as a list of its resource shows it, None if the list lacks it."""
        resource, key = instance.resource, instance.key
        view = through or resource.list
        walk = self.walk(resource, instance.parent_ids, by=by or instance.by, through=view)
        found = [each for each in walk.items if key_of(resource, each) == key]
        if len(found) > 1:
            self.fail(f"{view} has one {resource.name} {len(found)} times", *walk.pages)
        return Shown(view, walk.last, found[0] if found else None)

    def walk(
        self,
        resource: Resource,
        ids: Mapping[str, str] | None = None,
        query: Json | None = None,
        *,
        by: str = CALLER,
        size: int | None = None,
        tokens: bool = True,
        through: str = "",
    ) -> Walk:
        """Return the whole list of a resource, through another operation than its first list's.

        Raises:
            Skipped: it does not tell which items they are, as it need not.

        """
        view = self.model.lists[through or resource.list]
        ask = partial(self._page, view.operation, ids or {}, by)
        walk = walk_list(view, ask, query or {}, size=size, tokens=tokens)
        if any(key_of(resource, each)[0] is None for each in walk.items):
            said = f"items of {view.operation} do not tell their `{resource.key[0]}`"
            raise Skipped(said, walk.last)
        return walk

    def _page(self, operation: str, ids: Mapping[str, str], by: str, query: Json) -> Exchange:
        return self.call(operation, ids, by=by, query=query or None)

    def settle(self, instance: Instance) -> None:
        """Wait until the object is in an end state, on the server's clock where it has one.

        Raises:
            Unjudged: that takes longer than two minutes of the server's time.

        """
        states = self.model.states_of(instance.resource.name)
        if states:
            self.wait(instance, states)

    def await_turn(self, instance: Instance, operation: str) -> None:
        """Wait until the object is in a state that the operation is declared to be asked in."""
        states = self.model.states_of(instance.resource.name)
        if states and operation in states.asked_in:
            self.wait(instance, states, states.asked_in[operation])

    def wait(self, instance: Instance, states: States, also: Iterable[str] = ()) -> None:
        """Wait until the object is at its end, or in one of other states."""
        self.capabilities.require([instance.resource.read])
        look = partial(self.read, instance)
        wait_for_end(self.ctx, states, lambda: look().fields.get(states.field), also)
