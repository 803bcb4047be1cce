"""Ids that their makers choose: they name what was made, letter by letter, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.access import OTHER_NAME, WORKSPACE
from mistral_conformance.laws.comparing import is_same
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.subjects import changes, resources
from mistral_conformance.laws.views import LOST, expect_shown, new_value
from mistral_conformance.laws.world import OUTSIDERS
from mistral_conformance.model.schemas import types
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Place, Resource
    from mistral_conformance.model.document import Json

NOT_FOUND = "harm: what was made with an id is not found by it, or another is"
BETRAYED = "harm: who is refused a name learns that another workspace has something of that name"
KEPT_BACK = "harm: a name is refused that nothing has"
OTHERS = "document: BaseModelCard.aliases (other names of the same model)"
SOME = 6
"""So many names, or a few more, are tried of all that a list tells."""
LETTERS = ("plain", "PLAIN", " größe 東京", " a+b c", "100%", "%41", "dot.ted~_-")
"""How ids go on after a word: those that one server takes another may refuse."""


def _own_keys(model: Model) -> Iterator[Subject]:
    """Return each resource whose id its maker can choose."""

    def is_chosen(each: Resource) -> bool:
        fields = [each.fields.get(name) for name in each.key]
        return bool(each.parameter) and all(field and field.sent for field in fields)

    return resources(model, is_chosen)


def _with_names(model: Model) -> Iterator[Subject]:
    """Yield each list whose items tell other names that they have, and that are read one by one."""
    for each in model.resources.values():
        for field in each.fields.values() if each.list and each.read else ():
            named = field.refers == each.name and not field.sent and not each.parent
            if named and "array" in types(model.document, field.schema):
                operations = (each.list, each.read)
                name, value = f"{each.name}.{field.name}", (each, field)
                yield Subject(name, value, operations, operations, (field.origin,))


@law(id="views.other-names-find-it", over=_with_names, source=NOT_FOUND, harm=True)
def other_names_find_it(world: World, resource: Resource, field: Field) -> None:
    """Each other name that a list tells of an object finds it, and tells all its other names."""
    walk = world.walk(resource)
    named = [(item, name) for item in walk.items for name in item.get(field.name) or ()]
    if not named:
        raise Skipped(f"nothing in the list has `{field.name}`")
    for item, name in named[:: -(-len(named) // SOME)]:
        answer = world.call(resource.read, {resource.parameter: str(name)})
        said = f"{name!r}, another name of {key_of(resource, item)[0]!r}, is refused"
        world.expect(answer.ok, f"{said} with {answer.status}", walk.last, answer)
        card = answer.json()
        told, due = (_names(resource, field, each) for each in (card, item))
        world.expect(told & due, f"{name!r} finds something else than its own", walk.last, answer)
        if len(told & due) > 1:
            lost = [
                e for e in resource.fields if item.get(e) is not None and card.get(e, "") is None
            ]
            said = f"under the name {name!r} `{' and '.join(lost)}` of it is null"
            world.expect(not lost, said, walk.last, answer)
        if card.get(field.name) and _is_one(resource, field, item, card):
            said = f"{name!r} does not have the name {' or '.join(sorted(due - told))}"
            world.expect(due <= told, said, walk.last, answer)


@law(id="views.names-tell-the-same", over=_with_names, source=OTHERS, level=SHOULD)
def names_tell_the_same(world: World, resource: Resource, field: Field) -> None:
    """What is listed under several names is none of its own others, and alike under each."""
    walk = world.walk(resource)
    cards = {key_of(resource, each)[0]: each for each in walk.items}
    pairs = [
        (item, cards[name])
        for item in walk.items
        for name in item.get(field.name) or ()
        if name in cards
    ]
    if not pairs:
        raise Skipped(f"nothing is listed under one of its `{field.name}`")
    for item, other in pairs:
        own, name = (key_of(resource, each)[0] for each in (item, other))
        world.expect(item is not other, f"{own!r} has itself in `{field.name}`", walk.last)
        if len(_names(resource, field, item) & _names(resource, field, other)) > 1:
            apart = _told_otherwise(resource, field, item, other)
            said = f"`{' and '.join(apart)}` of {own!r} is another than that of {name!r}"
            world.expect(not apart, said, walk.last)


def _names(resource: Resource, field: Field, item: Json) -> set[str]:
    """Return all names that a view tells of an object."""
    return {str(each) for each in (*key_of(resource, item), *(item.get(field.name) or ()))}


def _is_one(resource: Resource, field: Field, item: Json, other: Json) -> bool:
    """Say whether two views are of one object; two objects may share one name, not more."""
    both = _names(resource, field, item) & _names(resource, field, other)
    return len(both) > 1 or not _told_otherwise(resource, field, item, other)


def _told_otherwise(resource: Resource, field: Field, item: Json, other: Json) -> list[str]:
    """Return the texts and numbers, none of them a name or a time, in which two views differ."""
    return [
        each.name
        for each in resource.fields.values()
        if each.name not in (*resource.key, field.name) and each.moves != "alone"
        if all(isinstance(told.get(each.name), str | int | float) for told in (item, other))
        if not (each.unit or is_same(each, item[each.name], other[each.name]))
    ]


@law(id="views.taken-id-replaces-nothing", over=_own_keys, source=LOST, harm=True)
def taken_id_replaces_nothing(world: World, resource: Resource) -> None:
    """What has an id that its maker chose stays as it was when another is to be made with it."""
    first = world.make(resource)
    names = [resource.fields[name].sent for name in resource.key]
    given = dict(zip(names, first.key, strict=True))
    try:
        again = world.make(resource, parent=first.parent, given=given).made
    except Unjudged:
        again = world.ctx.exchanges[-1]
    for shown in world.look(first):
        world.expect(shown.value is not None, f"{shown.view} lost the first one", again)
        expect_shown(world, first, [shown], first.sent)


def _named_apart(model: Model) -> Iterator[Subject]:
    """Yield what outsiders do not see and its maker names, with what it is called, for each."""
    for each in model.resources.values():
        fields = [e for e in each.fields.values() if e.sent]
        names = [e.sent for e in fields if e.name in each.key or OTHER_NAME.search(e.name)]
        own = each.whole and not each.parent and each.seen_by == WORKSPACE
        for outsider in OUTSIDERS if own and names else ():
            operations = tuple(filter(None, (each.create, each.read, each.list)))
            name, value = f"{each.name} by {outsider}", (each, names, outsider)
            yield Subject(name, value, operations, (each.create,), needs=(outsider,))


@law(id="access.names-are-free-outside", over=_named_apart, source=BETRAYED, level=SHOULD)
def names_are_free_outside(
    world: World, resource: Resource, names: list[str], outsider: str
) -> None:
    """What the caller's object is called is free for those outside of its workspace."""
    first, second = _make_alike(world, resource, names, outsider)
    said = f"the {outsider} is refused what {resource.one} of the caller is called"
    world.expect(second, said, first.made, world.ctx.exchanges[-1])


@law(id="views.namesakes-outside-are-two", over=_named_apart, source=LOST, harm=True)
def namesakes_outside_are_two(
    world: World, resource: Resource, names: list[str], outsider: str
) -> None:
    """What those outside call alike is another object, and neither it nor its end touches this."""
    first, second = _make_alike(world, resource, names, outsider)
    if not second:
        raise NotOffered("not offered: the name is refused", world.ctx.exchanges[-1])
    for each in (first, second):
        expect_shown(world, each, world.look(each), each.sent)
    if resource.delete:
        world.delete(second)
        expect_shown(world, first, world.look(first), first.sent)


def _make_alike(
    world: World, resource: Resource, names: list[str], outsider: str
) -> tuple[Instance, Instance | None]:
    """Return the caller's new object and an outsider's that is called alike, None if refused.

    Raises:
        NotOffered: the outsider cannot make one at all.

    """
    try:
        world.make(resource, by=outsider)
    except Unjudged as refused:
        said = f"not offered: the {outsider} makes no {resource.name}"
        raise NotOffered(said, *refused.evidence) from None
    given = {each: world.values.word() for each in names}
    first = world.make(resource, given=given)
    try:
        return first, world.make(resource, by=outsider, given=given)
    except Unjudged:
        return first, None


def _renamed(model: Model) -> Iterator[Subject]:
    """Yield each change of what something is called."""
    for subject in changes(model):
        resource, field, _ = subject.value
        if field.sent and OTHER_NAME.search(field.name) and not resource.lent:
            yield evolve(subject, needed=(*subject.needed, resource.create))


@law(id="views.old-name-is-free", over=_renamed, source=KEPT_BACK, level=SHOULD)
def old_name_is_free(world: World, resource: Resource, field: Field, operation: str) -> None:
    """What another one was called before its change can be made, and is another."""
    first = world.make(resource)
    name, value = first.sent.get(field.name), new_value(world, resource, field)
    changed = world.need(world.change(first, {field.changed: value}, through=operation))
    try:
        second = world.make(resource, parent=first.parent, given={field.sent: name})
    except Unjudged as refused:
        said = f"the `{field.name}` that {resource.one} had before is refused to another"
        raise Failed(said, first.made, changed, *refused.evidence) from None
    for each, called in ((first, value), (second, name)):
        expect_shown(world, each, world.look(each), {field.name: called})


def _other_makers(model: Model) -> Iterator[Subject]:
    """Yield each other operation that makes one with an id that is chosen: resource and place."""
    for subject in _own_keys(model):
        resource = subject.value
        names = {resource.fields[name].sent for name in resource.key}
        own = {*resource.operations}
        for each in model.references:
            place = each.place
            named = each.resource == resource.name and place.where == "body" and place.name in names
            if named and place.operation not in own and place.operation in load_samples():
                operations = (place.operation, *subject.operations)
                needed = (*subject.needed, place.operation)
                yield Subject(str(place), (resource, place), operations, needed, (each.origin,))


@law(id="views.taken-id-is-taken-everywhere", over=_other_makers, source=LOST, harm=True)
def taken_id_is_taken_everywhere(world: World, resource: Resource, place: Place) -> None:
    """What has an id that its maker chose stays when another operation is to make one with it."""
    spec = world.document.operations[place.operation]
    ids = targets_of(world.ctx).ids(spec)
    first = world.make(resource)
    world.settle(first)
    before = world.look(first)
    body = place_id(world.document, place, plain_request(world, spec.id)["json"], str(first.key[0]))
    again = world.ask(spec.id, ids, json=body)
    for one, other in zip(before, world.look(first), strict=True):
        world.expect(other.value is not None, f"{other.view} lost the first one", again)
        fields = resource.fields.values()
        world.expect_same(fields, one, other, again, said=f"{spec.id} with a taken id changed")


@law(id="views.chosen-id-finds-its-own", over=_own_keys, source=NOT_FOUND, harm=True)
def chosen_id_finds_its_own(world: World, resource: Resource) -> None:
    """What was made with an id of any letters that is taken is found by that id, and shows it."""
    word, made = world.values.word(), []
    (name,) = resource.key
    for letters in LETTERS:
        given = {resource.fields[name].sent: f"{word}{letters}"}
        try:
            made.append((world.make(resource, given=given), f"{word}{letters}"))
        except Skipped:
            raise
        except Signal:
            continue  # a server may take some letters only
    for instance, identity in made:
        _expect_own(world, instance, name, identity)
    if not made:
        raise NotOffered(f"not offered: the server takes no `{name}`")


@law(id="views.ids-differ-by-case", over=_own_keys, source=KEPT_BACK, level=SHOULD)
def ids_differ_by_case(world: World, resource: Resource) -> None:
    """An id that differs from another one in its case alone is free, and names its own."""
    (name,) = resource.key
    sent, word = resource.fields[name].sent, world.values.word()
    try:
        world.make(resource, given={sent: world.values.word().upper()})
    except Unjudged as refused:
        said = f"not offered: the server takes no capitals as `{name}`"
        raise NotOffered(said, *refused.evidence) from None
    made = [(world.make(resource, given={sent: word}), word)]
    try:
        made.append((world.make(resource, given={sent: word.upper()}), word.upper()))
    except Unjudged as refused:
        said = f"{word.upper()!r} is refused beside {resource.one} with the id {word!r}"
        raise Failed(said, made[0][0].made, *refused.evidence) from None
    for instance, identity in made:
        _expect_own(world, instance, name, identity)


def _expect_own(world: World, instance: Instance, name: str, identity: str) -> None:
    for shown in world.look(instance):
        said = f"{shown.view} does not show what was made with the id {identity!r}"
        world.expect(shown.value is not None, said, instance.made, shown.exchange)
        told = shown.fields.get(name, identity)
        said = f"{shown.view} shows the id {told!r} of what was made with {identity!r}"
        world.expect(told == identity, said, instance.made, shown.exchange)
