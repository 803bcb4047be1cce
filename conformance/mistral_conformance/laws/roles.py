"""Law 5, roles: what a share gives, what it does not give, and that its end is the end.

Shares are given to a neighbour: one of the same organisation who sees nothing without them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.laws.access import calm, expect_untouched
from mistral_conformance.laws.instance import Shown, bare, key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.views import expect_shown, told_by
from mistral_conformance.model.access import EDIT, OWN, RANKS, VIEW
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Grant, Level, Model, Resource
    from mistral_conformance.record.exchange import Exchange

DECLARED = "document: x-mistral-access (the level that the operation takes)"
HIDDEN = "harm: what belongs to somebody is shown to others, or changed by them"
TAKEN = "harm: one takes from all others what was given to them"
HIGHEST = "accesses.highest-level-wins"
MEMBER, OUTSIDER = "neighbour", "stranger"
REFUSED = range(400, 500)


@frozen(eq=False)
class Role:
    """One case: somebody with a level, given to their user, workspace or organisation."""

    grant: Grant
    level: str
    kind: str = "user"
    operation: Level | None = None


def _grants(model: Model) -> Iterator[tuple[Subject, Grant]]:
    for grant in model.grants:
        access, shared = (model.resources[each] for each in (grant.resource, grant.parent))
        operations = tuple(e for e in (access.create, access.delete, shared.read) if e)
        origins = (grant.origin,)
        yield Subject(shared.name, grant, operations, operations, origins, (MEMBER,)), grant


def _roles(model: Model) -> Iterator[Subject]:
    """Yield each level with each operation on what is shared."""
    for subject, grant in _grants(model):
        for given in grant.levels.values():
            for each in model.levels:
                role = Role(grant, given, operation=each)
                yield evolve(
                    subject,
                    name=f"{each.operation} with {grant.word(given)}",
                    value=role,
                    operations=(each.operation,),
                    needed=(*subject.needed, each.operation),
                    origins=(*subject.origins, each.origin),
                )


def _allowed(model: Model) -> Iterator[Subject]:
    return (each for each in _roles(model) if _suffices(each.value))


def _refused(model: Model) -> Iterator[Subject]:
    return (each for each in _roles(model) if not _suffices(each.value))


def _shared(model: Model) -> Iterator[Subject]:
    """Yield each kind of whom a thing can be shared with."""
    for subject, grant in _grants(model):
        for word, kind in grant.kinds.items():
            name, value = f"{subject.name} with {word}", Role(grant, VIEW, kind)
            yield evolve(subject, name=name, value=value)


def _kinds(model: Model) -> Iterator[Subject]:
    """Yield each level with each kind of whom it is given to.

    The level is declared for all alike.
    """
    for subject, grant in _grants(model):
        changes = model.resources[grant.parent].changes[:1]
        for word, kind in grant.kinds.items():
            for level in grant.levels.values():
                name = f"{subject.name} with {word} as {grant.word(level)}"
                operations = (*subject.operations, *changes)
                yield evolve(
                    subject, name=name, value=Role(grant, level, kind), operations=operations
                )


def _members(model: Model) -> Iterator[Subject]:
    return (subject for subject, _ in _grants(model))


@law(id="roles.level-allows", over=_allowed, source=DECLARED)
def level_allows(world: World, role: Role) -> None:
    """Who was given a level may do what takes it, and what that did its owner sees."""
    shared, ids, instances = _prepare(world, role)
    answer = _try(world, role, ids)
    word = role.grant.word(role.level)
    reason = f"{answer.operation} answers {answer.status} to one with the level {word}"
    world.expect(answer.ok, reason, shared, answer)
    for resource in (each.resource for each in instances):
        if answer.operation in (resource.create, *resource.changes) and resource.read:
            _expect_seen(world, resource, ids, answer)


def _expect_seen(world: World, resource: Resource, ids: dict[str, str], answer: Exchange) -> None:
    """Hold what somebody made or changed to be what the owner of its parent reads."""
    told = Shown(answer.operation, answer, bare(resource, answer.json()))
    key = str(key_of(resource, told.value)[0])
    read = world.need(world.ask(resource.read, {**ids, resource.parameter: key}))
    shown = Shown(resource.read, read, bare(resource, read.json()))
    fields = [each for each in resource.fields.values() if each.moves != "alone"]
    world.expect_same(fields, told, shown, answer, read)


@law(id="roles.level-refuses", over=_refused, source=HIDDEN, harm=True)
def level_refuses(world: World, role: Role) -> None:
    """Who was given a level cannot do what takes a higher one, and leaves all as it was."""
    shared, ids, instances = _prepare(world, role)
    before = [(each, world.look(each)) for each in instances]
    access = world.model.resources[role.grant.resource]
    listed = _keys(world, access, ids)
    answer = _try(world, role, ids)
    word = role.grant.word(role.level)
    reason = (
        f"{answer.operation} answers {answer.status} to one with the level {word}, a refusal is due"
    )
    world.expect(answer.status in REFUSED, reason, shared, answer)
    for instance, views in before:
        expect_untouched(world, instance, views, answer)
    now = _keys(world, access, ids)
    said = f"a refused request left {len(now)} who have access where {len(listed)} had"
    world.expect(now == listed, said, answer)


@law(id="roles.share-shows", over=_shared, source=DECLARED)
def share_shows(world: World, role: Role) -> None:
    """What is shared is shown at once by each view of it and of what is in it, as to its owner."""
    instances = _tree(world, role.grant)
    shared = _share(world, role, instances[0])
    for each in instances:
        for view, answer, seen in _views(world, each, MEMBER):
            said = f"{view} does not show a shared {each.resource.name}"
            world.expect(seen, said, shared.made, answer)
        fields = [field for field in each.resource.fields.values() if field.moves == "never"]
        mine, theirs = (world.read(each, by=reader) for reader in (CALLER, MEMBER))
        world.expect_same(fields, mine, theirs, said="who it is shared with reads")


@law(id="roles.unshared-is-hidden", over=_shared, source=HIDDEN, harm=True)
def unshared_is_hidden(world: World, role: Role) -> None:
    """Before a share and after its end no view shows the object, and never to a stranger."""
    instances = _tree(world, role.grant)
    others = tuple(each for each in (OUTSIDER,) if each in world.others)
    _expect_hidden(world, instances, (MEMBER, *others), "not shared")
    shared = _share(world, role, instances[0])
    _expect_hidden(world, instances, others, "shared inside the organisation only")
    world.look(instances[0], by=MEMBER)
    world.need(world.delete(shared))
    _expect_hidden(world, instances, (MEMBER, *others), "not shared any more")


@law(id="roles.lower-level-holds-at-once", over=_members, source=HIDDEN, harm=True)
def lower_level_holds_at_once(world: World, grant: Grant) -> None:
    """Who is given a lower level, at once or anew, cannot do any more what took the first."""
    instance = _tree(world, grant)[0]
    higher = Role(grant, EDIT)
    for ended in (False, True):
        share = _share(world, higher, instance)
        first = _change(world, instance)
        if not first.ok:
            raise Skipped(f"with the level {grant.word(EDIT)} it answers {first.status}", first)
        if ended:
            world.need(world.delete(share))
        lowered = _share(world, evolve(higher, level=VIEW), instance)
        expect_shown(world, lowered, told_by(world, lowered, lowered.made), lowered.sent)
        before = world.look(instance)
        answer = _change(world, instance)
        reason = f"after the level was lowered {answer.operation} answers {answer.status}"
        world.expect(answer.status in REFUSED, reason, lowered.made, answer)
        expect_untouched(world, instance, before, answer)


@law(id="roles.leaving-is-possible", over=_members, source=DECLARED)
def leaving_is_possible(world: World, grant: Grant) -> None:
    """Who was given access may give it up, and sees nothing then; the owner keeps all."""
    instances = _tree(world, grant)
    shared = _share(world, Role(grant, VIEW), instances[0])
    left = world.delete(shared, by=MEMBER)
    world.expect(left.ok, f"leaving answers {left.status}", shared.made, left)
    _expect_hidden(world, instances, (MEMBER,), "left")
    for each in instances:
        for shown in world.look(each):
            said = f"{shown.view} does not show its owner a {each.resource.name} that one left"
            world.expect(shown.value is not None, said, left, shown.exchange)


@law(id="roles.share-of-all-stays", over=_members, source=TAKEN, harm=True)
def share_of_all_stays(world: World, grant: Grant) -> None:
    """Who was reached by a share with the whole organisation does not end it for the others."""
    instances = _tree(world, grant)
    shared = _share(world, Role(grant, EDIT, "org"), instances[0])
    answer = world.delete(shared, by=MEMBER)
    for each in instances:
        for view, shown, seen in _views(world, each, MEMBER):
            said = f"{view} shows nobody a {each.resource.name} any more whose share one has ended"
            world.expect(seen, said, shared.made, answer, shown)


@law(id="roles.level-holds-for-all", over=_kinds, source=HIDDEN, harm=True)
def level_holds_for_all(world: World, role: Role) -> None:
    """A level gives the same right whether it was given to a user, a workspace or all."""
    instance = _tree(world, role.grant)[0]
    shared = _share(world, role, instance)
    read = world.read(instance, by=MEMBER)
    word = role.grant.word(role.level)
    said = f"who was made {word} by a share with the {role.kind} does not read it"
    world.expect(read.value is not None, said, shared.made, read.exchange)
    before = world.look(instance)
    answer = _change(world, instance)
    said = f"{answer.operation} answers {answer.status} to one made {word} through the {role.kind}"
    if role.level == VIEW:
        world.expect(answer.status in REFUSED, f"{said}, a refusal is due", shared.made, answer)
        expect_untouched(world, instance, before, answer)
    else:
        world.expect(answer.ok, said, shared.made, answer)


@law(id="roles.share-reaches-whom-it-names", over=_members, source=HIDDEN, harm=True)
def share_reaches_whom_it_names(world: World, grant: Grant) -> None:
    """A share with somebody else shows nothing to one whom it does not name, nor does any more."""
    judged = 0
    for kind, whom in _others(world):
        instances, role = _tree(world, grant), Role(grant, EDIT, kind)
        ended = _share(world, role, instances[0])
        world.look(instances[0], by=MEMBER)
        world.need(world.delete(ended))
        try:
            _give(world, role, instances[0], whom)
        except Signal:
            continue  # a server may refuse to share with those who see it already
        judged += 1
        _expect_hidden(world, instances, (MEMBER,), f"shared with another {kind} now")
    if not judged:
        raise Skipped("the server shares with none of those whom the run knows beside the member")


@law(id="roles.highest-level-counts", over=_members, source=HIGHEST, level=SHOULD)
def highest_level_counts(world: World, grant: Grant) -> None:
    """Of two levels that reach somebody the higher one counts, whichever came first or ends."""
    for kinds in (("user", "org"), ("org", "user")):
        for levels in ((VIEW, EDIT), (EDIT, VIEW)):
            instance = _tree(world, grant)[0]
            shares = [
                _share(world, Role(grant, level, kind), instance)
                for level, kind in zip(levels, kinds, strict=True)
            ]
            _expect_highest(world, instance, shares, shares[levels.index(EDIT)])


def _expect_highest(
    world: World, instance: Instance, shares: list[Instance], higher: Instance
) -> None:
    answer = _change(world, instance)
    reason = f"with two levels {answer.operation} answers {answer.status}"
    world.expect(answer.ok, reason, *(each.made for each in shares), answer)
    ended = world.need(world.delete(higher))
    answer = _change(world, instance)
    reason = f"after the higher level ended {answer.operation} answers {answer.status}"
    world.expect(answer.status in REFUSED, reason, ended, answer)
    read = world.read(instance, by=MEMBER)
    said = "the lower level does not count after the higher one ended"
    world.expect(read.value is not None, said, ended, read.exchange)


def _suffices(role: Role) -> bool:
    taken = role.operation.level if role.operation else OWN
    return RANKS.index(role.level) >= RANKS.index(taken)


def _tree(world: World, grant: Grant, operation: str = "") -> list[Instance]:
    """Return a new object of the shareable resource, and one in it of each kind that can be made.

    They are ready for the operation.
    """
    parent = world.make(world.model.resources[grant.parent])
    children = [world.model.resources[each] for each in parent.resource.children]
    made = [
        world.make(each, parent=parent)
        for each in children
        if each.parameter and each.whole and world.capabilities.offers(each.create)
    ]
    for each in made:
        calm(world, each, operation)
    return [parent, *made]


def _share(world: World, role: Role, instance: Instance) -> Instance:
    """Give the neighbour the level, by its user, its workspace or its organisation."""
    return _give(world, role, instance, world.lookup(f"{MEMBER}.{role.kind}"))


def _others(world: World) -> Iterator[tuple[str, str]]:
    """Users and workspaces beside the neighbour's: kind and id."""
    for identity, kind in (("colleague", "user"), (CALLER, "workspace")):
        with suppress(Skipped):  # the run does not say who they are
            yield kind, world.lookup(f"{identity}.{kind}")
    for kind in ("workspace", "user"):
        yield kind, world.values.uuid()


def _give(world: World, role: Role, instance: Instance, whom: str) -> Instance:
    """Give somebody the level."""
    grant = role.grant
    kind = next(word for word, fact in grant.kinds.items() if fact == role.kind)
    given = {grant.kind: kind, grant.whom: whom, grant.field: grant.word(role.level)}
    access: Resource = world.model.resources[grant.resource]
    return world.make(access, by=CALLER, parent=instance, given=given)


def _prepare(world: World, role: Role) -> tuple[Exchange, dict[str, str], list[Instance]]:
    """Share a new object that has all in it that the operation's path names.

    Raises:
        Skipped: the suite cannot make what the path names.

    """
    operation = role.operation.operation if role.operation else ""
    instances = _tree(world, role.grant, operation)
    ids = {name: each for instance in instances for name, each in instance.ids.items()}
    missing = set(world.document.operations[operation].path_ids) - ids.keys()
    if missing:
        raise Skipped(f"the suite makes no object for {', '.join(sorted(missing))}")
    access = world.model.resources[role.grant.resource]
    if operation == access.delete:
        instances.append(world.make(access, parent=instances[0]))  # another's, to be tried at
    return _share(world, role, instances[0]).made, ids, instances


def _keys(world: World, access: Resource, ids: dict[str, str]) -> list[tuple[object, ...]]:
    """Return who has access, as the owner is told; nobody where no list tells."""
    if not world.capabilities.offers(access.list):
        return []
    return [key_of(access, each) for each in world.walk(access, ids).items]


def _try(world: World, role: Role, ids: dict[str, str]) -> Exchange:
    operation = role.operation.operation if role.operation else ""
    return send_plain(world, operation, ids, by=MEMBER)


def _change(world: World, instance: Instance) -> Exchange:
    """Return the answer to a change by the neighbour, in the newest way that the server offers."""
    changes = instance.resource.changes
    offered = [each for each in changes if world.capabilities.offers(each)]
    world.capabilities.require(() if offered else changes)
    return send_plain(world, offered[0], instance.ids, by=MEMBER)


def _expect_hidden(
    world: World, instances: list[Instance], whom: tuple[str, ...], why: str
) -> None:
    for identity in whom:
        for each in instances:
            for view, answer, seen in _views(world, each, identity):
                said = f"{view} shows a {each.resource.name} that is {why} to the {identity}"
                world.expect(not seen, said, answer)


def _views(world: World, instance: Instance, identity: str) -> Iterator[tuple[str, Exchange, bool]]:
    """Yield each view of the object, the answer to an identity, whether that shows the object."""
    resource = instance.resource
    if resource.read and world.capabilities.offers(resource.read):
        answer = world.ask(resource.read, instance.ids, by=identity)
        yield resource.read, answer, answer.ok
    if resource.list and world.capabilities.offers(resource.list):
        answer = world.ask(resource.list, instance.parent_ids, by=identity)
        seen = answer.ok and world.spot(instance, by=identity).value is not None
        yield resource.list, answer, seen
