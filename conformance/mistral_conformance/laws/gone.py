"""Law 4: gone is gone, in every place."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.laws.instance import Shown, bare, key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.links import expect_shut, links, make_opened
from mistral_conformance.laws.named import make_naming, named_texts
from mistral_conformance.laws.reading import values_at
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.subjects import deletable
from mistral_conformance.laws.views import stable
from mistral_conformance.model.fields import UPDATE_STAMPS
from mistral_conformance.model.schemas import answer_schema, properties
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import load_targets
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Reference, Resource

DECLARED = "document: responses (404 for what is not there)"
NO_LENGTH = "RFC 9110, sections 8.6 and 15.3.5: 204 has neither content nor its length"
NO_CONTENT = 204
DELETED = "deleted"
"""The flag by which some answers say that they are about a deletion."""
ABSENT = "accesses.absent-404"
FEW = 3
TOLD_FALSELY = "harm: a deletion tells that something else went"
LOST = "harm: what was deleted is still shown, or what was not is lost"


def _deletable(model: Model) -> Iterator[Subject]:
    return deletable(model, lambda each: each.parameter)


def _emptied(model: Model) -> Iterator[Subject]:
    """Yield what can be deleted with an answer that has no content."""
    for each in _deletable(model):
        delete = each.value.delete
        if "204" in model.document.operations[delete].item.get("responses", {}):
            yield Subject(each.name, each.value, (delete,), (*each.needed, delete))


def _answering(model: Model) -> Iterator[Subject]:
    """Yield what can be deleted with an answer that tells something."""
    for each in _deletable(model):
        delete = each.value.delete
        if each.value.read and answer_schema(model.document.operations[delete], model.document)[0]:
            operations = (delete, each.value.read)
            yield Subject(each.name, each.value, operations, (*each.needed, *operations))


def _unnamed(model: Model) -> Iterator[Subject]:
    """Return what can be deleted and has no place in a path, such as an access."""
    return deletable(model, lambda each: not each.parameter)


def _places(model: Model) -> Iterator[Subject]:
    """Yield each place of a path that takes the id of what can be deleted."""
    for each in model.references:
        resource = model.resources.get(each.resource or "")
        if resource and resource.whole and resource.delete and each.place.where == "path":
            operations = (each.place.operation, resource.delete)
            needed = (*operations, resource.create)
            yield Subject(str(each.place), each, operations, needed, (each.origin,))


def _opened(model: Model) -> Iterator[Subject]:
    """Yield each link with what may be deleted then: its object, or what that is part of."""
    for subject in links(model):
        resource, link = subject.value
        for of in (resource, model.resources.get(resource.parent)):
            if of and of.delete:
                name = link if of is resource else f"{link} with its {of.name}"
                needed = (*subject.needed, of.create, of.delete)
                yield Subject(name, (resource, link, of), (link, of.delete), needed)


def _parents(model: Model) -> Iterator[Subject]:
    for subject in _deletable(model):
        children = [model.resources[each] for each in subject.value.children]
        for child in children:
            if child.whole and child.read:
                operations = (subject.value.delete, child.read)
                needed = (*operations, subject.value.create, child.create)
                yield Subject(child.name, child, operations, needed)


def _sources(model: Model) -> Iterator[Subject]:
    """Yield each action on what can be deleted that answers with the id of one, or another."""
    for subject in _deletable(model):
        resource = subject.value
        for action in resource.actions if resource.read else ():
            schema, _ = answer_schema(model.document.operations[action], model.document)
            if resource.parameter in properties(model.document, schema or {}):
                operations = (resource.delete, action, resource.read)
                needed = (*subject.needed, *operations)
                yield evolve(
                    subject,
                    name=action,
                    value=(resource, action),
                    operations=operations,
                    needed=needed,
                )


def _naming(model: Model) -> Iterator[Subject]:
    """Yield each creation that can name what can be deleted: the reference, and what is made."""
    for each in model.references:
        place, named = each.place, model.resources.get(each.resource or "")
        makes = next((e for e in model.resources.values() if e.create == place.operation), None)
        can = load_samples().get(place.operation, Sample()).named.get(place.name)
        if not named or not named.delete or not named.whole or not can or not makes:
            continue
        if makes.whole and makes.read and load_targets()[can.target].operation == named.create:
            needed = (makes.create, makes.read, named.create, named.delete)
            yield Subject(str(place), (each, makes), (named.delete, makes.read), needed)


def _named(model: Model) -> Iterator[Subject]:
    """Yield the same, where what names it can be deleted and what it names be read."""
    for subject in _naming(model):
        reference, makes = subject.value
        of = model.resources[str(reference.resource)]
        if makes.delete and of.read and not of.parent:
            needed = (makes.create, makes.delete, of.create, of.read)
            yield evolve(subject, operations=(makes.delete, of.read), needed=needed)


@law(id="gone.is-refused", over=_places, source=DECLARED, harm=True)
def is_refused(world: World, reference: Reference) -> None:
    """What was deleted is refused at every place that takes its id."""
    resource = world.model.resources[reference.resource or ""]
    instance = world.make(resource)
    if world.ctx.session.clock:
        world.settle(instance)  # without a clock the wait would be longer than it is worth
    ids = {**instance.ids, **_below(world, instance, reference)}
    if _leaves(world, reference):
        send_plain(world, reference.place.operation, ids, by=CALLER)  # what is kept of it must go
    deleted = world.need(world.delete(instance))
    answer = send_plain(world, reference.place.operation, ids, by=CALLER)
    due = reference.refusals["deleted"]
    reason = (
        f"{reference.place.operation} answers {answer.status} for a deleted {resource.name}, "
        f"{' or '.join(str(each) for each in due)} is due"
    )
    world.expect(answer.status in due, reason, deleted, answer)


def _leaves(world: World, reference: Reference) -> bool:
    """Say whether an operation leaves the object that it names there, to be deleted after it."""
    operation = world.document.operations[reference.place.operation]
    resource = world.model.resources[reference.resource or ""]
    moves = world.model.states_of(resource.name) is not None
    ends = "delete" in operation.id or operation.id == resource.delete
    return operation.method == "GET" or not (moves or ends)


@law(id="gone.empty-answers-are-empty", over=_emptied, source=NO_LENGTH, level=SHOULD)
def empty_answers_are_empty(world: World, resource: Resource) -> None:
    """A deletion that answers 204 has no content, and tells no length of any."""
    answer = world.need(world.delete(world.make(resource)))
    if answer.status != NO_CONTENT:
        raise Skipped(f"{resource.delete} answers {answer.status}", answer)
    length = answer.headers.get("content-length")
    world.expect(length is None, f"204 comes with a content-length of {length}", answer)
    world.expect(not answer.content, "204 comes with content", answer)


@law(id="gone.answer-shows-what-went", over=_answering, source=TOLD_FALSELY, harm=True)
def answer_shows_what_went(world: World, resource: Resource) -> None:
    """A deletion that answers with an object shows the one that went, as it was."""
    instance = world.make(resource)
    for child in (world.model.resources[each] for each in resource.children):
        if child.whole and child.parameter:
            world.make(child, parent=instance)
    before = world.look(instance)[0]
    answer = world.need(world.delete(instance))
    if not answer.content:
        raise NotOffered(f"not offered: {resource.delete} answers with nothing", answer)
    told = bare(resource, answer.json())
    if not isinstance(told, dict):
        raise Skipped(f"{resource.delete} tells nothing of what went", answer)
    after = Shown(resource.delete, answer, told)
    stays = told.get(DELETED) is False
    world.expect(not stays, f"{resource.delete} says that it is not deleted", answer)
    kept = before.fields.get(DELETED)
    world.expect(kept is not True, f"{before.view} says that it is deleted", before.exchange)
    free = {DELETED, *UPDATE_STAMPS}
    fields = [each for each in stable(resource) if each.name not in free]
    world.expect_same(fields, before, after, answer)


@law(id="gone.absent-is-not-told", over=_unnamed, source=ABSENT, level=SHOULD)
def absent_is_not_told(world: World, resource: Resource) -> None:
    """What is deleted a second time is refused, or nothing is told of it."""
    instance = world.make(resource)
    deleted = world.need(world.delete(instance))
    again = world.delete(instance)
    reason = f"deleting the same {resource.name} again answers {again.status} and shows it"
    world.expect(again.status == 204 or 400 <= again.status < 500, reason, deleted, again)


@law(id="gone.links-die", over=_opened, source=LOST, harm=True)
def links_die(world: World, resource: Resource, link: str, of: Resource) -> None:
    """A URL opens nothing after its object was deleted, or what that was part of."""
    instance, url, _ = make_opened(world, resource, link)
    whole = instance if of is resource else instance.parent
    if whole is None:
        raise Skipped(f"{resource.one} is part of nothing")
    deleted = world.need(world.delete(whole))
    gone = f"a deleted {of.name}" if of is resource else f"{resource.one} after its {of.name} went"
    expect_shut(world, url, f"the URL of {gone}", deleted)


@law(id="gone.children-go", over=_parents, source=LOST, harm=True)
def children_go(world: World, child: Resource) -> None:
    """What belonged to something deleted is gone with it."""
    parent = world.make(world.model.resources[child.parent])
    instance = world.make(child, parent=parent)
    deleted = world.need(world.delete(parent))
    answer = world.ask(child.read, instance.ids)
    reason = f"{child.one} of a deleted {parent.resource.name} answers {answer.status}"
    world.expect(answer.status in {404, 410}, reason, deleted, answer)


@law(id="gone.twin-is-new", over=_deletable, source=LOST, harm=True)
def twin_is_new(world: World, resource: Resource) -> None:
    """What is made again as it was before its deletion is new: another id, and as it was sent."""
    instance = world.make(resource)
    given = _again(instance)
    twin = None
    with suppress(Signal):  # a server may want each name once
        twin = world.make(resource, parent=instance.parent, given=given)
    world.need(world.delete(instance))
    for shown in world.look(twin) if twin and twin.key != instance.key else ():
        said = f"{shown.view} lost the {resource.name} that was made like the deleted one"
        world.expect(shown.value is not None, said, shown.exchange)
    same = {**given, "file.content": instance.content} if instance.content else given
    again = world.make(resource, parent=instance.parent, given=same)
    said = f"the id of a deleted {resource.name} came again"
    chosen = resource.key[0] in given
    world.expect(chosen or again.key != instance.key, said, instance.made, again.made)


def _below(world: World, instance: Instance, reference: Reference) -> dict[str, str]:
    """Return ids of living objects below the deleted one, where the operation's path names them."""
    operation = world.document.operations[reference.place.operation]
    found: dict[str, str] = {}
    for each in instance.resource.children:
        child = world.model.resources[each]
        if child.whole and child.parameter in operation.path_ids:
            found = world.make(child, parent=instance).ids
    return found


def _again(instance: Instance) -> dict[str, object]:
    """Return what makes one like it: the same name and fields.

    The same bytes would be the same one.
    """
    resource = instance.resource
    return {
        resource.fields[name].sent: value
        for name, value in instance.sent.items()
        if resource.fields[name].sent not in {"file.size", "file.suffix"}
    }


def _name(world: World, reference: Reference, makes: Resource) -> tuple[Resource, Instance, str]:
    """Return what is named, something in its end state that was made with its id, and that id."""
    naming, _, identity = make_naming(world, reference, makes)
    world.settle(naming)
    return world.model.resources[str(reference.resource)], naming, identity


@law(id="gone.leaves-what-names-it", over=_naming, source=LOST, harm=True)
def leaves_what_names_it(world: World, reference: Reference, makes: Resource) -> None:
    """What was made with the id of something stays as it was when that is deleted.

    Where it shows the whole of what is gone, that may say so.
    """
    resource, naming, identity = _name(world, reference, makes)
    before = _untimed(world.look(naming), resource, identity)
    deleted = world.taken(world.ask(resource.delete, {resource.parameter: identity}))
    after = _untimed(world.look(naming), resource, identity)
    for one, other in zip(before, after, strict=True):
        said = f"{other.view} does not show the {naming.resource.name} any more that named it"
        world.expect(other.value is not None or one.value is None, said, deleted, other.exchange)
        world.expect_same(
            stable(naming.resource), one, other, deleted, said=f"{resource.delete} changed"
        )


def _untimed(views: list[Shown], resource: Resource, identity: str) -> list[Shown]:
    """Return views that leave out when what they show of the object of an id began and ended."""
    times = {each.name for each in resource.fields.values() if each.unit}

    def strip(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            return [strip(each) for each in value]
        if not isinstance(value, dict):
            return value
        is_it = key_of(resource, value)[0] == identity
        return {n: strip(each) for n, each in value.items() if not (is_it and n in times)}

    return [evolve(each, value=strip(each.value)) for each in views]


@law(id="gone.leaves-what-was-made-of-it", over=_sources, source=LOST, harm=True)
def leaves_what_was_made_of_it(world: World, resource: Resource, action: str) -> None:
    """What an action has made of an object stays when the object is deleted."""
    instance = world.make(resource)
    made = world.need(send_plain(world, action, instance.ids, by=CALLER))
    key = key_of(resource, made.json())[0]
    if key in (None, instance.key[0]):
        raise Skipped(f"{action} makes nothing new", made)
    deleted = world.need(world.delete(instance))
    answer = world.ask(resource.read, {**instance.ids, resource.parameter: str(key)})
    world.expect(answer.ok, f"what {action} has made went with its source", deleted, answer)


def _showing(model: Model) -> Iterator[Subject]:
    """Yield each place in a view of an object with the id of what it neither owns nor was given."""
    known = [each for each in model.resources.values() if each.read and not each.parent]
    given = {(each.place.operation, each.resource) for each in model.references}
    for subject in _deletable(model):
        resource: Resource = subject.value
        for view, other in product(resource.views, known):
            schema, _ = answer_schema(model.document.operations[view], model.document)
            own = other is resource or (resource.create, other.name) in given
            if own or not schema or not other.parameter:
                continue
            name_of = re.compile(f"^{other.parameter}$")
            for place in named_texts(model.document, schema, name_of):
                operations = (resource.delete, view, other.read)
                value, needed = (resource, view, other, place), (*subject.needed, *operations)
                yield Subject(f"{view}:{place}", value, operations, needed)


@law(id="gone.leaves-what-it-showed", over=_showing, source=LOST, harm=True)
def leaves_what_it_showed(
    world: World, resource: Resource, view: str, other: Resource, place: str
) -> None:
    """What an object shows and does not own is still there when the object is deleted."""
    instance = world.make(resource)
    world.settle(instance)
    shown = world.need(world.ask(view, instance.ids))
    found = dict.fromkeys(str(each) for each in values_at(shown.json(), place) if each)
    ids = [{other.parameter: each} for each in list(found)[:FEW]]
    there = [each for each in ids if world.ask(other.read, each).ok]
    if not there:
        raise Skipped(f"{view} shows no {other.name} that can be read", shown)
    deleted = world.need(world.delete(instance))
    for each in there:
        answer = world.ask(other.read, each)
        said = f"{other.one} went with {resource.one} that showed it"
        world.expect(answer.ok, said, deleted, answer)


@law(id="gone.leaves-what-it-named", over=_named, source=LOST, harm=True)
def leaves_what_it_named(world: World, reference: Reference, makes: Resource) -> None:
    """What something was made with the id of stays when that is deleted."""
    resource, naming, identity = _name(world, reference, makes)
    deleted = world.need(world.delete(naming))
    answer = world.ask(resource.read, {resource.parameter: identity})
    said = f"{resource.one} went with {naming.resource.one} that named it"
    world.expect(answer.ok, said, naming.made, deleted, answer)
