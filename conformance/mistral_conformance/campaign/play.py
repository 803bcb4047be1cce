"""One sequence of actions as it goes: what should be there by now, and whether it is.

A step that the server refuses, or that nothing there allows, is left out: whether a single request
has to be taken is judged elsewhere. What the server took has to be seen from then on.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.views import expect_shown, new_value, told_by
from mistral_conformance.model.access import VIEW
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import RED, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Grant, Resource

ACTIONS = ("create", "read", "list", "change", "delete", "share", "unshare")
MEMBER = "neighbour"
GONE = (404, 410)


@frozen
class Step:
    """One action, and two numbers that aim it: which of what is there, and which of its parts."""

    action: str
    at: int = 0
    part: int = 0


@define(eq=False)
class Thing:
    """An object that the sequence made: what it has to show, and whom it is shared with."""

    instance: Instance
    fields: dict[str, Any]
    parent: Thing | None = None
    gone: bool = False
    access: Instance | None = None

    @property
    def resource(self) -> Resource:
        """The resource that it is one of."""
        return self.instance.resource

    @property
    def lost(self) -> bool:
        """Whether it is gone, by itself or with what it was in."""
        return self.gone or (self.parent is not None and self.parent.lost)


@define(eq=False)
class Play:
    """A sequence that is being performed, by the resources it is about, the first one on top."""

    world: World
    resources: list[Resource]
    things: list[Thing] = field(factory=list)
    steps: list[str] = field(factory=list)
    done: int = 0

    @property
    def told(self) -> str:
        """The steps that did something, in words."""
        return "after: " + ", ".join(self.steps) if self.steps else "at once"

    def perform(self, steps: Sequence[Step]) -> None:
        """Make the object on top, perform the steps, and look at all that was made.

        Raises:
            Failed, Misread: the server does not show what it should.

        """
        for each in (Step("create"), *steps):
            self._red_alone(partial(_DO[each.action], self, each))
        for thing in self.things:
            self._red_alone(partial(self._check, thing))

    def _red_alone(self, act: Callable[[], object]) -> None:
        """Do something; that it cannot be done or judged is no failure."""
        try:
            act()
        except Signal as signal:
            if status_of(signal) in RED:
                raise

    def _note(self, step: Step, thing: Thing, more: str = "") -> None:
        same = [each for each in self.things if each.resource is thing.resource]
        number = f" {same.index(thing) + 1}" if thing in same else ""
        name = thing.resource.name.replace("_", " ")
        self.steps.append(f"{step.action} {name}{number}{more}")
        self.done += 1

    def _alive(self, at: int, *, of: Callable[[Thing], object] = lambda _: True) -> Thing | None:
        found = [each for each in self.things if not each.lost and of(each)]
        return found[at % len(found)] if found else None

    def create(self, step: Step) -> None:
        """Make an object of one of the resources, in one that is there where it lies in another."""
        resource = self.resources[step.part % len(self.resources)]
        parent = None
        if resource.parent:
            parent = self._alive(step.at, of=lambda one: one.resource.name == resource.parent)
            if parent is None:
                return
        instance = self.world.make(resource, parent=parent.instance if parent else None)
        kept = {name for name, each in resource.fields.items() if each.kept}
        sent = {name: value for name, value in instance.sent.items() if name in kept}
        thing = Thing(instance, sent, parent)
        self.things.append(thing)
        self._note(step, thing)
        expect_shown(self.world, instance, told_by(self.world, instance, instance.made), sent)

    def read(self, step: Step) -> None:
        """Look at one object in all its views."""
        thing = self._alive(step.at)
        if thing:
            self._note(step, thing)
            self._check(thing)

    def list(self, step: Step) -> None:
        """Walk the list that an object is in: it has what was made there, and nothing deleted."""
        thing = self._alive(step.at, of=lambda one: one.resource.list)
        if thing is None or not self.world.capabilities.offers(thing.resource.list):
            return
        self._note(step, thing)
        walk = self.world.walk(thing.resource, thing.instance.parent_ids)
        keys = [key_of(thing.resource, each) for each in walk.items]
        for each in self.things:
            if each.resource is thing.resource and each.parent is thing.parent:
                due = 0 if each.lost else 1
                said = f"{thing.resource.list} has a {_state(each)} {each.resource.name} "
                count = keys.count(each.instance.key)
                self.world.expect(count == due, f"{said}{count} times", *walk.pages)

    def change(self, step: Step) -> None:
        """Give a field of one object a new value, which answer and views show from then on."""
        thing = self._alive(step.at, of=lambda one: one.resource.changes)
        if thing is None:
            return
        fields = [each for each in thing.resource.fields.values() if each.changed]
        if not fields:
            return
        chosen = fields[step.part % len(fields)]
        value = new_value(self.world, thing.resource, chosen)
        answer = self.world.change(thing.instance, {chosen.changed: value})
        self._expect_there(thing, answer.status)
        if answer.ok:
            self._note(step, thing, f" `{chosen.name}`")
            if chosen.kept:
                thing.fields[chosen.name] = value
            views = told_by(self.world, thing.instance, answer)
            expect_shown(self.world, thing.instance, views, thing.fields)

    def delete(self, step: Step) -> None:
        """Delete one object, and with it what lies in it."""
        thing = self._alive(step.at, of=lambda one: one.resource.delete)
        if thing is None:
            return
        self.world.capabilities.require([thing.resource.delete])
        answer = self.world.delete(thing.instance)
        self._expect_there(thing, answer.status)
        if answer.ok:
            self._note(step, thing)
            thing.gone = True
            self._check(thing)

    def share(self, step: Step) -> None:
        """Give somebody else access to one object, who then can read it."""
        thing = self._alive(step.at, of=lambda one: self._grant(one) and not one.access)
        grant = self._grant(thing) if thing else None
        if thing is None or grant is None:
            return
        kind = next(word for word, fact in grant.kinds.items() if fact == "user")
        whom = self.world.lookup(f"{MEMBER}.user")
        given = {grant.kind: kind, grant.whom: whom, grant.field: grant.word(VIEW)}
        access = self.world.model.resources[grant.resource]
        thing.access = self.world.make(access, parent=thing.instance, given=given)
        self._note(step, thing)
        self._check_access(thing)

    def unshare(self, step: Step) -> None:
        """Take the access away again."""
        thing = self._alive(step.at, of=lambda one: one.access)
        if thing is None or thing.access is None:
            return
        if self.world.delete(thing.access).ok:
            self._note(step, thing)
            thing.access = None
            self._check_access(thing)

    def _grant(self, thing: Thing) -> Grant | None:
        known = MEMBER in self.world.others
        grants = self.world.model.grants if known else ()
        return next((each for each in grants if each.parent == thing.resource.name), None)

    def _expect_there(self, thing: Thing, status: int) -> None:
        said = f"{thing.resource.one} that nobody deleted is answered {status}"
        self.world.expect(status not in GONE, said)

    def _check(self, thing: Thing) -> None:
        """Hold the views of an object to what was last done to it."""
        if not thing.lost:
            views = self.world.look(thing.instance)
            expect_shown(self.world, thing.instance, views, thing.fields)
            self._check_access(thing)
            return
        if thing.parent and thing.parent.lost:
            shown = [self.world.read(thing.instance)] if thing.resource.read else []
        else:
            shown = self.world.look(thing.instance)
        for each in shown:
            said = f"{each.view} still shows a deleted {thing.resource.name}"
            self.world.expect(each.value is None, said, thing.instance.made, each.exchange)

    def _check_access(self, thing: Thing) -> None:
        """Hold the server to who may read a shared object, and who may not any more."""
        if not self._grant(thing) or not thing.resource.read:
            return
        seen = self.world.read(thing.instance, by=MEMBER)
        shared = thing.access is not None
        said = f"{seen.view} answers {seen.exchange.status} to the {MEMBER} about "
        what = f"a {'shared' if shared else 'private'} {thing.resource.name}"
        self.world.expect((seen.value is not None) is shared, said + what, seen.exchange)


def _state(thing: Thing) -> str:
    return "deleted" if thing.lost else "living"


_DO: dict[str, Callable[[Play, Step], None]] = {
    "create": Play.create,
    "read": Play.read,
    "list": Play.list,
    "change": Play.change,
    "delete": Play.delete,
    "share": Play.share,
    "unshare": Play.unshare,
}
