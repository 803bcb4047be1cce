"""Law 5 inside a workspace: what its maker keeps to itself is hidden from colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.access import expect_untouched
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.subjects import resources
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource

SHOWN_TO_OTHERS = "harm: what somebody keeps to itself is shown to others, or deleted by them"
TOLD_FALSELY = "harm: one object is told differently from reader to reader"
SEEN = "document: x-mistral-resource (the workspace sees it)"
DECLARED = "document: x-mistral-field (who sees the object)"
COLLEAGUE = "colleague"
PRIVATE = "private"
"""The identity whose key may keep things to itself."""
CALLER, WORKSPACE = "caller", "workspace"


def _seen(model: Model, whom: str) -> Iterator[Subject]:
    """Yield each value of a field that lets the caller, or its workspace, see the object."""
    for subject in resources(model):
        for field in subject.value.fields.values():
            values = [each for each, seen in field.seen_by.items() if seen == whom]
            for value in values if field.sent else ():
                name = f"{subject.name}.{field.name} {value}"
                case = (subject.value, field, value)
                operations = (*subject.operations, *_opening(subject.value))
                needed, origins = subject.needed, (field.origin,)
                yield Subject(name, case, operations, needed, origins, (COLLEAGUE,))


def _opening(resource: Resource) -> tuple[str, ...]:
    """Return what tells of an object beside reading and listing it, or deletes it."""
    found = (*resource.views, *resource.links, resource.content, resource.delete)
    return tuple(each for each in found if each)


def _seen_alike(model: Model) -> Iterator[Subject]:
    """Yield each resource that its workspace sees."""
    for subject in resources(model, lambda each: each.seen_by == WORKSPACE):
        origins = (subject.value.seen_origin,)
        yield evolve(subject, needs=(*subject.needs, COLLEAGUE), origins=origins)


def _private(model: Model) -> Iterator[Subject]:
    return _seen(model, CALLER)


def _common(model: Model) -> Iterator[Subject]:
    return _seen(model, WORKSPACE)


@law(id="access.private-is-hidden", over=_private, source=SHOWN_TO_OTHERS, harm=True)
def private_is_hidden(world: World, resource: Resource, field: Field, value: str) -> None:
    """What its maker alone may see is in no view of a colleague, and no colleague deletes it."""
    instance = _make(world, resource, field, value)
    for shown in world.look(instance, by=COLLEAGUE):
        said = f"{shown.view} shows a colleague a private {resource.name}"
        world.expect(shown.value is None, said, instance.made, shown.exchange)
    before = world.look(instance)
    for operation in _opening(resource):
        if world.capabilities.offers(operation):
            answer = world.ask(operation, instance.ids, by=COLLEAGUE)
            said = f"{operation} answers {answer.status} to a colleague, a refusal is due"
            world.expect(400 <= answer.status < 500, said, instance.made, answer)
            expect_untouched(world, instance, before, answer)


@law(id="access.common-is-shown", over=_common, source=DECLARED)
def common_is_shown(world: World, resource: Resource, field: Field, value: str) -> None:
    """What the workspace may see is in each view of a colleague."""
    instance = _make(world, resource, field, value)
    for shown in world.look(instance, by=COLLEAGUE):
        said = f"{shown.view} does not show a colleague a {resource.name} of the workspace"
        world.expect(shown.value is not None, said, instance.made, shown.exchange)


@law(
    id="access.workspace-sees-its-own",
    over=_seen_alike,
    source=f"choices.sharing-workspace-library-is-the-workspaces; {SEEN}",
)
def workspace_sees_its_own(world: World, resource: Resource) -> None:
    """What is the workspace's unless a request says otherwise is in each view of a colleague."""
    instance = world.make(resource)
    _expect_no_secret(resource, instance)
    for shown in world.look(instance, by=COLLEAGUE):
        said = f"{shown.view} does not show a colleague {resource.one} of the workspace"
        world.expect(shown.value is not None, said, instance.made, shown.exchange)


@law(id="access.colleagues-are-told-the-same", over=_seen_alike, source=TOLD_FALSELY, harm=True)
def colleagues_are_told_the_same(world: World, resource: Resource) -> None:
    """Each view that shows a colleague an object of the workspace shows what it shows its maker."""
    instance = world.shared(resource)
    fields = [each for each in resource.fields.values() if each.moves == "never"]
    pairs = zip(world.look(instance), world.look(instance, by=COLLEAGUE), strict=True)
    judged = 0
    for one, other in pairs:
        if one.value is None or other.value is None:
            continue
        judged += 1
        world.expect_same(fields, one, other, said="a colleague is told otherwise:")
    if not judged:
        raise Skipped(f"no view shows a colleague {resource.one}")


def _expect_no_secret(resource: Resource, instance: Instance) -> None:
    """End the law where the server says that it keeps to its maker what a request says nothing of.

    Raises:
        NotOffered: so it is.

    """
    for field in resource.fields.values():
        value = instance.made.get(field.name) if field.seen_by and field.owner == "both" else None
        if field.seen_by.get(str(value)) == CALLER:
            said = f"the server makes {resource.one} with `{field.name}` = {value!r} by itself"
            raise NotOffered(f"not offered: {said}", instance.made)


def _make(world: World, resource: Resource, field: Field, value: str) -> Instance:
    """Return a new object that the value lets those see whom it names.

    Raises:
        NotOffered: the server does not make one for this key.
        Failed: the server shows another value than was asked for.

    """
    by = PRIVATE if PRIVATE in world.ctx.session.identities else CALLER
    try:
        instance = world.make(resource, by=by, given={field.sent: value})
    except Unjudged as refused:
        if not any(400 <= each.status < 500 for each in refused.evidence):
            raise  # a server that breaks or is gone refuses nothing
        said = f"not offered: `{field.sent}` {value!r} is refused to the {by}"
        raise NotOffered(said, *refused.evidence) from None
    found = world.read(instance).fields.get(field.name, value)
    said = f"`{field.name}` is {found!r} where {value!r} was asked for"
    world.expect(found == value, said, instance.made)
    return instance
