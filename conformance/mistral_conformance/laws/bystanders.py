"""Objects that stand by while something is done to another one: beside it, below it, of others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.instance import key_of
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Resource

MEMBER = "neighbour"
NAMES = ("name", "filename")


def bystanders_of(world: World, instance: Instance, operation: str) -> list[Instance]:
    """Return one of its name, one elsewhere, one of each other identity, and the children.

    Of a share the siblings are shares with others; a parent stands by, and who it is shared with.
    """
    resource = instance.resource
    found = [instance] if operation == resource.create else []
    found.append(world.make(resource))
    if resource.parameter:
        with suppress(Unjudged):  # some names can be given once only
            found.append(namesake(world, instance))
        for each in world.others:
            with suppress(Unjudged):  # not everybody has what it takes to make one
                found.append(world.make(resource, by=each))
    if instance.parent:
        found.append(instance.parent)
        found += shares_of(world, instance.parent)
    if operation != resource.delete:
        children = [world.model.resources[each] for each in resource.children]
        found += [
            world.make(each, parent=instance) for each in children if each.parameter and each.whole
        ]
        found += shares_of(world, instance)
    return found


def namesake(world: World, instance: Instance) -> Instance:
    """Return one more object of the same name in the same place.

    Of a share, one with somebody else.
    """
    resource = instance.resource
    if not resource.parameter:
        found = next(iter(_shares(world, resource, instance.parent, kinds=("org",))), None)
        if found is None:
            raise Skipped(f"needs the identity {MEMBER!r}: --as {MEMBER}=ENVVAR")
        return found
    given: dict[str, Any] = {}
    for name in NAMES:
        if name in instance.sent:
            given[resource.fields[name].sent] = instance.sent[name]
    return world.make(resource, by=instance.by, parent=instance.parent, given=given)


def shares_of(world: World, instance: Instance) -> list[Instance]:
    """Shares of an object with a user and with a workspace, none where it cannot be shared."""
    access = next(
        (e.resource for e in world.model.grants if e.parent == instance.resource.name), ""
    )
    if not access or not world.capabilities.offers(world.model.resources[access].create):
        return []
    kinds = ("user", "workspace")
    return list(_shares(world, world.model.resources[access], instance, kinds=kinds))


def keys_beside(world: World, instance: Instance) -> set[tuple[Any, ...]]:
    """Return what identifies all that is in the place of an object.

    Nothing where all may add to it.
    """
    resource = instance.resource
    if not instance.parent or not resource.list or not world.capabilities.offers(resource.list):
        return set()
    walk = world.walk(resource, instance.parent_ids, by=instance.by)
    return {key_of(resource, each) for each in walk.items}


def _shares(
    world: World, access: Resource, parent: Instance | None, *, kinds: tuple[str, ...]
) -> Iterator[Instance]:
    """Shares of the parent with the neighbour, by its user, its workspace, its organisation."""
    grant = next(each for each in world.model.grants if each.resource == access.name)
    for word, fact in grant.kinds.items():
        if fact in kinds and MEMBER in world.others:
            whom = world.lookup(f"{MEMBER}.{fact}")
            level = next(iter(grant.levels))
            given = {grant.kind: word, grant.whom: whom, grant.field: level}
            yield world.make(access, parent=parent, given=given)
