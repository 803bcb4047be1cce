"""Looking early: what was looked at on its way to an end is told there as what nobody looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.ends import POLLS, stateful
from mistral_conformance.laws.harmless import known_part
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.model.schemas import JSON, types
from mistral_conformance.probing.settling import without_end
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource, States
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.record.exchange import Exchange

SIGNED = "url"
"""The field that is another text with each look."""
MOVED = "harm: what had ended is told otherwise because of another one"
STALE = "harm: who looked too early is told for ever what was known then"


def _seen(model: Model) -> Iterator[Subject]:
    """Yield each stateful object with each way to look at it alone: each view, each wish of it."""
    for subject in stateful(model):
        resource, states = subject.value
        for view, query in _ways(model.document, resource):
            name = f"{view}:{next(iter(query))}" if query else view
            value = (resource, states, view, query)
            operations = (view, *subject.operations)
            yield evolve(subject, name=name, value=value, operations=operations)


def _ways(document: Document, resource: Resource) -> Iterator[tuple[str, Json]]:
    for view in (resource.read, *resource.views):
        spec = document.operations[view]
        if set(spec.path_ids) - set(document.operations[resource.read].path_ids):
            continue
        wishes = [
            each["name"]
            for each in spec.parameters
            if each["in"] == "query" and "boolean" in types(document, each.get("schema", {}))
        ]
        yield view, {}
        yield from ((view, {name: "true"}) for name in wishes)


@law(id="ends.looking-early-changes-nothing", over=_seen, source=STALE, harm=True)
def looking_early_changes_nothing(
    world: World, resource: Resource, states: States, view: str, query: Json
) -> None:
    """What was looked at on its way is told at its end as what nobody has looked at."""
    world.capabilities.require([view])
    watched = world.make(resource)
    other = world.make(resource, parent=watched.parent)
    early = 0
    for _ in range(POLLS):
        if world.read(watched).fields.get(states.field) in states.ends:
            break
        early += _look(world, watched, view, query).status < 500
        world.ctx.pass_time(0.25)
    if not early:
        raise Skipped(f"a new {resource.name} is at its end at once")
    for each in (watched, other):
        world.settle(each)
    one, two = (_look(world, each, view, query) for each in (watched, other))
    left, right = (_shape(world, view, each) for each in (one, two))
    said = f"{view} tells {left} of what was looked at early, {right} of what was not"
    world.expect(left == right, said, one, two)


@law(id="ends.ended-stays-beside-others", over=stateful, source=MOVED, harm=True)
def ended_stays_beside_others(world: World, resource: Resource, states: States) -> None:
    """What has ended stays as it was while another one beside it goes its way to an end."""
    ended = world.make(resource)
    world.settle(ended)
    before = world.look(ended)
    fields = [each for each in resource.fields.values() if each.name != SIGNED]
    other = world.make(resource, parent=ended.parent)
    for _ in range(POLLS):
        state = world.read(other).fields.get(states.field)
        for one, shown in zip(before, world.look(ended), strict=True):
            world.expect_same(fields, one, shown, other.made, said="while another one ran,")
        if state in states.ends:
            return
        world.ctx.pass_time(0.25)
    raise without_end(world.ctx, f"after {POLLS} looks")


def _look(world: World, instance: Instance, view: str, query: Json) -> Exchange:
    return world.ask(view, instance.ids, by=instance.by, query=query or None)


def _shape(world: World, view: str, answer: Exchange) -> object:
    """Return what two answers about like objects share: the known fields, which lists hold any.

    What is null may be left out in the other, and how much comes of equal work may differ.
    """
    found = known_part(world, view, answer) if answer.ok and answer.media_type == JSON else None
    if found is None:
        return answer.status
    if not isinstance(found, dict):
        return _held(found)
    return {name: _held(each) for name, each in sorted(found.items())}


def _held(value: object) -> str:
    return "a list of none" if value == [] else "told"
