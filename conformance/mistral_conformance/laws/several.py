"""Several things in one request: each is done as it would be if it stood alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.access import calm
from mistral_conformance.laws.comparing import is_same
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import law
from mistral_conformance.laws.making import FILE_FIRST
from mistral_conformance.laws.named import EITHER_CASE
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.schemas import changing_schema, creating_schema
from mistral_conformance.laws.stored import stored
from mistral_conformance.laws.subjects import newest_change, resources
from mistral_conformance.laws.values import NAMES
from mistral_conformance.laws.views import (
    expect_shown,
    is_emptied,
    new_value,
    stable,
    told_by,
)
from mistral_conformance.model.fields import UPDATE_STAMPS
from mistral_conformance.model.schemas import facet, types
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.law import Subject
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.model.document import Json

LOST = "harm: a request is taken, and a part of it is not done"
BY_NAME = "RFC 7578, section 4.2: a part of a form is told by its name"
IDEMPOTENT = (
    "RFC 9110 §9.2.2 (several identical PUT requests have the effect of one); "
    "harm: what is asked for again is undone, or counted twice"
)
LEAST = 2
"""Fewer things are not several."""


def _changed(resource: Resource) -> list[Field]:
    """Return the fields that one change takes together."""
    return [each for each in resource.fields.values() if each.changed and not each.through]


def _changeable(model: Model) -> Iterator[Subject]:
    return resources(
        model,
        lambda each: each.changes and len(_changed(each)) >= LEAST,
        lent=True,
        done=newest_change,
    )


def _repeatable(model: Model) -> Iterator[Subject]:
    """Yield each PUT of an object, and each action that a field says it sets it."""
    for subject in resources(model, lent=True):
        resource = subject.value
        setting = {each for field in resource.fields.values() for each in field.moved_by}
        for operation in (resource.create, *resource.changes, *resource.actions):
            spec = model.document.operations.get(operation)
            puts = spec is not None and spec.method == "PUT" and resource.whole
            if puts or operation in setting:
                yield evolve(
                    subject,
                    name=operation,
                    value=(resource, operation),
                    operations=(operation, *subject.operations),
                    needed=(*subject.needed, operation),
                )


def _keyed(model: Model) -> Iterator[Subject]:
    """Return each resource that UUIDs of its request identify."""
    return resources(model, lambda each: not each.parameter and _uuids(each))


def _uploaded(model: Model) -> Iterator[Subject]:
    """Yield each resource made of a file, with the deletion of it or of what it is part of."""
    for subject in resources(
        model, lambda each: any(e.sent.startswith("file.") for e in each.fields.values())
    ):
        whole = model.resources.get(subject.value.parent) or subject.value
        yield evolve(subject, operations=(*subject.operations, *filter(None, [whole.delete])))


def _formed(model: Model) -> Iterator[Subject]:
    """Yield each resource made of a form that has fields beside the file."""
    for subject in _uploaded(model):
        sent = {each.sent for each in subject.value.fields.values() if each.owner != "server"}
        if any(each and not each.startswith("file.") for each in sent):
            yield subject


@law(id="views.changes-together-are-shown", over=_changeable, source=LOST, harm=True)
def changes_together_are_shown(world: World, resource: Resource) -> None:
    """Of fields that one request changes each shows its new value, a null beside a text too."""
    instance = world.settled(resource)
    wanted = {}
    for each in _changed(resource):
        with suppress(Skipped):
            wanted[each.name] = new_value(world, resource, each)
    if len(wanted) < LEAST:
        raise Skipped(f"no two values are made up for {resource.one}")
    _change(world, instance, wanted)
    clearable = [n for n in wanted if resource.fields[n].null == "clears"]
    for cleared in (clearable[:1], clearable[1:]):
        kept = [name for name in wanted if name not in cleared]
        if cleared and kept:
            fresh = new_value(world, resource, resource.fields[kept[0]])
            _change(world, instance, {kept[0]: fresh, **dict.fromkeys(cleared)})


@law(id="values.emptied-beside-others", over=_changeable, source=LOST, harm=True)
def emptied_beside_others(world: World, resource: Resource) -> None:
    """What is emptied by a request that changes another field too does not keep its old value."""
    judged = 0
    for field in _emptiable(world, resource):
        instance = world.make(resource)
        other = next(each for each in _changed(resource) if each is not field)
        values = {each: new_value(world, resource, each) for each in (field, other)}
        world.need(world.change(instance, {field.changed: values[field]}))
        empty: object = "" if isinstance(values[field], str) else []
        answer = world.change(instance, {other.changed: values[other], field.changed: empty})
        if 400 <= answer.status < 500:
            continue
        judged += 1
        for shown in told_by(world, instance, world.need(answer)):
            kept = is_same(field, shown.fields.get(field.name), values[field])
            said = f"{shown.view} still shows `{field.name}`, which was emptied"
            world.expect(not kept, said, answer, shown.exchange)
    if not judged:
        raise NotOffered(f"not offered: no field of {resource.one} is emptied beside another")


def _emptiable(world: World, resource: Resource) -> Iterator[Field]:
    """Yield the fields with a text or a list of the client's own, for which values are made up."""
    for field in _changed(resource):
        schema = changing_schema(world.document, resource, field)
        own = not (field.refers or field.listed or facet(world.document, schema, "format"))
        if own and field.name not in NAMES and types(world.document, schema) & {"string", "array"}:
            with suppress(Skipped):
                new_value(world, resource, field)
                yield field


@law(id="views.twins-are-two", over=_uploaded, source=LOST, harm=True)
def twins_are_two(world: World, resource: Resource) -> None:
    """The same content again, elsewhere or by another name, is another object that stays."""
    first = world.make(resource)
    second = world.make(resource, given={"file.content": first.content})
    said = f"{resource.one} with the content of another one has its id"
    world.expect(first.key != second.key, said, first.made, second.made)
    for each in (first, second):
        expect_shown(world, each, told_by(world, each, each.made), each.sent)
    if changes := [each for each in resource.fields.values() if each.changed]:
        before = world.look(second)
        body = {changes[0].changed: new_value(world, resource, changes[0])}
        done = world.need(world.change(first, body))
        still = [each for each in resource.fields.values() if each.moves in {"never", "change"}]
        for one, other in zip(before, world.look(second), strict=True):
            world.expect_same(still, one, other, done, said="a twin was changed, too:")
    whole = first.parent or first
    if whole.resource.delete and world.capabilities.offers(whole.resource.delete):
        world.need(world.delete(whole))
        expect_shown(world, second, world.look(second), second.sent)
        for answer in stored(world, second):
            same = answer.content == second.content
            world.expect(same, f"the bytes of {resource.one} went with its twin", answer)


@law(id="extra.parts-come-in-any-order", over=_formed, source=BY_NAME)
def parts_come_in_any_order(world: World, resource: Resource) -> None:
    """The fields of a form count where they come after the file as where they come before it."""
    wish = {each.after: 2 for each in resource.fields.values() if each.ends and each.after}
    usual = world.make(resource, given=wish)
    try:
        turned = world.make(resource, given={**wish, FILE_FIRST: True})
    except Unjudged as refused:
        said = f"{resource.create} refuses a form whose fields come after the file"
        raise Failed(said, usual.made, *refused.evidence) from refused
    expect_shown(world, turned, told_by(world, turned, turned.made), turned.sent)
    for name in (each.name for each in resource.fields.values() if each.ends):
        one, other = (each.made.get(name) for each in (usual, turned))
        said = f"`{name}` is {one!r} where the fields come before the file, {other!r} after it"
        world.expect((one is None) == (other is None), said, usual.made, turned.made)


@law(id="views.key-is-in-any-case", over=_keyed, source=EITHER_CASE, level=SHOULD)
def key_is_in_any_case(world: World, resource: Resource) -> None:
    """What is made again with the UUIDs of its request in capitals is the one that is there."""
    first = world.make(resource)
    told = {**first.made.json(), **first.sent}
    uuids = {
        each.sent: str(told[each.name]).upper()
        for each in resource.fields.values()
        if each.sent and told.get(each.name) and _is_uuid(world, resource, each)
    }
    again = None
    with suppress(Unjudged):
        again = world.make(resource, parent=first.parent, given=uuids)
    world.expect(again, f"{resource.one} is refused where {' and '.join(uuids)} are in capitals")
    walk = world.walk(resource, first.parent_ids)
    keys = [tuple(str(each).lower() for each in key_of(resource, item)) for item in walk.items]
    said = f"{resource.one} is listed twice, once as it was named in capitals"
    world.expect(len(keys) == len(set(keys)), said, *walk.pages)


@law(id="neighbours.again-is-as-once", over=_repeatable, source=IDEMPOTENT, harm=True)
def again_is_as_once(world: World, resource: Resource, operation: str) -> None:
    """What is put, or set by an action, a second time leaves all as it was after the first."""
    instance = world.make(resource)
    request = _request(world, instance, operation)
    still = world.ctx.session.clock is not None  # else what moves by itself may do so now
    looked_at = [each for each in (instance, instance.parent) if each]
    for each in looked_at:
        calm(world, each)
    world.need(world.call(operation, instance.ids, by=instance.by, **request))
    first = [(each, shown) for each in looked_at for shown in world.look(each)]
    done = world.call(operation, instance.ids, by=instance.by, **request)  # may be refused
    second = [(each, shown) for each in looked_at for shown in world.look(each)]
    for (each, one), (_, other) in zip(first, second, strict=True):
        fields = [
            e
            for e in (each.resource.fields.values() if still else stable(each.resource))
            if e.name not in UPDATE_STAMPS
        ]
        world.expect_same(fields, one, other, done, said=f"{operation} a second time changed")


def _request(world: World, instance: Instance, operation: str) -> Json:
    """Return what to send twice: the first field with a new value, or the plainest request."""
    fields = [each for each in instance.resource.fields.values() if each.changed]
    if operation not in instance.resource.changes or not fields:
        return plain_request(world, operation, instance.ids)
    body = {fields[0].changed: new_value(world, instance.resource, fields[0])}
    return {"json": world.complete(instance, operation, body)}


def _is_uuid(world: World, resource: Resource, field: Field) -> bool:
    schema = creating_schema(world.document, resource, field)
    return bool(facet(world.document, schema, "format") == "uuid")


def _uuids(resource: Resource) -> list[str]:
    return [name for name in resource.key if "uuid" in name and resource.fields[name].sent]


def _change(world: World, instance: Instance, values: Json) -> None:
    """Change the fields to the values, and hold every view to show them."""
    fields = instance.resource.fields
    answer = world.change(instance, {fields[name].changed: each for name, each in values.items()})
    if 400 <= answer.status < 500:
        named = " and ".join(fields[name].changed for name in values)
        raise NotOffered(f"not offered: {named} in one request is refused", answer)
    for shown in told_by(world, instance, world.need(answer)):
        emptied = {
            name
            for name, value in values.items()
            if value is None and is_emptied(world, instance, fields[name], shown.fields.get(name))
        }
        wanted = {name: each for name, each in values.items() if name not in emptied}
        expect_shown(world, instance, [shown], wanted)
