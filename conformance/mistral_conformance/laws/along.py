"""What comes along with an object: the run of an execution, the model or the results of a job.

Nobody makes it by itself: a field names it that the server fills in the object's own time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.access import SHOWN_TO_STRANGERS, STRANGER, expect_refused
from mistral_conformance.laws.comparing import first_difference
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.private import COLLEAGUE
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.views import stable
from mistral_conformance.model.schemas import facet
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Reference, Resource

BY_ITSELF = "alone"
STAYS = "harm: what is there is said not to be, and nobody gets rid of it"
NOT_THERE = (404, 410)
LOST = "harm: what was deleted is still there, or is taken for what it was"
TWICE = "harm: what was asked for once is done, kept and billed twice"
TOLD_FALSELY = "harm: what came along with an object tells something else than the object"


def comes_along(model: Model) -> Iterator[tuple[Resource, Field, Resource]]:
    """Yield each resource that can be made, a field that names what came along, and that."""
    for resource in model.resources.values():
        for field in resource.fields.values() if resource.whole and resource.read else ():
            of = model.resources.get(field.refers)
            if field.moves == BY_ITSELF and of and of.read and of.parameter:
                yield resource, field, of


def _along(model: Model) -> Iterator[Subject]:
    """Yield what comes along, with the places that take the id of such a thing."""
    for resource, field, of in comes_along(model):
        places = [each for each in model.references_to(of.name) if _by_itself(model, each)]
        operations = (of.read, *(each.place.operation for each in places), of.list)
        needed = (resource.create, resource.read, of.read)
        name, value = f"{resource.name}.{field.name}", (resource, field, of, places)
        yield Subject(name, value, tuple(filter(None, operations)), needed, (field.origin,))


def _deletable(model: Model) -> Iterator[Subject]:
    return (each for each in _along(model) if each.value[2].delete)


def _listed_along(model: Model) -> Iterator[Subject]:
    """Yield what comes along and is in a list, with what it comes along with."""
    for subject in _along(model):
        resource, _, of, _ = subject.value
        if of.list:
            yield evolve(subject, operations=(resource.create, of.list))


def _put_aside(model: Model) -> Iterator[Subject]:
    """Yield the same with each action that another one takes back."""
    for subject in _deletable(model):
        resource, field, of, _ = subject.value
        verbs = {each.rpartition(".")[2]: each for each in of.actions}
        for done in (verbs[verb] for verb in verbs if f"un{verb}" in verbs):
            needed, value = (*subject.needed, of.delete, done), (resource, field, of, done)
            name = f"{subject.name} after {done}"
            yield evolve(subject, name=name, value=value, operations=(of.delete,), needed=needed)


def _by_itself(model: Model, reference: Reference) -> bool:
    """Say whether an id is all that the path of an operation names."""
    path = model.document.operations[reference.place.operation].path_ids
    return reference.place.where == "path" and len(path) == 1


@law(
    id="access.along-is-refused",
    over=_along,
    source=f"choices.runs-strangers-see-nothing; {SHOWN_TO_STRANGERS}",
    harm=True,
    needs=(STRANGER,),
)
def along_is_refused(
    world: World, resource: Resource, field: Field, of: Resource, places: list[Reference]
) -> None:
    """What came along with the caller's object is refused to a stranger, and stays as it was."""
    _, found = _make(world, resource, field, of)
    before = world.look(found)
    for each in places:
        answer = send_plain(world, each.place.operation, found.ids, by=STRANGER)
        expect_refused(world, each, "foreign", answer, " to the stranger")
    if of.list and world.capabilities.offers(of.list):
        shown = world.spot(found, by=STRANGER)
        said = f"{of.list} shows a stranger the {of.name}"
        world.expect(shown.value is None, said, shown.exchange)
    for one, other in zip(before, world.look(found), strict=True):
        world.expect_same(stable(of), one, other, said="a stranger changed")


@law(id="gone.along-is-gone", over=_deletable, source=LOST, harm=True)
def along_is_gone(
    world: World, resource: Resource, field: Field, of: Resource, places: list[Reference]
) -> None:
    """What came along with an object and was deleted is refused at every place, and not listed."""
    _, found = _make(world, resource, field, of)
    deleted = world.need(world.delete(found))
    for each in places:
        answer = send_plain(world, each.place.operation, found.ids, by=CALLER)
        expect_refused(world, each, "deleted", answer)
    if of.list and world.capabilities.offers(of.list):
        shown = world.spot(found)
        said = f"{of.list} shows the {of.name} that was deleted"
        world.expect(shown.value is None, said, deleted, shown.exchange)


@law(id="gone.put-aside-is-deleted", over=_put_aside, source=STAYS, harm=True)
def put_aside_is_deleted(
    world: World, resource: Resource, field: Field, of: Resource, done: str
) -> None:
    """What was put aside, and is read, is there for its deletion, too, and gone after it.

    A server may refuse to delete it, but not as if it were not there.
    """
    _, found = _make(world, resource, field, of)
    aside = world.need(send_plain(world, done, found.ids, by=CALLER))
    before, deleted = world.read(found), world.delete(found)
    absent = deleted.status in NOT_THERE and before.value is not None
    said = f"after {done} {of.one} that is read answers {deleted.status} to its deletion"
    world.expect(not absent, said, aside, before.exchange, deleted)
    if 400 <= deleted.status < 500:
        raise Skipped(f"after {done} a deletion is refused with {deleted.status}", deleted)
    after = world.read(found)
    world.expect(after.value is None, f"{of.one} that was put aside stays", deleted, after.exchange)


@law(id="views.along-tells-the-same", over=_along, source=TOLD_FALSELY, harm=True)
def along_tells_the_same(
    world: World, resource: Resource, field: Field, of: Resource, _: list[Reference]
) -> None:
    """What came along is listed, and tells of its object what that tells, seen before or not.

    A colleague who reads the object reads what it names, where such a thing is a colleague's too.
    """
    instance, found = _make(world, resource, field, of, looks=True)
    shown = world.read(instance)
    alike = [each for each in of.fields.values() if each.name in resource.fields]
    for each in world.look(found):
        said = f"{each.view} lacks the {of.name} that {resource.one} names"
        world.expect(each.value is not None, said, found.made, each.exchange)
        if field.name in of.key:  # else the two have fields of one name that are about two things
            world.expect_same(alike, shown, each)
    _expect_told_to_colleagues(world, instance, found)


@law(id="views.along-comes-once", over=_listed_along, source=TWICE, harm=True)
def along_comes_once(
    world: World, resource: Resource, field: Field, of: Resource, _: list[Reference]
) -> None:
    """What is asked for once brings one thing along, not two that differ in their ids alone."""
    before = {key_of(of, each) for each in world.walk(of).items}
    instance, found = _make(world, resource, field, of)
    told = world.read(found)
    fields = [each for each in stable(of) if _counts(world, of, field, each)]
    walk = world.walk(of)
    new = [each for each in walk.items if key_of(of, each) not in before]
    alike = [e for e in new if not first_difference(world.document, fields, told.fields, e)]
    said = f"after one {resource.create} the list has {len(alike)} new ones that are alike"
    world.expect(len(alike) <= 1, said, instance.made, *walk.pages[:1])
    if not new:
        raise Skipped(f"the list does not show what came along with {resource.one}")


def _counts(world: World, of: Resource, field: Field, each: Field) -> bool:
    """Say whether two that came along with the like have the like in a field."""
    own = each.name in of.key or each.refers or each.name == field.name
    return not own and facet(world.document, each.schema, "format") != "date-time"


def _expect_told_to_colleagues(world: World, instance: Instance, found: Instance) -> None:
    """Hold a colleague who reads an object to read what came along with it, and its content.

    Whether a colleague sees one that the caller makes tells whether those are for colleagues.
    """
    of = found.resource
    if not of.whole or COLLEAGUE not in world.ctx.session.identities:
        return
    seen = world.ask(instance.resource.read, instance.ids, by=COLLEAGUE)
    try:
        plain = world.ask(of.read, world.make(of).ids, by=COLLEAGUE)
    except Unjudged:
        return  # nobody can tell
    for operation in (of.read, of.content) if seen.ok and plain.ok else ():
        if operation and world.capabilities.offers(operation):
            answer = world.ask(operation, found.ids, by=COLLEAGUE)
            said = f"{instance.resource.one} that a colleague reads names {of.one}, which is"
            world.expect(answer.ok, f"{said} refused with {answer.status}", seen, plain, answer)


def _make(
    world: World, resource: Resource, field: Field, of: Resource, *, looks: bool = False
) -> tuple[Instance, Instance]:
    """Return a new object at its end, and what came along with it.

    `looks` asks for what is listed before, as somebody does who waits for it.

    Raises:
        NotOffered: nothing did.

    """
    instance = world.make(resource)
    if looks and of.list and world.capabilities.offers(of.list):
        world.walk(of)
    world.settle(instance)
    told = world.read(instance)
    identity = told.fields.get(field.name)
    if not isinstance(identity, str) or not identity:
        raise NotOffered(f"not offered: a new {resource.name} has no `{field.name}`", told.exchange)
    return instance, world.adopt(of, {of.parameter: identity})
