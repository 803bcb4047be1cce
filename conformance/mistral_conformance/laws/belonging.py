"""What an object has that is no resource, such as aliases and entries: no part is lost."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.laws.comparing import is_equal, shared, tell_difference
from mistral_conformance.laws.instance import bare
from mistral_conformance.laws.law import FULL, Subject, law
from mistral_conformance.laws.neighbours import LOST as MOVED
from mistral_conformance.laws.neighbours import act
from mistral_conformance.laws.requests import plain_request, send_plain
from mistral_conformance.model.declarations import PAGING
from mistral_conformance.model.schemas import answer_schema, properties, types
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange

    Growing = tuple[Resource, str, str, list["Way"]]

LOST = "harm: of what an object has more is lost than was taken away"
ORDER = "harm: what was said later is told before what was said first"
MANY, MOST = 101, 60
"""So many items are more than any usual page; so often at most is sent what adds some."""
SOME = 52
"""So many items have numbers of one digit and of two, which sort apart as texts."""


@frozen(eq=False)
class Named:
    """Operations at one path below an object that a query tells which of its parts is meant."""

    owner: Resource
    maker: str
    lister: str
    deleter: str
    parameter: str


Way = Named | str
"""What adds to an object: what makes parts with names, or an operation."""


def _named(model: Model) -> Iterator[Subject]:
    """Yield each DELETE whose query names a part, with what makes and lists such parts."""
    for deleter in model.document.operations.values():
        if deleter.method != "DELETE":
            continue
        own = {each.method: each for each in model.document.operations_at(deleter.path)}
        maker, lister, owner = own.get("PUT"), own.get("GET"), _owner(model, deleter.path)
        if maker and lister and owner and maker.id in load_samples():
            for each in sorted(_needed_queries(deleter) & _needed_queries(maker)):
                operations = (deleter.id, maker.id, lister.id)
                value = Named(owner, maker.id, lister.id, deleter.id, each)
                yield Subject(deleter.id, value, operations, (owner.create, *operations))


def _owner(model: Model, path: str) -> Resource | None:
    """Return the resource whose id is the one parameter of a path."""
    of = [each for each in model.resources.values() if each.whole and each.parameter]
    return next((e for e in of if path.count("{") == 1 and f"{{{e.parameter}}}" in path), None)


def _needed_queries(operation: Operation) -> set[str]:
    return {e["name"] for e in operation.parameters if e["in"] == "query" and e.get("required")}


@law(id="gone.takes-what-it-names", over=_named, source=LOST, harm=True)
def takes_what_it_names(world: World, named: Named) -> None:
    """A deletion takes the part that it names, and leaves those beside it and of others."""
    instance, beside = (world.make(named.owner) for _ in range(2))
    first, second = (world.values.word() for _ in range(2))
    for owner, word in ((instance, first), (instance, second), (beside, first)):
        world.need(_add(world, named, owner, word))
    told = [(each, _list(world, named.lister, "", each)) for each in (instance, beside)]
    if not all(_tells(items, first) for _, items in told):
        raise Skipped(f"{named.lister} does not tell what it is asked for by")
    answer = world.call(named.deleter, instance.ids, query={named.parameter: first})
    world.need(answer)
    for (owner, before), gone, kept in zip(told, (first, ""), (second, first), strict=True):
        after = _list(world, named.lister, "", owner)
        due = len(before) - bool(gone)
        said = f"after one of {len(before)} is deleted" if gone else "beside a deletion"
        world.expect(len(after) == due, f"{said} {len(after)} are listed, {due} are due", answer)
        world.expect(_tells(after, kept), f"{said} another one is not listed", answer)


def _beside(model: Model) -> Iterator[Subject]:
    """Yield each such kind of part, with each change of its object and what is done to it."""
    for subject in _named(model):
        named: Named = subject.value
        owner = named.owner
        for operation in (*owner.changes[:1], *owner.actions):
            if operation not in {named.maker, named.deleter}:
                operations = (operation, named.lister)
                needed = (owner.create, named.maker, *operations)
                name = f"{named.lister}, {operation}"
                yield Subject(name, (named, operation), operations, needed)


@law(id="neighbours.parts-stay", over=_beside, source=MOVED, harm=True)
def parts_stay(world: World, named: Named, operation: str) -> None:
    """What is done to an object leaves its named parts as they were."""
    instance = world.make(named.owner)
    world.need(_add(world, named, instance, world.values.word()))
    before = _list(world, named.lister, "", instance)
    done = world.taken(act(world, instance, operation))
    after = _list(world, named.lister, "", instance)
    schema, _ = answer_schema(world.document.operations[named.lister], world.document)
    told, due = shared(world.document, schema or {}, after, before)
    place, left, right = tell_difference(named.lister, due, told)
    said = f"{operation} changed {place} from {left} to {right}"
    world.expect(is_equal(told, due), said, done, *world.ctx.exchanges[-1:])


def _tells(items: list[Any], word: str) -> bool:
    return any(word in json.dumps(each) for each in items)


def _add(world: World, named: Named, owner: Instance, word: str) -> Exchange:
    request = plain_request(world, named.maker, owner.ids)
    request["query"] = {**request["query"], named.parameter: word}
    return world.call(named.maker, owner.ids, **request)


def _growing(model: Model) -> Iterator[Subject]:
    """Yield each array of an answer without pages about an object, with what may add to it."""
    named = [each.value for each in _named(model)]
    for owner in (each for each in model.resources.values() if each.whole and each.parameter):
        adding = [each for each in (*owner.actions, *owner.changes) if each in load_samples()]
        for view in filter(None, (owner.read, *owner.views)):
            operation = model.document.operations[view]
            ways = [*(each for each in named if each.lister == view), *adding]
            if PAGING in operation.item or operation.path_ids != (owner.parameter,) or not ways:
                continue
            for field in _arrays(model, operation):
                own = owner.fields.get(field) if view == owner.read else None
                if own is None or own.owner == "server":
                    value, needed = (owner, view, field, ways), (owner.create, view)
                    yield Subject(f"{view}:{field}".rstrip(":"), value, (view, *adding), needed)


def _arrays(model: Model, operation: Operation) -> list[str]:
    """Return the fields of an answer that are arrays, or the empty name where it is one itself."""
    schema, _ = answer_schema(operation, model.document)
    if schema is None:
        return []
    if "array" in types(model.document, schema):
        return [""]
    fields = properties(model.document, schema)
    return [name for name, each in fields.items() if "array" in types(model.document, each.schema)]


@law(id="much.answers-hold-all", over=_growing, source=LOST, harm=True, depth=FULL)
def answers_hold_all(world: World, owner: Resource, view: str, field: str, ways: list[Way]) -> None:
    """An answer without pages holds all that was added to an object, however much it is."""
    instance = world.make(owner)
    look = partial(_list, world, view, field, instance)
    way, each_adds = _find_way(world, instance, ways, look)
    first = look()
    sent = min(MOST, -(-MANY // each_adds))
    for _ in range(sent):
        world.need(_do(world, instance, way))
    found = look()
    due = len(first) + sent * each_adds
    said = f"after {sent} more requests that add {each_adds} each {view} holds {len(found)}"
    world.expect(len(found) >= due, f"{said} items, {due} are due")
    _expect_told(world, view, map(_key, first), map(_key, found))


@law(id="views.additions-come-last", over=_growing, source=ORDER, harm=True)
def additions_come_last(
    world: World, owner: Resource, view: str, field: str, ways: list[Way]
) -> None:
    """What is added to an object stands behind all that was there, or before it: always so."""
    instance = world.make(owner)
    look = partial(_list, world, view, field, instance)
    unnamed: list[Way] = [each for each in ways if not isinstance(each, Named)]
    way, _ = _find_way(world, instance, unnamed, look)
    told, sides = [_key(each) for each in look()], {True, False}
    while len(told) < SOME:
        done = world.need(_do(world, instance, way))
        after = [_key(each) for each in look()]
        count = len(told)
        sides &= {
            behind for behind in sides if told == (after[:count] if behind else after[-count:])
        }
        _expect_told(world, view, told, after, done, *world.ctx.exchanges[-1:])
        said = f"what is added to {count} items of {view} comes between them: {after}"
        world.expect(sides and len(after) > count, said, done, *world.ctx.exchanges[-1:])
        told = after


def _expect_told(
    world: World, view: str, before: Iterable[str], after: Iterable[str], *evidence: Exchange
) -> None:
    """Hold a view to tell what it told before."""
    lost = set(before).difference(after)
    said = f"{view} does not tell any more what it told: {sorted(lost)[:1]}"
    world.expect(not lost, said, *evidence)


def _key(item: object) -> str:
    """Return what tells an item from others: itself, or an object's id, empty without one."""
    return str(item.get("id", "")) if isinstance(item, dict) else str(item)


def _find_way(
    world: World, instance: Instance, ways: list[Way], look: Callable[[], list[Any]]
) -> tuple[Way, int]:
    """Return what adds to an array, each time as much as the time before, and how much.

    Raises:
        NotOffered: nothing does.

    """
    for way in ways:
        before = len(look())
        done = [(_do(world, instance, way).ok, len(look())) for _ in range(2)]
        (_, once), (_, twice) = done
        if all(ok for ok, _ in done) and twice - once == once - before > 0:
            return way, twice - once
    raise NotOffered("not offered: nothing that is done to the object adds to it")


def _do(world: World, instance: Instance, way: Way) -> Exchange:
    if isinstance(way, Named):
        return _add(world, way, instance, world.values.word())
    return send_plain(world, way, instance.ids, by=instance.by)


def _list(world: World, view: str, field: str, instance: Instance) -> list[Any]:
    """Return the items of an array of an answer, none where there is no array."""
    answer = world.need(world.call(view, instance.ids, by=CALLER))
    told: Any = answer.json() if not field else bare(instance.resource, answer.json()).get(field)
    return told if isinstance(told, list) else []
