"""Law 7, wishes beside filters: a parameter that no item explains leaves the same beside a filter.

What such a parameter leaves is not computed but asked for: alone, and then beside each filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.filters import spell, values_of
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.populations import USER, judged, walk_population
from mistral_conformance.laws.sets import (
    DECLARED,
    choices_of,
    list_subject,
    parts_items,
    whole_of,
)
from mistral_conformance.record.counting import counted
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.populations import Population
    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import ListView, Model, Resource
    from mistral_conformance.model.document import Json

    Keys = set[tuple[Any, ...]]

SEARCH = "search"
MINE = "created_by_me"
COLLEAGUE = "colleague"
WHOSE: dict[str, dict[str, tuple[str, ...]]] = {
    MINE: {"true": (CALLER,), "false": (CALLER, COLLEAGUE)},
    USER: {
        "current": (CALLER,),
        f"${CALLER}.user": (CALLER,),
        f"${COLLEAGUE}.user": (COLLEAGUE,),
    },
}
"""By parameter and value, who made what the list then holds."""
TOLD = {USER: [f"{CALLER}.user"], SEARCH: ["Alpha", "BETA"]}
"""Values of parameters that list none: the caller, and what stands in names of the population."""
MOST = 3
"""So many values of each filter stand beside a wish."""


def _wished(model: Model) -> Iterator[Subject]:
    """Yield each parameter of a list with filters that lists values, names a user, or searches.

    What it leaves no field of the items explains.
    """
    for view in model.lists.values():
        for each in model.document.operations[view.operation].parameters:
            schema, name = each.get("schema", {}), each["name"]
            values = TOLD.get(name) or choices_of(model, schema)
            told = name in view.others and name not in view.fills
            if values and told and view.filters and judged(model, view):
                yield list_subject(view, f"{view.operation}:{name}", (view, name, values))


def _own(model: Model) -> Iterator[Subject]:
    """Yield each list that can be asked for what the caller, or another user, created."""
    for view in model.lists.values():
        resource = model.resources[view.resource]
        for each in WHOSE if resource.whole and not resource.parent else ():
            if each in view.others:
                needed = (view.operation, resource.create)
                name, value = f"{view.operation}:{each}", (view, resource, each)
                yield Subject(name, value, needed, needed, needs=(COLLEAGUE,))


@law(id="sets.wish-and-filter", over=_wished, source=DECLARED)
def wish_and_filter(world: World, view: ListView, name: str, values: list[Any]) -> None:
    """What such a parameter leaves alone and a filter leaves alone is what both leave together."""
    population, whole = whole_of(world, view)
    everything = {key_of(world.model.resources[view.resource], each) for each in whole.items}
    wishes = [world.lookup(each) for each in values] if name == USER else values
    if name == SEARCH:
        wishes = [f"{population.word} {each}" for each in values]
    left = [(wish, _left(world, view, population, {name: wish})) for wish in wishes]
    narrow = [(wish, found) for wish, found in left if found < everything]
    if not narrow:
        raise NotOffered(f"not offered: no value of `{name}` leaves a part of what there is")
    parting = 0
    moving = _moving(world, view)
    for each in [each for each in view.filters if each.field not in moving]:
        asked = values_of(world, each, population, whole.items)
        for value in [value for value in asked if parts_items(each, value, whole)][:MOST]:
            parting += 1
            query = {each.parameter: spell(each, [value])}
            fitting = _left(world, view, population, query)
            for wish, found in narrow:
                both = _left(world, view, population, {**query, name: wish})
                due, both = found & fitting, both & everything
                said = (
                    f"{name}={wish} with {each.parameter}={value!r} leaves "
                    f"{counted(len(both), 'item')}, "
                )
                world.expect(both == due, f"{said}{len(due)} are left by each alone", whole.last)
    if not parting:
        raise Skipped("no filter leaves a part of what there is")


@law(id="sets.own-leave-out-others", over=_own, source=DECLARED)
def own_leave_out_others(world: World, view: ListView, resource: Resource, name: str) -> None:
    """Who asks for what one user created gets that, and not what another created beside it."""
    made = {CALLER: world.make(resource).key, COLLEAGUE: _made_by_colleague(world, resource).key}

    def left(query: Json) -> tuple[Walk, set[str]]:
        walk = world.walk(resource, query=query, through=view.operation)
        found = {key_of(resource, each) for each in walk.items}
        return walk, {by for by, key in made.items() if key in found}

    if left({})[1] != {*made}:
        raise NotOffered("not offered: the list does not show what a colleague created")
    for value, due in WHOSE[name].items():
        word = world.lookup(value[1:]) if value.startswith("$") else value
        walk, found = left({name: word})
        said, wanted = (" and ".join(sorted(each)) or "neither of them" for each in (found, due))
        told = f"with {name}={word} the list holds what {said} made, it should what {wanted} did"
        world.expect(found == {*due}, told, walk.last)


def _made_by_colleague(world: World, resource: Resource) -> Instance:
    """Return what a colleague makes with what the caller has made for it.

    Raises:
        NotOffered: the server does not let a colleague use that.

    """
    try:
        return world.make(resource, by=COLLEAGUE)
    except Unjudged as refused:
        said = f"a colleague cannot make {resource.one} with what is the caller's"
        raise NotOffered(f"not offered: {said}: {refused.reason}", *refused.evidence) from None


def _moving(world: World, view: ListView) -> set[str]:
    """Return the fields that may change by themselves meanwhile.

    None where the suite has the clock.
    """
    fields = world.model.resources[view.resource].fields.values()
    return set() if world.ctx.session.clock else {e.name for e in fields if e.moves == "alone"}


def _left(world: World, view: ListView, population: Population, query: Json) -> Keys:
    resource = world.model.resources[view.resource]
    walk = walk_population(world, view, population, query)
    return {key_of(resource, each) for each in walk.items}
