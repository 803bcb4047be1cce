"""Law 1: every view agrees, at once, also one that was looked at a moment before."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.comparing import (
    ABSENT,
    first_difference,
    inside,
    is_cleared,
    is_equal,
    is_same,
    shared,
    shorten,
)
from mistral_conformance.laws.instance import Instance, Shown, bare, key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.making import made_ids
from mistral_conformance.laws.reading import find, read_count
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.schemas import changing_schema
from mistral_conformance.laws.subjects import changes, deletable, needs_of, resources
from mistral_conformance.model.fields import shown_by, tells_object
from mistral_conformance.model.schemas import types, wrapper_of
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.record.exchange import Exchange

TOLD_FALSELY = "harm: what is stored is told differently from place to place"
LOST = "harm: one object takes the place of another of its name"
NAMES = ("name", "filename")
LATER_S = 60
LOOKED_AT = 12
"""So many items of a list are read one by one, those that tell most."""


def _listed(model: Model) -> Iterator[Subject]:
    for each in model.resources.values():
        if each.read and each.list and each.parameter:
            needed = (each.list, each.read)
            yield Subject(each.name, each, needed, needed, needs=needs_of(each))


def _nameable(model: Model) -> Iterator[Subject]:
    """Return each resource with a name and an id that the server gives."""
    return resources(
        model,
        lambda each: (
            each.parameter
            and any(name in each.fields and each.fields[name].kept for name in NAMES)
            and each.key[0] not in NAMES
        ),
    )


def _parts(model: Model) -> Iterator[Subject]:
    for each in model.resources.values():
        for view in each.views if each.whole and each.read else ():
            is_part = tells_object(model.document, each, view)
            if is_part and each.fields.keys() & shown_by(model.document, each, view).keys():
                yield Subject(view, (each, view), (view, each.read), (each.create, view))


def totals(model: Model) -> Iterator[Subject]:
    """Yield each count or sum of children that a resource shows: resource, field and child."""
    for each in model.resources.values():
        for field in each.fields.values() if each.whole else ():
            child = model.resources.get((field.count or field.sum).partition(".")[0])
            if child:
                operations = (each.read, each.list, child.create, child.delete)
                needed = (each.create, child.create)
                name = f"{each.name}.{field.name}"
                value = (each, field, child)
                yield Subject(name, value, operations, needed, (field.origin,))


@law(id="views.created-is-shown", over=resources, source=TOLD_FALSELY, harm=True)
def created_is_shown(world: World, resource: Resource) -> None:
    """What was created is shown as it was sent, and alike, by every view at once."""
    parent = world.make(world.model.resources[resource.parent]) if resource.parent else None
    listed = resource.list and world.capabilities.offers(resource.list)
    before = world.walk(resource, parent.ids if parent else {}).items if listed else ()
    instance = world.make(resource, parent=parent)
    looked = world.look(instance)
    views = [*answered(world, resource, instance.made), *looked]
    if not looked:
        raise Skipped(f"no view shows {resource.one}")
    expect_shown(world, instance, views, instance.sent)
    _expect_agreement(world, instance, views)
    if parent and before:
        walk = world.walk(resource, parent.ids)
        lost = {key_of(resource, e) for e in before} - {key_of(resource, e) for e in walk.items}
        said = f"{resource.create} took {lost} out of the list"
        world.expect(not lost, said, instance.made, walk.last)


@law(id="views.namesakes-are-two", over=_nameable, source=LOST, harm=True)
def namesakes_are_two(world: World, resource: Resource) -> None:
    """Two objects of one name are two: each has an id, is shown, and keeps what is its own."""
    first = world.make(resource)
    name = next(each for each in NAMES if each in first.sent)
    given = {resource.fields[name].sent: first.sent[name]}
    try:
        second = world.make(resource, parent=first.parent, given=given)
    except Unjudged as refused:
        answer = refused.evidence[0]
        said = f"a second {resource.name} of the same name is refused with {answer.status}"
        known = str(answer.status) in world.document.operations[resource.create].item["responses"]
        world.expect(known and answer.status not in {400, 422}, said, first.made, answer)
        raise NotOffered(f"not offered: {said}", answer) from None
    said = f"two objects of one name, both {resource.name}, have one id"
    world.expect(first.key != second.key, said, first.made, second.made)
    for each in (first, second):
        expect_shown(world, each, world.look(each), each.sent)


@law(id="views.change-is-shown", over=changes, source=TOLD_FALSELY, harm=True)
def change_is_shown(world: World, resource: Resource, field: Field, operation: str) -> None:
    """A changed field shows its new value in the answer and in every view at once."""
    instance = world.make(resource)
    world.look(instance)
    value = None
    for changed in (False, True):
        value = _other_than(value, world, instance, field)
        answer = world.change(instance, {field.changed: value}, through=operation)
        said = f"a second change of `{field.changed}` is refused with {answer.status}"
        world.expect(answer.ok or not changed, said, answer)
        world.need(answer)
        views = told_by(world, instance, answer)
        expect_shown(world, instance, views, {field.name: value})


def _other_than(value: Any, world: World, instance: Instance, field: Field) -> Any:  # noqa: ANN401
    """Return another value for a field; of two that there are, in turn the one and the other."""
    if isinstance(value, bool):
        return not value
    new = new_value(world, instance.resource, field)
    return instance.sent.get(field.name, new) if new == value else new


@law(
    id="views.deletion-is-shown",
    over=deletable,
    source=TOLD_FALSELY,
    harm=True,
)
def deletion_is_shown(world: World, resource: Resource) -> None:
    """What was deleted is in no view any more, and its sibling in all of them."""
    instance = world.make(resource)
    sibling = world.make(resource, parent=instance.parent) if resource.parameter else None
    world.look(instance)
    answer = world.need(world.delete(instance))
    for shown in world.look(instance):
        said = f"{shown.view} still shows a deleted {resource.name}"
        world.expect(shown.value is None, said, answer, shown.exchange)
    for shown in world.look(sibling) if sibling else ():
        said = f"{shown.view} does not show the {resource.name} beside a deleted one"
        world.expect(shown.value is not None, said, answer, shown.exchange)


@law(id="views.list-shows-what-reading-shows", over=_listed, source=TOLD_FALSELY, harm=True)
def list_shows_what_reading_shows(world: World, resource: Resource) -> None:
    """Each item of a list is what reading it alone shows, field by field."""
    above = world.model.resources.get(resource.parent)
    parent = None
    if resource.whole:
        parent = world.make(resource).parent
    elif above:
        parent = world.shared(above) if above.whole else None
        world.capabilities.require(filter(None, [above.create]))
    if above and not parent:
        raise Skipped(f"the suite makes no {above.name}")
    ids = parent.ids if parent else {}
    source = world.model.resources.get(resource.comes_with)
    if source and source.whole and world.capabilities.offers(source.create):
        world.settle(world.make(source))
    walk = world.walk(resource, ids)
    if world.model.states_of(resource.name) and world.ctx.session.clock:
        world.ctx.pass_time(LATER_S)  # what had ended is told to have ended still
        walk = world.walk(resource, ids)
    if not walk.items:
        raise Skipped(f"the list of {resource.several} is empty")
    telling = sorted(walk.items, key=lambda each: sum(value is None for value in each.values()))
    for item in telling[:LOOKED_AT]:
        identity = key_of(resource, item)[0]
        query = world.telling_most(resource)
        read = world.call(resource.read, {**ids, resource.parameter: str(identity)}, query=query)
        if read.status == 404:
            continue  # it went while the list was read; that gone things leave is another law
        world.expect(read.ok, f"what the list shows is refused with {read.status}", read)
        one = Shown(resource.list, walk.last, item)
        other = Shown(resource.read, read, bare(resource, _object(read)))
        world.expect_same(stable(resource), one, other)
        moving = [each for each in resource.fields.values() if each.moves == "alone"]
        if first_difference(world.document, moving, one.fields, other.fields):
            world.expect_same(_steady(world, resource, ids, one, other), one, other)


@law(id="views.parts-agree", over=_parts, source=TOLD_FALSELY, harm=True)
def parts_agree(world: World, resource: Resource, view: str) -> None:
    """A view of a part of an object shows the same as the whole."""
    instance = world.shared(resource)
    part = world.taken(world.call(view, instance.ids))
    value = find(part, "")
    if not isinstance(value, dict):
        raise Skipped(f"{view} does not answer with an object")
    whole = world.read(instance)
    named = dict(value)
    if resource.parameter in named:
        named.setdefault(resource.key[0], named[resource.parameter])
    common = [each for each in resource.fields.values() if each.name in named]
    if not common:
        raise Skipped(f"{view} has no field of {resource.one}")
    world.expect_same(common, Shown(view, part, named), whole)


@law(id="views.totals-follow", over=totals, source=TOLD_FALSELY, harm=True)
def totals_follow(world: World, resource: Resource, field: Field, child: Resource) -> None:
    """Counts and sums of a parent equal its children, after each creation and each deletion."""
    parent = world.make(resource)
    world.look(parent)
    expect_total(world, parent, field, child)
    made = [world.make(child, parent=parent) for _ in range(2)]
    expect_total(world, parent, field, child)
    if child.delete and world.capabilities.offers(child.delete):
        world.need(world.delete(made[0]))
        expect_total(world, parent, field, child)


def new_value(world: World, resource: Resource, field: Field) -> Any:  # noqa: ANN401 - JSON
    """Return a new value for a changeable field, as the changing request takes it.

    Raises:
        Skipped: its schema is of a kind for which none is made up, or the server has to know it.

    """
    schema = changing_schema(world.document, resource, field)
    named = world.model.resources.get(field.refers)
    if named and named.whole:
        identity = world.make(named).key[0]
        return [identity] if "array" in types(world.document, schema) else identity
    if named:
        return another(world, named, resource, field)
    value = world.values.make(field.changed, schema)
    if value is None:
        raise Skipped(f"no value is made up for `{field.changed}`")
    if field.known:
        try:
            world.make(resource, given={field.sent: value})
        except Unjudged as refused:
            said = f"the server refuses a made-up `{field.sent}` of a new {resource.name}"
            raise Skipped(said, *refused.evidence) from refused
    return value


def another(world: World, named: Resource, resource: Resource, field: Field) -> str:
    """Return the id of what the list of a resource has, most like the one that the sample names.

    Raises:
        Skipped: the list has nothing else.

    """
    body = plain_request(world, resource.create).get("json") or {}
    items = world.walk(named).items
    one = next((each for each in items if key_of(named, each)[0] == body.get(field.sent)), {})
    able = _able(one)
    others = [each for each in items if key_of(named, each) != key_of(named, one)]
    others = [each for each in others if able & _able(each) or not able]
    if not one or not others:
        raise Skipped(f"there are no two {named.several} to choose from")

    def alike(each: dict[str, Any]) -> tuple[int, int]:
        return len(able & _able(each)), sum(each.get(name) == one[name] for name in one)

    best = max(others, key=alike)
    return str(key_of(named, best)[0])


def _able(item: dict[str, Any]) -> set[str]:
    """Return what a model is said to be able to do; nothing of what is no model."""
    found = item.get("capabilities")
    able = found.items() if isinstance(found, dict) else ()
    return {str(name) for name, can in able if can is True}


def stable(resource: Resource) -> list[Field]:
    """Return the fields that do not change by themselves."""
    return [each for each in resource.fields.values() if each.moves != "alone"]


def _steady(
    world: World, resource: Resource, ids: dict[str, str], one: Shown, other: Shown
) -> list[Field]:
    """Return the fields that move by themselves and that no view shows otherwise a moment later."""
    key = key_of(resource, one.value)
    items = [each for each in world.walk(resource, ids).items if key_of(resource, each) == key]
    read = world.call(resource.read, {**ids, resource.parameter: str(key[0])})
    later = (items[0] if items else {}), bare(resource, _object(read))
    return [
        each
        for each in resource.fields.values()
        if each.moves == "alone"
        and is_same(each, one.fields.get(each.name), later[0].get(each.name))
        and is_same(each, other.fields.get(each.name), later[1].get(each.name))
    ]


def expect_shown(
    world: World, instance: Instance, views: Iterable[Shown], wanted: dict[str, Any]
) -> None:
    """Hold each view to have the object and to show what was sent.

    A map may show more keys than were sent: those that it had before, or that the server adds.
    What was sent empty may be shown as null, and what was sent as null as empty: there is none.
    """
    for shown in views:
        said = f"{shown.view} does not show the {instance.resource.name}"
        world.expect(shown.value is not None, said, instance.made, shown.exchange)
        for name, value in wanted.items():
            field, found = instance.resource.fields[name], shown.fields.get(name, ABSENT)
            free = field.deprecated or any(shown.fields.get(e) is None for e in field.beside)
            if found is ABSENT or (found is None and free) or is_cleared(found, value):
                continue
            told, due = shared(world.document, field.schema, found, value)
            if isinstance(told, dict) and isinstance(due, dict):
                told = {key: each for key, each in told.items() if key in due}
            if not is_same(field, told, due):
                nested = isinstance(told, dict | list)
                place, left, right = inside(name, told, due) if nested else (name, found, value)
                one, other = shorten(left, right)
                reason = f"{shown.view} shows `{place}` as {one}, sent was {other}"
                world.fail(reason, instance.made, shown.exchange)


def is_emptied(world: World, instance: Instance, field: Field, found: object) -> bool:
    """Say whether a field shows what null leaves: nothing, or what the server itself puts there."""
    if is_cleared(found, None):
        return True
    resource, above = instance.resource, instance.parent.ids if instance.parent else {}
    if not resource.create:
        return False
    request = plain_request(world, resource.create)
    wrapper = wrapper_of(world.document.operations[resource.create])
    body = request.get("json") or {}
    if field.sent in {*body, *(body.get(wrapper) or {})}:
        return False
    answer = world.call(resource.create, above, **request)
    if not answer.ok:
        return False
    plain = Instance(resource, made_ids(resource, above, answer), instance.by, answer)
    return is_equal(found, world.read(plain).fields.get(field.name))


def _expect_agreement(world: World, instance: Instance, views: list[Shown]) -> None:
    for one, other in combinations(views, 2):
        world.expect_same(stable(instance.resource), one, other)


def expect_total(world: World, parent: Instance, field: Field, child: Resource) -> None:
    """Hold the count or sum in each view of the parent to what the list of its children holds."""
    walk = world.walk(child, parent.ids)
    summed = field.sum.partition(".")[2]
    items = [each.get(summed) if summed else 1 for each in walk.items]
    told = [each for each in items if isinstance(each, int)]
    if len(told) < len(items):
        raise Skipped(f"the {child.several} do not tell their `{summed}`")
    wanted = sum(told)
    judged = 0
    for shown in world.look(parent):
        if field.name in shown.fields:
            judged += 1
            found = shown.fields[field.name]
            reason = f"`{field.name}` is {found} in {shown.view}, the {child.several} make {wanted}"
            world.expect(found == wanted, reason, shown.exchange, walk.last)
    if not judged:
        raise Skipped(f"no view shows `{field.name}`")
    view = world.model.lists[child.list]
    if view.exact and "total" in view.paging and find(walk.last, view.paging["total"]) is not None:
        total = read_count(walk.last, view.paging["total"])
        reason = f"the list tells a total of {total}, it has {len(walk.items)}"
        world.expect(total == len(walk.items), reason, walk.last)


def told_by(world: World, instance: Instance, answer: Exchange) -> list[Shown]:
    """Return the object as the answer to its creation or change shows it, and then each view."""
    return [*answered(world, instance.resource, answer), *world.look(instance)]


def answered(world: World, resource: Resource, answer: Exchange) -> list[Shown]:
    """Return what an answer shows; one that answers without the object shows nothing."""
    if not answer.content or not tells_object(world.document, resource, answer.operation):
        return []
    value = bare(resource, _object(answer))
    return [Shown(f"the answer of {answer.operation}", answer, value)]


def _object(exchange: Exchange) -> dict[str, Any]:
    found = exchange.json()
    return found if isinstance(found, dict) else {}
