"""Defaults: what a request leaves out is what it was before, whatever others sent meanwhile."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.comparing import first_difference, is_equal
from mistral_conformance.laws.instance import Shown, bare, key_of
from mistral_conformance.laws.kept import inner
from mistral_conformance.laws.law import law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.schemas import creating_schema
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.views import NAMES, new_value, stable
from mistral_conformance.model.schemas import JSON, facet, properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.law import Subject
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource

TWICE = "harm: what was asked for once is done, kept and billed twice"
LEAKS = "harm: what somebody sent is used, and shown, where somebody else sent nothing"


def _plain(model: Model) -> Iterator[Subject]:
    """Return each resource that a JSON request with optional fields makes at a path of its own."""
    return resources(
        model,
        lambda each: (
            each.parameter
            and each.create in load_samples()
            and model.document.operations[each.create].body_schema(JSON) is not None
            and _optional(each)
        ),
    )


@law(id="neighbours.defaults-stay", over=_plain, source=LEAKS, harm=True)
def defaults_stay(world: World, resource: Resource) -> None:
    """What plain requests make is alike, whatever was made with more than that between them."""
    above = world.model.resources.get(resource.parent)
    parent = world.make(above) if above else None
    before = _make_plainly(world, resource, parent)
    _expect_declared(world, resource, before)
    taken = sum(_make_with(world, resource, parent, each) for each in _optional(resource))
    if not taken:
        raise Skipped(f"{resource.create} takes no field by itself")
    after = _make_plainly(world, resource, parent)
    marked = load_samples()[resource.create].marked
    own = {marked, *resource.key, resource.parameter}
    fields = [each for each in stable(resource) if each.sent and each.sent not in own]
    both = [each for each in fields if each.owner == "both"]
    made_up = [each for each in both if _differ(world, each, before, after)]
    if made_up:  # is it another one each time, with nothing between them as well?
        again = _make_plainly(world, resource, parent)
        fields = [e for e in fields if e not in made_up or not _differ(world, e, after, again)]
    world.expect_same(fields, before, after, said="equal requests differ:")


def _differ(world: World, field: Field, one: Shown, other: Shown) -> bool:
    return bool(first_difference(world.document, [field], one.fields, other.fields))


def _listed(model: Model) -> Iterator[Subject]:
    return resources(model, lambda each: each.list and each.parameter and each.whole)


@law(id="views.one-request-makes-one", over=_listed, source=TWICE, harm=True)
def one_request_makes_one(world: World, resource: Resource) -> None:
    """A request to make something makes one of it, not two that are alike."""
    above = world.model.resources.get(resource.parent)
    parent = world.make(above) if above else None
    ids = parent.ids if parent else {}
    before = {key_of(resource, each) for each in world.walk(resource, ids).items}
    made = world.make(resource, parent=parent)
    walk = world.walk(resource, ids)
    new = [each for each in walk.items if key_of(resource, each) not in before]
    fields = [e for e in stable(resource) if e.sent and e.name not in resource.key]
    told = bare(resource, made.made.json())
    alike = [e for e in new if not first_difference(world.document, fields, told, e)]
    said = f"after one {resource.create} the list has {len(alike)} new ones that are alike"
    world.expect(len(alike) <= 1, said, made.made, *walk.pages[:1])
    if not new:
        raise Skipped(f"the list does not show what was made by {resource.create}")


def _changed(model: Model) -> Iterator[Subject]:
    """Yield each resource with a list, with the first field that a change takes."""
    seen: set[str] = set()
    for each in changeable(model):
        resource, field = each.value
        if resource.list and resource.whole and resource.name not in seen and not field.through:
            seen.add(resource.name)
            yield evolve(each, name=resource.name, value=(resource, field))


@law(id="views.change-makes-nothing", over=_changed, source=TWICE, harm=True)
def change_makes_nothing(world: World, resource: Resource, field: Field) -> None:
    """What is changed is in its list once, as it is now, and no earlier state of it beside it."""
    made = world.make(resource)
    before = {key_of(resource, each) for each in world.walk(resource, made.parent_ids).items}
    if made.key not in before:
        raise Skipped(f"the list does not show what was made by {resource.create}")
    for _ in range(2):
        world.need(world.change(made, {field.changed: new_value(world, resource, field)}))
    walk = world.walk(resource, made.parent_ids)
    name = next((each for each in NAMES if each in made.sent), "")
    alike = [
        each
        for each in walk.items
        if key_of(resource, each) == made.key
        or (key_of(resource, each) not in before and name and each.get(name) == made.sent[name])
    ]
    said = f"one {resource.name}, changed twice, is {len(alike)} in its list"
    world.expect(len(alike) <= 1, said, *walk.pages[:1])


def _optional(resource: Resource) -> list[Field]:
    """Return the fields that a request may have and that name nothing."""
    return [
        each
        for each in resource.fields.values()
        if each.sent and "." not in each.sent and not each.refers and each.name not in resource.key
    ]


def _expect_declared(world: World, resource: Resource, shown: Shown) -> None:
    """Hold what was left out to be shown as the document says that it is then."""
    sent = load_samples()[resource.create].body or {}
    for field in _optional(resource):
        schema = creating_schema(world.document, resource, field)
        told, given = shown.fields.get(field.name), sent.get(field.sent)
        due = {field.sent: (facet(world.document, schema, "default"), told, sent)}
        if isinstance(told, dict):
            inside = properties(world.document, schema).values()
            due = {
                f"{field.sent}.{each.name}": (
                    facet(world.document, each.schema, "default"),
                    told.get(each.name),
                    given if isinstance(given, dict) and each.name in given else {},
                )
                for each in inside
            }
        for place, (default, value, named) in due.items():
            free = default is None or value is None or place.rpartition(".")[2] in named
            said = f"`{place}` is {value!r} where nothing was sent, its default is {default!r}"
            world.expect(free or is_equal(value, default), said, shown.exchange)


def _make_plainly(world: World, resource: Resource, parent: Instance | None) -> Shown:
    spec = world.document.operations[resource.create]
    ids = {**targets_of(world.ctx).ids(spec), **(parent.ids if parent else {})}
    request = plain_request(world, resource.create)
    marked = load_samples()[resource.create].marked
    if marked in request["json"]:
        request["json"] = {**request["json"], marked: world.values.name()}
    world.prepare(resource.create, CALLER, ids)
    answer = world.need(world.call(resource.create, ids, **request))
    return Shown(resource.create, answer, bare(resource, answer.json()))


def _make_with(world: World, resource: Resource, parent: Instance | None, field: Field) -> bool:
    """Say whether one was made with the field, and all that is inside of it."""
    value = world.values.make(field.sent, creating_schema(world.document, resource, field))
    for name, schema in inner(world.document, resource, field).items():
        made = world.values.make(name, schema)
        value = value if made is None else {**(value or {}), name: made}
    with suppress(Signal):
        if value is not None:
            world.make(resource, parent=parent, given={field.sent: value})
            return True
    return False
