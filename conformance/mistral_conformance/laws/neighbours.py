"""Law 2: neighbours stay. What one request changes, it changes alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.access import calm
from mistral_conformance.laws.bystanders import bystanders_of, keys_beside, namesake
from mistral_conformance.laws.comparing import ABSENT, describe_change, first_change
from mistral_conformance.laws.instance import Shown, bare, key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.subjects import changes, needs_of, resources
from mistral_conformance.laws.texts import read_text
from mistral_conformance.laws.views import new_value, stable
from mistral_conformance.model.fields import shown_by
from mistral_conformance.model.schemas import JSON, body_properties, types
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.counting import counted
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import Failed, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: a request changes what it does not name"
NUMBERS = frozenset({"integer", "number", "null"})
CHANGING = ("PUT", "PATCH")
"""What is done so to a part of an object, with words that say how, is a change of it."""


def _acted_on(model: Model, *, lent: bool = False) -> Iterator[Subject]:
    """Yield each operation that makes, changes, ends or deletes an object, or does something to it.

    With `lent` also what changes an object that cannot be made, or does something to it.
    """
    for each in model.resources.values():
        ends = [name for name in ((each.create if each.list else ""), each.delete) if name]
        acting = (*(ends if each.whole else ()), *each.changes[:1], *each.actions)
        for operation in acting if each.whole or (lent and each.lent) else ():
            operations = (operation, *((each.read,) if each.read else ()))
            needed = (each.create or each.read, operation)
            yield Subject(operation, (each, operation), operations, needed, needs=needs_of(each))


def _partly_changed(model: Model) -> Iterator[Subject]:
    """Yield each way to change an object that demands no field."""
    for subject in resources(model, lambda each: each.changes, lent=True):
        for operation in subject.value.changes:
            taken = body_properties(model.document, model.document.operations[operation])
            if not any(each.required for each in taken.values()):
                operations = (operation, *subject.operations)
                value, needed = (subject.value, operation), (*subject.needed, operation)
                yield evolve(
                    subject, name=operation, value=value, operations=operations, needed=needed
                )


def _actions(model: Model) -> Iterator[Subject]:
    for subject in _acted_on(model, lent=True):
        resource, operation = subject.value
        spec = model.document.operations[operation]
        told = spec.body is not None or any(each["in"] == "query" for each in spec.parameters)
        changing = spec.method in CHANGING and told
        if operation in resource.actions and resource.read and not changing:
            yield subject


def _telling(model: Model) -> Iterator[Subject]:
    """Yield each change and action that answers with fields of the object."""
    for subject in _acted_on(model, lent=True):
        resource, operation = subject.value
        told = shown_by(model.document, resource, operation)
        acting = operation in (*resource.changes, *resource.actions)
        if acting and resource.read and told and set(told) >= set(resource.key):
            yield subject


@law(id="neighbours.other-fields-stay", over=changes, source=LOST, harm=True)
def other_fields_stay(world: World, resource: Resource, field: Field, operation: str) -> None:
    """A change of one field leaves every other field of the object as it was."""
    instance = world.make(resource, given=_shown_otherwise(world, resource))
    if resource.changes:
        _fill(world, instance, field)
    _put_into(world, instance)
    for each in {each.moved_by[0]: None for each in resource.fields.values() if each.moved_by}:
        world.need(act(world, instance, each))
    calm(world, instance)
    before = world.look(instance)
    body = {field.changed: new_value(world, resource, field)}
    change = world.need(world.change(instance, body, through=operation))
    others = [each for each in _still(world, resource) if each.name != field.name]
    others += [each for each in resource.fields.values() if each.count or each.sum]
    calm(world, instance)
    after = world.look(instance)
    expect_unchanged(world, others, before, after, change)
    found_out = [each for each in resource.fields.values() if each.moves == "alone"]
    _expect_known([e for e in found_out if field.name not in e.name], before, after, change)


@law(id="neighbours.empty-change-is-none", over=_partly_changed, source=LOST, harm=True)
def empty_change_is_none(world: World, resource: Resource, operation: str) -> None:
    """A change that names no field leaves every field as it was, or is refused."""
    instance = world.make(resource)
    _fill(world, instance)
    calm(world, instance)
    before = world.look(instance)
    change = world.taken(world.change(instance, {}, through=operation))
    calm(world, instance)
    expect_unchanged(world, _still(world, resource), before, world.look(instance), change)


@law(id="neighbours.own-fields-stay", over=_actions, source=LOST, harm=True)
def own_fields_stay(world: World, resource: Resource, operation: str) -> None:
    """What is done to an object leaves what its owner gave it, its text, and what is in it."""
    instance = world.make(resource, given=made_for(world, resource, operation))
    if resource.changes:
        _fill(world, instance)
    _make_ready(world, instance, operation)
    states = world.model.states_of(resource.name)
    before, texts = world.look(instance), _texts(world, instance)
    done = world.taken(act(world, instance, operation))
    world.settle(instance)
    own = [each for each in stable(resource) if operation not in each.moved_by]
    fields = [each for each in own if each.moves != "change"]
    expect_unchanged(world, fields, before, world.look(instance), done)
    same = texts == _texts(world, instance)
    world.expect(same, f"{operation} changed the text of the {resource.name}", done)
    inside = set() if states else _ids_inside(world, instance)  # what has an end may be set back
    if inside and act(world, instance, operation).ok:  # what the first time added stays, too
        lost = inside - _ids_inside(world, instance)
        said = (
            f"{operation} a second time took "
            f"{counted(len(lost), 'part')} out of the {resource.name}"
        )
        world.expect(not lost, said)


@law(id="neighbours.others-stay", over=_acted_on, source=LOST, harm=True)
def others_stay(world: World, resource: Resource, operation: str) -> None:
    """What is done to one object is done to no other: none beside it, below it, or of others."""
    elder = world.make(resource)
    instance = _make_beside(world, elder, operation)
    bystanders = bystanders_of(world, instance, operation)
    bystanders += [elder] if elder is not instance else []
    for each in bystanders:
        calm(world, each)
    if elder is not instance and world.model.states_of(resource.name):
        instance = _make_beside(world, elder, operation)  # the first may have ended with them
    before = [(each, world.look(each)) for each in bystanders]
    keys = keys_beside(world, instance)
    held = [(each, _content(world, each)) for each in bystanders]
    beside = [e for e in bystanders if e.resource is resource and e is not instance]
    filled = [(each, _ids_inside(world, each)) for each in beside]
    done = world.taken(act(world, instance, operation))
    if operation not in {resource.create, resource.delete}:
        same = keys == keys_beside(world, instance)
        world.expect(
            same, f"{operation} added to the {resource.several} beside, or took away", done
        )
    for bystander, seen in before:
        of_kind = [each for each in resource.fields.values() if each.moves == "change"]
        moving = of_kind if bystander in beside else ()
        fields = [*_still(world, bystander.resource), *moving]
        expect_unchanged(world, fields, seen, world.look(bystander), done)
    for bystander, inside in filled:
        lost = inside - _ids_inside(world, bystander)
        parts = counted(len(lost), "part")
        world.expect(
            not lost, f"{operation} at one took {parts} out of another {resource.name}", done
        )
    for bystander, answer in held:
        if answer is not None and answer.ok:
            again = _content(world, bystander)
            same = again is not None and again.content == answer.content
            said = f"{operation} at one took the content of another {bystander.resource.name}"
            world.expect(same, said, answer, done, *filter(None, (again,)))


@law(id="neighbours.action-shows-the-object", over=_telling, source=LOST, harm=True)
def action_shows_the_object(world: World, resource: Resource, operation: str) -> None:
    """An object that a change or an action answers with is the object that reading shows."""
    instance = world.make(resource, given=made_for(world, resource, operation))
    for each in {
        e for f in resource.fields.values() if operation in f.moved_by for e in f.moved_by
    }:
        if each != operation:  # what is undone has to be done first
            world.need(act(world, instance, each))
    world.await_turn(instance, operation)
    before = world.read(instance)
    done = world.taken(act(world, instance, operation))
    value = bare(resource, done.json())
    if key_of(resource, value) != instance.key:
        raise Skipped(f"{operation} does not answer with the object", done)
    after, told = world.read(instance), Shown(operation, done, value)
    states = world.model.states_of(resource.name)
    ended = states is not None and told.fields.get(states.field) in states.ends
    fields = [
        each
        for each in resource.fields.values()
        if ended
        or each.moves != "alone"
        or before.fields.get(each.name) == after.fields.get(each.name)
    ]
    world.expect_same(fields, told, after, done)


def act(world: World, instance: Instance, operation: str) -> Exchange:
    """Do something to an object: one more of its name, a change of its first field, its end, ..."""
    resource = instance.resource
    if operation == resource.create:
        try:
            return namesake(world, instance).made
        except Unjudged as refused:
            reason = f"the server makes no second {resource.name} of a name"
            raise Skipped(reason, *refused.evidence) from refused
    if operation == resource.delete:
        return world.delete(instance)
    fields = [each for each in resource.fields.values() if each.changed]
    if operation in resource.changes and fields:
        field = fields[0]
        body = {field.changed: new_value(world, resource, field)}
        return world.change(instance, body, through=operation)
    world.prepare(operation, instance.by, instance.ids)
    return send_plain(world, operation, instance.ids, by=instance.by)


def made_for(world: World, resource: Resource, operation: str) -> Json:
    """Return what an object is made with that something is to be done to."""
    sample = load_samples().get(operation, Sample()) if operation in resource.actions else Sample()
    return sample.filled(world.lookup, world.ctx.marker).made


def _make_beside(world: World, elder: Instance, operation: str) -> Instance:
    """Return one beside another, ready for the operation; the other itself where none is made."""
    instance, resource = elder, elder.resource
    if resource.parameter:
        given = made_for(world, resource, operation)
        instance = world.make(resource, parent=elder.parent, given=given)
    _make_ready(world, instance, operation)
    return instance


def _make_ready(world: World, instance: Instance, operation: str) -> None:
    """Wait until the object is at its end, or as the operation wants it: on its way or checked."""
    states = world.model.states_of(instance.resource.name)
    if states and operation in states.asked_in:
        world.await_turn(instance, operation)
    elif not states or operation not in states.stops:  # what has ended cannot be stopped
        world.settle(instance)


def _content(world: World, instance: Instance) -> Exchange | None:
    """Return the bytes of an object as a download gives them, None where it has none."""
    download = instance.resource.content
    if not download or not world.capabilities.offers(download):
        return None
    return world.ask(download, instance.ids, by=instance.by)


def _still(world: World, resource: Resource) -> list[Field]:
    """Return the fields of an object at its end that only a request about it may move.

    What processing found out is among them where a clock lets the suite wait for the end.
    """
    states = world.model.states_of(resource.name)
    ended = states is not None and world.ctx.session.clock
    return [
        each
        for each in resource.fields.values()
        if each.moves == "never" or (ended and each.moves == "alone" and each.name != "url")
    ]


def fixed(resource: Resource) -> list[Field]:
    """Return the fields that nothing moves."""
    return [each for each in resource.fields.values() if each.moves == "never"]


def _texts(world: World, instance: Instance) -> dict[str, str]:
    """Return the text of an object, by each view that the server offers."""
    return {
        each.operation: read_text(world, each, instance)
        for each in world.model.texts
        if each.resource == instance.resource.name and world.capabilities.offers(each.operation)
    }


def _ids_inside(world: World, instance: Instance) -> set[tuple[str, str]]:
    """Return what is in an object, by each view of it that lists things with ids: view and id."""
    found = set()
    for view in instance.resource.views:
        named = set(world.document.operations[view].path_ids) <= instance.ids.keys()
        if view in instance.resource.links or not named or not world.capabilities.offers(view):
            continue
        answer = world.ask(view, instance.ids, by=instance.by)
        whole = answer.json() if answer.ok and answer.media_type == JSON else None
        for told in whole.values() if isinstance(whole, dict) else ():
            items = told if isinstance(told, list) else ()
            found |= {(view, str(e["id"])) for e in items if isinstance(e, dict) and "id" in e}
    return found


def _fill(world: World, instance: Instance, field: Field | None = None) -> None:
    """Give each other changeable field a value, so that there is something to lose.

    What the object was made with has to stay; without a field it gets a new value, too.
    """
    resource = instance.resource
    body = {}
    for each in resource.fields.values():
        new = field is None or (each.name != field.name and each.name not in instance.sent)
        if each.changed and new:
            with suppress(Skipped):
                body[each.changed] = new_value(world, resource, each)
    if body:
        before = world.look(instance) if field else []
        change = world.need(world.change(instance, body))
        kept = [each for each in fixed(resource) if each.name in instance.sent]
        expect_unchanged(world, kept, before, world.look(instance) if field else [], change)


def _shown_otherwise(world: World, resource: Resource) -> Json:
    """Return numbers for what both making and changing take and answers show by another name."""
    if not (resource.create and resource.changes):
        return {}
    of = [resource.create, *resource.changes]
    taken = [body_properties(world.document, world.document.operations[each]) for each in of]
    named = {name for each in resource.fields.values() for name in (each.sent, each.changed)}
    made = {
        name: world.values.make(name, taken[0][name].schema)
        for name in sorted(set(taken[0]).intersection(*taken[1:]) - named)
        if not types(world.document, taken[0][name].schema) - NUMBERS
    }
    return {name: value for name, value in made.items() if value is not None}


def _put_into(world: World, instance: Instance) -> None:
    """Make one of each child of an object that tells how many it has, so that it has some."""
    resource = instance.resource
    for name in (
        resource.children if any(e.count or e.sum for e in resource.fields.values()) else ()
    ):
        child = world.model.resources[name]
        if child.whole and world.capabilities.offers(child.create):
            with suppress(Signal):  # a share takes somebody to share with
                world.settle(world.make(child, parent=instance))


def _expect_known(
    fields: list[Field], before: list[Shown], after: list[Shown], done: Exchange
) -> None:
    """Hold what was found out about an object to be known still, if not to be the same."""
    for one, other in zip(before, after, strict=True):
        for each in fields:
            lost = other.fields.get(each.name, ABSENT) is None
            if lost and one.fields.get(each.name) is not None:
                reason = f"{done.operation} lost `{each.name}`, which {one.view} had shown"
                raise Failed(reason, one.exchange, done, other.exchange)


def expect_unchanged(
    world: World,
    fields: list[Field],
    before: list[Shown],
    after: list[Shown],
    done: Exchange,
) -> None:
    """Hold each view to show the fields as it did before something was done."""
    for one, other in zip(before, after, strict=True):
        said = f"{other.view} does not show any more what it showed before {done.operation}"
        world.expect(other.value is not None or one.value is None, said, done, other.exchange)
        difference = first_change(world.document, fields, one.fields, other.fields)
        if difference:
            reason = f"{done.operation} changed {describe_change(*difference, one.view)}"
            world.fail(reason, one.exchange, done, other.exchange)
