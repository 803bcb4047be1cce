"""Law 2: neighbours stay. What one request changes, it changes alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mistral_conformance.laws.comparing import describe, first_difference
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.subjects import changes, needs_of
from mistral_conformance.laws.views import new_value, stable
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance, Shown
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: a request changes what it does not name"


def _acted_on(model: Model) -> Iterator[Subject]:
    """Each operation that changes, ends or deletes an object, or does something else to it."""
    for each in model.resources.values():
        acting = (*each.changes[:1], *each.actions, *((each.delete,) if each.delete else ()))
        for operation in acting if each.whole else ():
            operations = (operation, *((each.read,) if each.read else ()))
            needed = (each.create, operation)
            yield Subject(operation, (each, operation), operations, needed, needs=needs_of(each))


@law(id="neighbours.other-fields-stay", over=changes, source=LOST, harm=True)
def other_fields_stay(world: World, subject: tuple[Resource, Field, str]) -> None:
    """A change of one field leaves every other field of the object as it was."""
    resource, field, operation = subject
    instance = world.make(resource)
    if resource.create and resource.changes:
        _fill(world, instance, field)
    before = world.look(instance)
    body = {field.changed: new_value(world, resource, field)}
    change = world.need(world.change(instance, body, through=operation))
    others = [e for e in stable(resource) if e.name != field.name and e.moves != "change"]
    _expect_unchanged(world, others, before, world.look(instance), change)


@law(id="neighbours.others-stay", over=_acted_on, source=LOST, harm=True)
def others_stay(world: World, subject: tuple[Resource, str]) -> None:
    """What is done to one object is done to no other: none beside it, below it, or of others."""
    resource, operation = subject
    instance = world.make(resource)
    world.settle(instance)
    bystanders = _bystanders(world, instance, operation)
    before = [(each, world.look(each)) for each in bystanders]
    done = act(world, instance, operation)
    if done.status in {400, 403, 404, 409, 422}:
        raise Skipped(f"{operation} answered {done.status} for a new {resource.name}", done)
    world.need(done)
    for bystander, seen in before:
        fields = [e for e in stable(bystander.resource) if e.moves != "change"]
        _expect_unchanged(world, fields, seen, world.look(bystander), done)


def act(world: World, instance: Instance, operation: str) -> Exchange:
    """Do something to an object: change its first plain field, delete it, or the action itself."""
    resource = instance.resource
    if operation == resource.delete:
        return world.delete(instance)
    fields = [each for each in resource.fields.values() if each.changed]
    if operation in resource.changes and fields:
        field = fields[0]
        body = {field.changed: new_value(world, resource, field)}
        return world.change(instance, body, through=operation)
    world.prepare(operation, instance.by, instance.ids)
    return send_plain(world, operation, instance.ids, by=instance.by)


def _bystanders(world: World, instance: Instance, operation: str) -> list[Instance]:
    """A sibling, one elsewhere, one of each other identity, and the children of the object."""
    resource = instance.resource
    found = []
    if resource.parameter:
        found.append(world.make(resource, parent=instance.parent))
    found.append(world.make(resource))
    for each in world.others if resource.parameter else ():
        with suppress(Unjudged):  # not everybody has what it takes to make one
            found.append(world.make(resource, by=each))
    if operation != resource.delete:
        children = [world.model.resources[each] for each in resource.children]
        found += [world.make(e, parent=instance) for e in children if e.parameter and e.whole]
    return found


def _fill(world: World, instance: Instance, field: Field) -> None:
    """Give each other changeable field a value, so that there is something to lose."""
    resource = instance.resource
    body = {}
    for each in resource.fields.values():
        if each.changed and each.name != field.name and each.name not in instance.sent:
            with suppress(Skipped):
                body[each.changed] = new_value(world, resource, each)
    if body:
        world.need(world.change(instance, body))


def _expect_unchanged(
    world: World,
    fields: list[Field],
    before: list[Shown],
    after: list[Shown],
    done: Exchange,
) -> None:
    for one, other in zip(before, after, strict=True):
        said = f"{other.view} does not show any more what it showed before {done.operation}"
        world.expect(other.value is not None or one.value is None, said, done, other.exchange)
        difference = first_difference(world.document, fields, one.fields, other.fields)
        if difference:
            reason = f"{done.operation} changed {describe(*difference, one, other)}"
            world.fail(reason, one.exchange, done, other.exchange)
