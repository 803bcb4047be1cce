"""Laws 5 and 7, for events and streams: who asks for one object by its id hears of it alone.

Filters that look at fields of a resource are judged in `sets`; here are ids in the query of what is
no list of a resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.access import SHOWN_TO_STRANGERS, STRANGER
from mistral_conformance.laws.along import comes_along
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.model.declarations import PAGING
from mistral_conformance.model.document import is_endless
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Place, Resource
    from mistral_conformance.record.exchange import Exchange

DECLARED = "document: parameters (the query names whose events are asked for)"
PARENT = "parent_"
SOON_S = 0.5
"""How long a stream is heard that need not end, in seconds."""


def _asked(model: Model) -> Iterator[Subject]:
    """Yield each id in the query of what is no list: the place, what is made, its field."""
    along = {of.name: (maker, field.name) for maker, field, of in comes_along(model)}
    for each in model.references:
        place, resource = each.place, model.resources.get(each.resource or "")
        if place.where != "query" or not resource or place.operation in model.lists:
            continue
        if place.name.startswith(PARENT):
            continue  # what is made here has no children
        own = (resource, resource.key[0]) if resource.whole else None
        if found := own or along.get(resource.name):
            needed = (place.operation, found[0].create)
            value, origins = (place, *found), (each.origin,)
            yield Subject(str(place), value, (place.operation,), needed, origins)


@law(id="sets.query-names-one", over=_asked, source=DECLARED)
def query_names_one(world: World, place: Place, maker: Resource, field: str) -> None:
    """Who asks for one object by its id hears of it alone, and who asks for none of nothing."""
    one, other = (_make(world, maker, field) for _ in range(2))
    heard = _hear(world, place, one)
    said = f"{place.operation} tells nothing of what `{place.name}` names"
    world.expect(one in heard.text, said, heard)
    said = f"`{place.name}` of one object lets through what is told of another"
    world.expect(other not in heard.text, said, heard)
    _expect_on_page(world, place, (one, other))
    unknown = _hear(world, place, f"none-{world.values.word()}")
    said = f"`{place.name}` of nothing lets something through"
    world.expect(not {e for e in (one, other) if e in unknown.text}, said, unknown)


def _expect_on_page(world: World, place: Place, made: tuple[str, ...]) -> None:
    """Hold the shortest page to tell of what is asked for, whatever stands before or behind it."""
    size = world.document.operations[place.operation].item.get(PAGING, {}).get("size")
    for each in made if size else ():
        page = world.call(place.operation, query={place.name: each, size: 1})
        said = f"with `{size}` 1 {place.operation} tells nothing of what `{place.name}` names"
        world.expect(each in page.text, said, page)


@law(
    id="access.query-tells-strangers-nothing",
    over=_asked,
    source=f"choices.workflow-events-strangers-hear-nothing; {SHOWN_TO_STRANGERS}",
    harm=True,
    needs=(STRANGER,),
)
def query_tells_strangers_nothing(world: World, place: Place, maker: Resource, field: str) -> None:
    """A stranger who asks for an object by its id hears nothing of it."""
    one = _make(world, maker, field)
    if one not in _hear(world, place, one).text:
        raise Skipped(f"{place.operation} tells nothing of what was made")
    heard = _hear(world, place, one, by=STRANGER)
    said = f"{place.operation} tells a stranger what `{place.name}` names"
    world.expect(not heard.ok or one not in heard.text, said, heard)


def _make(world: World, maker: Resource, field: str) -> str:
    """Return the id that names a new object at its end, or what came along with it."""
    instance = world.settled(maker)
    return str(world.read(instance).fields.get(field))


def _hear(world: World, place: Place, identity: str, by: str = CALLER) -> Exchange:
    """Return what is told to somebody who asks for what the id names."""
    query = {place.name: identity}
    if not is_endless(world.document.operations[place.operation]):
        return world.call(place.operation, by=by, query=query)
    return world.ctx.as_(by).listen(place.operation, query=query, most_s=SOON_S)
