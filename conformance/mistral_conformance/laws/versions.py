"""Versions of an object: each change of it makes one, and all of them stay and are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.instance import Shown
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.neighbours import LOST, expect_unchanged, fixed
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.views import new_value
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource

ITS_OWN = "document: x-mistral-field (moves: what tells about one change alone)"
STAYS = "harm: what was deleted is still there"
REVISION = "_revision"
UP, DOWN = f"up{REVISION}", f"down{REVISION}"
BASE = f"base{REVISION}"
CHANGES = 2


def _changed(model: Model) -> Iterator[Subject]:
    """Yield each changeable field of what keeps its versions, which nothing else makes."""
    for subject in changeable(model):
        resource, field = subject.value
        children = resource.children if field.sent else ()
        for each in map(model.resources.__getitem__, children):
            if each.read and not each.create and each.parameter in resource.fields:
                operations = (resource.changes[0], each.read)
                value, needed = (resource, field, each), (*subject.needed, *operations)
                yield evolve(subject, value=value, operations=operations, needed=needed)


def _listed(model: Model) -> Iterator[Subject]:
    """Yield each list of the versions of what tells its version and can be changed."""
    for subject in resources(model, lambda each: each.changes):
        for each in map(model.resources.__getitem__, subject.value.children):
            if each.list and not each.create and each.parameter in subject.value.fields:
                operations = (subject.value.create, subject.value.changes[0], each.list)
                value = (subject.value, each)
                yield Subject(each.list, value, operations, operations, needs=subject.needs)


@law(id="neighbours.versions-stay", over=_changed, source=LOST, harm=True)
def versions_stay(world: World, resource: Resource, field: Field, version: Resource) -> None:
    """A change of a field makes a new version, and leaves the version before it as it was."""
    instance = world.make(resource)
    told = world.read(instance).fields.get(version.parameter)
    if told is None:
        raise Skipped(f"{resource.one} does not tell its version")
    ids = {**instance.ids, version.parameter: str(told)}
    before = world.need(world.call(version.read, ids))
    change = world.need(world.change(instance, {field.changed: new_value(world, resource, field)}))
    after = world.need(world.call(version.read, ids))
    sides = [Shown(version.read, each, each.json()) for each in (before, after)]
    expect_unchanged(world, fixed(version), sides[:1], sides[1:], change)


def _noted(model: Model) -> Iterator[Subject]:
    """Yield each field that a change may send and that tells about this change alone."""
    for subject in _changed(model):
        resource, field, _ = subject.value
        others = [e for e in resource.fields.values() if e.changed and e.kept and e != field]
        if field.moves == "change" and others:
            yield evolve(subject, value=(resource, field, others[0]))


@law(id="neighbours.notes-stay-behind", over=_noted, source=ITS_OWN, level=SHOULD)
def notes_stay_behind(world: World, resource: Resource, field: Field, other: Field) -> None:
    """What was noted about one version is not told of the next, which has its own or none."""
    instance = world.make(resource)
    note = new_value(world, resource, field)
    noted = world.need(world.change(instance, {field.changed: note}))
    if world.read(instance).fields.get(field.name) != note:
        raise Skipped(f"{resource.one} does not tell its `{field.name}`")
    change = {other.changed: new_value(world, resource, other)}
    changed = world.need(world.change(instance, change))
    read = world.read(instance)
    said = f"`{field.name}` is still {note!r} after a change without it"
    world.expect(read.fields.get(field.name) != note, said, noted, changed, read.exchange)


@law(id="views.versions-are-listed", over=_listed, source=LOST, harm=True)
def versions_are_listed(world: World, resource: Resource, version: Resource) -> None:
    """The list of versions has each one that an object had, the first and the newest too."""
    instance = world.make(resource)
    field = next(each for each in resource.fields.values() if each.changed)
    told = [world.read(instance).fields.get(version.parameter)]
    for _ in range(2):
        walk = world.walk(version, instance.ids)
        listed = [each.get(version.parameter) for each in walk.items]
        lost = [each for each in told if each not in listed]
        said = f"the versions {told} were there, {listed} are listed"
        world.expect(not lost, said, instance.made, *walk.pages)
        world.need(world.change(instance, {field.changed: new_value(world, resource, field)}))
        told.append(world.read(instance).fields.get(version.parameter))


def _revised(model: Model) -> Iterator[Subject]:
    """Yield what tells the ids of its revisions, each with its fields that do."""
    for subject in resources(model, lambda each: each.changes and each.parameter):
        fields = subject.value.fields.values()
        names = [e.name for e in fields if e.moves == "change" and e.name.endswith(REVISION)]
        if names:
            yield evolve(subject, value=(subject.value, names))


@law(id="neighbours.revisions-stay", over=_revised, source=LOST, harm=True)
def revisions_stay(world: World, resource: Resource, names: list[str]) -> None:
    """A revision that came with a change shows what was before it, also after the next one."""
    instance = world.make(resource)
    given = [each for each in resource.fields.values() if each.changed]
    former: dict[str, Shown] = {}
    for _ in range(CHANGES):
        before = world.read(instance)
        body = {given[0].changed: new_value(world, resource, given[0])}
        change = world.need(world.change(instance, body))
        after = world.read(instance)
        told = {str(after.fields[each]) for each in names if after.fields.get(each)}
        new = told - former.keys() - {str(instance.key[0])}
        former |= dict.fromkeys(new, before)
        for identity, due in former.items():
            answer = world.need(world.call(resource.read, {resource.parameter: identity}))
            found = Shown(f"the revision in {resource.read}", answer, answer.json())
            world.expect_same(given, due, found, change, said="a change reaches a revision:")
    if not former:
        raise Skipped(f"{resource.one} tells no revision of it")
    if {UP, DOWN} <= {*names}:
        _expect_linked(world, resource, str(instance.key[0]))


def _ended(model: Model) -> Iterator[Subject]:
    """Yield the same where it can be deleted."""
    for subject in _revised(model):
        resource, _ = subject.value
        if resource.delete:
            yield evolve(subject, needed=(*subject.needed, resource.delete))


@law(id="gone.revisions-go", over=_ended, source=STAYS, level=SHOULD)
def revisions_go(world: World, resource: Resource, names: list[str]) -> None:
    """The revisions of what was deleted are read no more."""
    instance = world.make(resource)
    field = next(each for each in resource.fields.values() if each.changed)
    world.need(world.change(instance, {field.changed: new_value(world, resource, field)}))
    told = world.read(instance).fields
    former = {str(told[each]) for each in names if told.get(each)} - {str(instance.key[0])}
    read = [world.call(resource.read, {resource.parameter: each}) for each in former]
    if not any(each.ok for each in read):
        raise Skipped(f"{resource.one} tells no revision of it that is read")
    deleted = world.need(world.delete(instance))
    for identity in former:
        answer = world.call(resource.read, {resource.parameter: identity})
        said = f"a revision of {resource.one} that was deleted answers {answer.status}"
        world.expect(400 <= answer.status < 500, said, deleted, answer)


def _expect_linked(world: World, resource: Resource, newest: str) -> None:
    """Hold each revision to lead up to the one that leads down to it, and all to one base."""
    above, identity, base = "", newest, ""
    for _ in range(CHANGES + 1):
        answer = world.need(world.call(resource.read, {resource.parameter: identity}))
        told, below = (answer.get(each) for each in (UP, DOWN))
        said = f"`{UP}` of a revision is {told!r}, and `{DOWN}` of {above!r} leads to it"
        world.expect(not above or told == above, said, answer)
        former, base = base, str(answer.get(BASE) or base)
        said = f"one revision goes back to {former}, the one below it to {base}"
        world.expect(former in {"", base}, said, answer)
        if not isinstance(below, str) or not below:
            break
        above, identity = identity, below
