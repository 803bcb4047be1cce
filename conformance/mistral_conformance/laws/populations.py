"""Populations: items of a list that differ in all that its filters look at, made once per run."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.schemas import creating_schema, taken
from mistral_conformance.model.access import VIEW
from mistral_conformance.model.schemas import facet, types
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.walking import Walk
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, ListView, Model, Resource
    from mistral_conformance.model.document import Json

NAMES = ("Alpha report", "alpha notes", "BETA report", "100%_done", "a.b*c?", "Ünï çödé", "x")
"""Names that tell substrings, capitals, wildcards and other letters apart."""
TYPES = (
    ("text/plain", ".txt", b"Plain words.\n"),
    ("application/jsonl", ".jsonl", b'{"custom_id": "1", "body": {"max_tokens": 1}}\n'),
    ("text/csv", ".csv", b"a,b\n1,2\n"),
)
NAMES_OF = ("name", "filename")
BEYOND = 3
"""So many more items than a page holds make a crowd."""
APART_S = 1.5
"""So far apart are items made where that costs no time: some stamps are whole seconds."""
USER = "user_id"
LEAST = 3
"""With fewer items nothing is proven about sets and pages."""


@frozen(eq=False)
class Population:
    """The items that were made, and a word that is part of each one's name and of no other's.

    Where no request makes one, nothing was made: the items are those that the server has, as the
    `query` leaves them.
    """

    word: str
    parent: Instance | None
    made: tuple[Instance, ...]
    query: Json = field(factory=dict)
    source: Resource | None = None
    """What one comes with; those that the population has may have ended since."""
    renamed: tuple[str, ...] = ()
    """A name that one was made with, and the name that it has now."""
    refused: Signal | None = None
    """What kept one from being made."""

    @property
    def ids(self) -> dict[str, str]:
        """The path ids of the list."""
        return self.parent.ids if self.parent else {}

    @property
    def keys(self) -> set[tuple[Any, ...]]:
        """What identifies each item."""
        return {each.key for each in self.made}


def population_of(world: World, view: ListView) -> Population:
    """Return the population of a list, the same one for all laws of a run.

    Raises:
        Unjudged: the server does not make enough of them.
        Skipped, NotOffered: it lacks what they are made with.

    """
    memory = world.ctx.session.memory
    key = (Population, view.resource)
    made = makes(world, view)
    if key not in memory:
        with world.ctx.session.creations.keep():
            memory[key] = _populate(world, view) if made else _meet(world, view)
    found: Population = memory[key]
    if made and len(found.made) < LEAST:
        why, shown = (found.refused.reason, found.refused.evidence) if found.refused else ("", ())
        several = world.model.resources[view.resource].several
        absent = isinstance(found.refused, Skipped | NotOffered)
        ending = type(found.refused) if found.refused and absent else Unjudged
        raise ending(f"the server made {len(found.made)} {several} to list: {why}", *shown)
    return found


def judged(model: Model, view: ListView) -> bool:
    """Say whether the items of a list can be made, or are there without being made."""
    path = model.document.operations[view.operation].path_ids
    return model.resources[view.resource].whole or not path


def makes(world: World, view: ListView) -> bool:
    """Say whether the suite makes what the list shows, not only looks at what is there.

    Raises:
        NotOffered: nothing can be looked at without being made.

    """
    resource = world.model.resources[view.resource]
    if resource.parent and not resource.create:
        raise NotOffered(f"not offered: nothing makes {resource.one}")
    if resource.parent:
        world.capabilities.require([resource.create])
    return resource.whole and world.capabilities.offers(resource.create)


def crowd_of(world: World, view: ListView) -> Population:
    """Return more items than the largest page holds, the same ones for all laws of a run.

    Raises:
        Unjudged: the server does not make enough of them.
        Skipped, NotOffered: it lacks what they are made with.

    """
    memory = world.ctx.session.memory
    key = (Population, view.resource, "crowd")
    if key not in memory:
        with world.ctx.session.creations.keep():
            memory[key] = _crowd(world, view)
    found: Population = memory[key]
    return found


def named_like(world: World, resource: Resource, word: str) -> Json:
    """Return what makes an item with a name that begins with the word."""
    name = world.ctx.marker.name(f"{word} {world.values.word()}")
    is_file = any(each.sent.startswith("file.") for each in resource.fields.values())
    return {"file.name": f"{name}.txt"} if is_file else {"name": name}


def _crowd(world: World, view: ListView) -> Population:
    resource = world.model.resources[view.resource]
    above = world.model.resources.get(resource.parent)
    parent = world.make(above) if above else None
    word = world.values.word()
    most = max(view.largest or 0, view.usual or 0) + BEYOND
    made = [
        world.make(resource, parent=parent, given=named_like(world, resource, word))
        for _ in range(most)
    ]
    return Population(word, parent, tuple(made))


def _populate(world: World, view: ListView) -> Population:
    resource = world.model.resources[view.resource]
    above = world.model.resources.get(resource.parent)
    parent = world.make(above) if above else None
    word = world.values.word()
    switches = _switches(world, view, resource)
    made, refused = [], None
    for given in _variety(world, view, resource, word):
        try:
            made.append(world.make(resource, by=CALLER, parent=parent, given=given))
            if switches and len(made) % 2:
                world.change(made[-1], dict.fromkeys(switches, True))
        except Signal as signal:
            refused = signal
            continue  # a server may refuse some kinds; what it takes is enough
        world.ctx.pass_time(APART_S if world.ctx.session.clock else 0.01)
    renamed = _rename_one(world, view, parent, word)
    if _tells_whose(world, view, resource):
        _add_others(world, resource, word)
    _add_hidden(world, resource, word)
    if any(each.values for each in view.filters):  # what nothing sent tells, something done does
        for instance, action in zip(made, resource.actions, strict=False):
            send_plain(world, action, instance.ids, by=CALLER)
    return Population(word, parent, tuple(made), renamed=renamed, refused=refused)


def _rename_one(
    world: World, view: ListView, parent: Instance | None, word: str
) -> tuple[str, ...]:
    """Return one more item whose name is changed, where the list looks at names: both names.

    None where that is not possible.
    """
    resource = world.model.resources[view.resource]
    fields = [resource.fields.get(each.field) for each in view.filters]
    name = next((e for e in fields if e and e.changed and e.name in NAMES_OF), None)
    if name is None:
        return ()
    first, second = (world.ctx.marker.name(f"{word} {each}") for each in ("former", "latter"))
    try:
        instance = world.make(resource, by=CALLER, parent=parent, given={name.sent: first})
        world.need(world.change(instance, {name.changed: second}))
    except Signal:
        return ()
    return (first, second)


def _tells_whose(world: World, view: ListView, resource: Resource) -> bool:
    """Say whether the list may be asked for the caller's own among what its workspace sees."""
    told = (
        each["name"] == USER or "boolean" in types(world.document, each.get("schema", {}))
        for each in world.document.operations[view.operation].parameters
        if each["name"] in view.others
    )
    return any(told) and resource.seen_by == "workspace" and not resource.parent


def _add_others(world: World, resource: Resource, word: str) -> None:
    """Make one of a colleague, and one that a neighbour shares with the caller, where possible.

    Laws about what the suite has made count neither: a server may hide them.
    """
    if "colleague" in world.others:
        with suppress(Signal):
            world.make(resource, by="colleague", given=named_like(world, resource, word))
    grant = next((each for each in world.model.grants if each.parent == resource.name), None)
    if grant and "neighbour" in world.others:
        kind = next(told for told, fact in grant.kinds.items() if fact == "user")
        with suppress(Signal):
            theirs = world.make(resource, by="neighbour", given=named_like(world, resource, word))
            given = {grant.kind: kind, grant.whom: world.lookup(f"{CALLER}.user")}
            access = world.model.resources[grant.resource]
            given[grant.field] = grant.word(VIEW)
            world.make(access, by="neighbour", parent=theirs, given=given)


def _add_hidden(world: World, resource: Resource, word: str) -> None:
    """Make one that a colleague keeps to itself, where possible: no list or total counts it."""
    for each in resource.fields.values() if "colleague" in world.others else ():
        for value, seen in each.seen_by.items():
            if each.sent and seen == CALLER:
                given = {**named_like(world, resource, word), each.sent: value}
                with suppress(Signal):
                    world.make(resource, by="colleague", given=given)


def _switches(world: World, view: ListView, resource: Resource) -> list[str]:
    """Return what filters look at that is true or false, and that a change alone sets."""
    looked_at = (resource.fields.get(each.field) for each in view.filters)
    return [
        each.changed
        for each in looked_at
        if each
        and each.changed
        and not each.sent
        and "boolean" in types(world.document, each.schema)
    ]


def _meet(world: World, view: ListView) -> Population:
    """Return what the server has: of what comes with something else, some of all ends, made now."""
    resource = world.model.resources[view.resource]
    source = world.model.resources.get(resource.comes_with)
    query: Json = {}
    begun = next(
        (e for e in world.model.resources.values() if _starts_at(world, e, resource)), None
    )
    if begun and world.capabilities.offers(begun.create):
        _vary(world, begun)
    if source:
        world.capabilities.require([source.create])
        began = world.make(source)
        found = next((e for e in view.filters if e.compare == "after" and not e.others), None)
        if found and found.field in began.made.json():
            query[found.parameter] = began.made[found.field]
        _vary(world, source)
    return Population(world.values.word(), None, (), query, source)


def _starts_at(world: World, each: Resource, resource: Resource) -> bool:
    """Say whether one thing is made at the path of another without being a part of it."""
    path = world.document.operations[each.create].path_ids if each.whole else ()
    return not each.parent and resource.parameter in path


def _vary(world: World, source: Resource) -> None:
    """Make more of something: the plainest, one of another kind, and one for each way to stop it.

    With a colleague, one of its own, too.
    """
    ids = {name: world.lookup(name) for name in world.document.operations[source.create].path_ids}
    send_plain(world, source.create, ids, by=CALLER)
    for name, word in load_samples().get(source.create, Sample()).other_ids.items():
        with suppress(Signal):  # a server may have none of that kind
            other = {**ids, name: world.lookup(word.removeprefix("$"))}
            send_plain(world, source.create, other, by=CALLER)
    if "colleague" in world.others:
        with suppress(Signal):
            world.make(source, by="colleague")
    states = world.model.states_of(source.name)
    for stop in states.stops if states else ():
        if world.capabilities.offers(stop):
            world.ask(stop, world.make(source).ids)
    world.ctx.pass_time(APART_S)


def _variety(world: World, view: ListView, resource: Resource, word: str) -> Iterator[Json]:
    """Yield what to send for each item: names apart, and each sendable value of each filter."""
    choices = [*(dict(each) for each in _choices(world, view, resource)), {}]
    for number, name in enumerate(NAMES):
        media_type, suffix, content = TYPES[number % len(TYPES)]
        marked = world.ctx.marker.name(f"{word} {name}")
        given: Json = {"name": marked} if "name" in taken(world.document, resource.create) else {}
        if resource.fields and any(e.sent.startswith("file.") for e in resource.fields.values()):
            unique = content + f"{word} {number}\n".encode() * (number + 1)
            body = content * (number + 1) if suffix == ".jsonl" else unique
            given = {"file.name": marked + suffix, "file.type": media_type, "file.content": body}
        yield {**given, **choices[number % len(choices)]}


def _choices(world: World, view: ListView, resource: Resource) -> Iterator[list[tuple[str, Any]]]:
    """Yield values that a filter of the list can tell apart and the creating request takes."""
    for each in view.filters:
        outer, _, inner = each.field.partition(".")
        field = resource.fields.get(outer)
        if field is None or not field.sent:
            continue
        if inner:
            yield from _inside(world, resource, field, inner)
            continue
        if each.compare == "holds":
            yield [(field.sent, {"größe": f"süß {world.values.word()}"})]
            taken_for = creating_schema(world.document, resource, field)
            if facet(world.document, taken_for, "additionalProperties") is True:
                yield [(field.sent, {"größe": None})]
        values = facet(world.document, each.schema, "enum") or ()
        if field.sent and not field.sent.startswith("file."):
            yield from ([(field.sent, value)] for value in values if value is not None)
            yield from _named(world, resource, field)


def _inside(
    world: World, resource: Resource, field: Field, inner: str
) -> Iterator[list[tuple[str, Any]]]:
    """List of one object and of two that have words of their own at a place that is looked at."""
    for count in (1, 2):
        made = world.values.make(field.sent, creating_schema(world.document, resource, field))
        if isinstance(made, list) and isinstance(made[0], dict):
            several = [{**made[0], inner: world.values.word()} for _ in range(count)]
            yield [(field.sent, several)]


def _named(world: World, resource: Resource, field: Field) -> Iterator[list[tuple[str, Any]]]:
    """Yield two objects that the field can name, each without what it stands instead of."""
    named = load_samples().get(resource.create, Sample()).named.get(field.sent)
    of = world.model.resources.get(field.refers)
    if named and of and of.whole:
        for _ in range(2):
            with suppress(Signal):  # a server may have none of them, and the list all the same
                identity = world.make(of).ids[of.parameter]
                yield [(field.sent, identity), *((each, None) for each in named.without)]


def walk_population(
    world: World,
    view: ListView,
    population: Population,
    query: Json | None = None,
    *,
    size: int | None = None,
    tokens: bool = True,
) -> Walk:
    """Return the list that a population is in, as far as a query leaves it."""
    resource = world.model.resources[view.resource]
    asked = {**population.query, **(query or {})}
    return world.walk(
        resource, population.ids, asked, size=size, tokens=tokens, through=view.operation
    )
