"""Laws 4 and 10 for what ends by itself: when it was asked for, not before, and everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.links import do_all, expect_shut, open_url, read_url
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.subjects import resources
from mistral_conformance.laws.times import BIRTH, now_of
from mistral_conformance.laws.views import expect_total, stable, totals
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.record.exchange import Exchange

TOLD_FALSELY = "harm: what is to be kept is deleted early, or what is to be deleted is kept"
SPANS = (1, 48, 8760)
"""In units of the request, such as hours: of a year, too."""
NEAR_S = 2
HOURS = 3
SLACK_S = 60
REFUSED = range(400, 500)
WHILES, WHILE_S = 4, 1800
"""So often, and so long each time, an object is left alone."""


def _asked(model: Model) -> Iterator[Subject]:
    """Return each field that tells the end that the creating request asked for as a span."""
    return (each for each in _ending(model) if each.value[1].after)


def _ending(model: Model) -> Iterator[Subject]:
    for subject in resources(model):
        resource = subject.value
        for each in resource.fields.values():
            if each.ends and (each.after or each.changed):
                operations = (*subject.operations, *resource.changes[: not each.after])
                name, value = f"{subject.name}.{each.name}", (resource, each)
                yield Subject(name, value, operations, subject.needed, (each.origin,))


@law(id="times.ends-as-asked", over=_asked, source=TOLD_FALSELY, harm=True)
def ends_as_asked(world: World, resource: Resource, field: Field) -> None:
    """The end that an object tells is as long after its birth as was asked for."""
    judged = 0
    for span in SPANS:
        try:
            instance = world.make(resource, given={field.after: span})
        except Signal:
            continue  # a server may refuse to keep things so long
        for shown in world.look(instance):
            birth = next((read_time(shown.fields.get(e)) for e in BIRTH if e in shown.fields), None)
            if birth is None or field.name not in shown.fields:
                continue
            judged += 1
            end, due = read_time(shown.fields[field.name]), birth + span * field.after_s
            near = end is not None and abs(end - due) <= NEAR_S
            said = f"`{field.name}` is {shown.fields[field.name]!r} with `{field.after}` {span}"
            world.expect(near, f"{said}, {due:.0f} is due", instance.made, shown.exchange)
    if not judged:
        raise NotOffered(f"not offered: no view tells `{field.name}` and the birth")


@law(id="gone.at-its-time", over=_ending, source=TOLD_FALSELY, harm=True, needs=("clock",))
def at_its_time(world: World, resource: Resource, field: Field) -> None:
    """An object is there until its time and gone after it, in every view; others stay.

    Its time is the same whatever was done to it meanwhile.
    """
    instance = _mortal(world, resource, field)
    beside = world.make(resource, parent=instance.parent)
    world.settle(instance)
    do_all(world, instance)
    _pass_to_its_end(world, instance)
    for shown in world.look(instance):
        said = f"{shown.view} does not show {resource.one} {SLACK_S} s before its time"
        world.expect(shown.value is not None, said, instance.made, shown.exchange)
    world.ctx.pass_time(2 * SLACK_S)
    for shown in world.look(instance):
        said = f"{shown.view} shows {resource.one} {SLACK_S} s after its time"
        world.expect(shown.value is None, said, instance.made, shown.exchange)
    for answer in _ways(world, instance):
        said = f"{answer.operation} answers {answer.status} for {resource.one} after its time"
        world.expect(answer.status in REFUSED, said, instance.made, answer)
    for shown in world.look(beside):
        said = f"{shown.view} lost the {resource.name} beside one whose time was over"
        world.expect(shown.value is not None, said, shown.exchange)
    _expect_counted(world, instance)


def _opened_at_the_end(model: Model) -> Iterator[Subject]:
    """Yield the same for each URL that opens the content of such an object."""
    for subject in _ending(model):
        resource, field = subject.value
        for link in resource.links:
            name, value = f"{link} after {field.name}", (resource, field, link)
            needed = (*subject.needed, link)
            yield evolve(subject, name=name, value=value, operations=(link,), needed=needed)


@law(
    id="gone.urls-end-with-it",
    over=_opened_at_the_end,
    source=TOLD_FALSELY,
    level=SHOULD,
    needs=("clock",),
)
def urls_end_with_it(world: World, resource: Resource, field: Field, link: str) -> None:
    """A URL that was made before the end of its object opens nothing after that."""
    instance = _mortal(world, resource, field)
    world.settle(instance)
    _pass_to_its_end(world, instance)
    url = read_url(world, world.call(link, instance.ids))
    before = world.need(open_url(world, url))
    world.ctx.pass_time(2 * SLACK_S)
    expect_shut(world, url, f"{SLACK_S} s after the time of {resource.one} its URL", before)


@law(id="gone.only-at-its-time", over=resources, source=TOLD_FALSELY, harm=True, needs=("clock",))
def only_at_its_time(world: World, resource: Resource) -> None:
    """An object to which nobody has set an end is there, and as it was, however time passes."""
    instance = world.settled(resource)
    before = world.look(instance)
    for each in (each for each in resource.fields.values() if each.ends):
        end = next((shown.fields.get(each.name) for shown in before if shown.value), None)
        if end is not None:
            raise Skipped(f"the server sets {resource.one} the end {end} by itself", instance.made)
    for _ in range(WHILES):
        world.ctx.pass_time(WHILE_S)
        for one, other in zip(before, world.look(instance), strict=True):
            lost = one.value is not None and other.value is None
            said = f"{other.view} does not show {resource.one} any more after {WHILE_S} s"
            world.expect(not lost, said, instance.made, other.exchange)
            world.expect_same(stable(resource), one, other, said="time has changed")


def _mortal(world: World, resource: Resource, field: Field) -> Instance:
    """Return an object that is to end in so many hours.

    Raises:
        Skipped: the server does not take the wish.

    """
    span_s = HOURS * 3600
    if field.after:
        return world.make(resource, given={field.after: int(span_s / field.after_s)})
    instance = world.make(resource)
    moment = datetime.fromtimestamp(_birth(instance) + span_s, UTC)
    text = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    answer = world.change(instance, {field.changed: text})
    if not answer.ok:
        raise Skipped(f"`{field.changed}` is refused with {answer.status}", answer)
    return instance


def _pass_to_its_end(world: World, instance: Instance) -> None:
    """Let time pass until shortly before the end of such an object."""
    age_s = now_of(world, instance.made) - _birth(instance)
    world.ctx.pass_time(HOURS * 3600 - SLACK_S - age_s)


def _birth(instance: Instance) -> float:
    """Return when the object was made, as its answer tells.

    Raises:
        Skipped: it does not.

    """
    told = instance.made.json()
    found = next((read_time(told[each]) for each in BIRTH if each in told), None)
    if found is None:
        raise Skipped("the answer does not tell when it was made")
    return found


def _ways(world: World, instance: Instance) -> Iterator[Exchange]:
    """Yield the answers of all other views of the object."""
    resource = instance.resource
    for view in (*resource.views, *resource.links, resource.content):
        if view and world.capabilities.offers(view):
            yield world.ask(view, instance.ids)


def _expect_counted(world: World, instance: Instance) -> None:
    """Hold what the parent counts to what is left of its children."""
    for subject in totals(world.model) if instance.parent else ():
        _, field, child = subject.value
        if child is instance.resource and instance.parent:
            expect_total(world, instance.parent, field, child)
