"""Law 10: time is one line."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from mistral_conformance.laws.access import calm
from mistral_conformance.laws.asking import ask, hear, parse, question, streams
from mistral_conformance.laws.harmless import parts_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.reading import find, read_time
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.views import new_value
from mistral_conformance.model.fields import UPDATE_STAMPS, shown_by
from mistral_conformance.probing.streaming import stream_of
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

TOLD_FALSELY = "harm: the times of an object are told falsely; document: responses (their form)"
MOVES = "libraries.counts-follow"
NEAR_S = 120
"""So far may the clocks of one service be apart, in seconds."""
CENTURY_S = (946_684_800, 4_102_444_800)
"""The beginnings of the years 2000 and 2100, in seconds since 1970."""
STAMP = "created"
BIRTH = ("created_at", "created", "createdAt")


def _stamped(model: Model) -> Iterator[Subject]:
    for subject in resources(model):
        for each in subject.value.fields.values():
            if each.unit and each.owner == "server" and each.name in {*BIRTH, *UPDATE_STAMPS}:
                value = (subject.value, each)
                name = f"{subject.name}.{each.name}"
                yield Subject(name, value, subject.operations, subject.needed, needs=subject.needs)


def _born(model: Model) -> Iterator[Subject]:
    """Yield each time of birth that the items of a list show, of what anybody may have made."""
    for resource in model.resources.values():
        view = model.lists.get(resource.list)
        if view is None or resource.parent:
            continue
        shown = shown_by(model.document, resource, resource.list)
        for name in BIRTH:
            if name in shown and name in resource.fields and resource.fields[name].unit:
                value, operation = (resource, resource.fields[name]), (resource.list,)
                yield Subject(f"{resource.list}:{name}", value, operation, operation)


def _timed(model: Model) -> Iterator[Subject]:
    return resources(model, lambda each: any(field.unit for field in each.fields.values()))


def _moving(model: Model) -> Iterator[Subject]:
    return (each for each in changeable(model) if _stamp(each.value[0]))


def _with_children(model: Model) -> Iterator[Subject]:
    for subject in resources(model, lambda each: _stamp(each) and each.children):
        for name in subject.value.children:
            child = model.resources[name]
            if child.parameter and child.whole and child.delete:
                operations = (child.create, child.delete, subject.value.read)
                needed = (*operations, subject.value.create)
                origins = tuple(
                    each.origin for each in subject.value.fields.values() if each.count == name
                )
                if origins:
                    yield Subject(f"{subject.name}:{name}", child, operations, needed, origins)


def _acting(model: Model) -> Iterator[Subject]:
    """Yield each action at the path of what tells when it changed, and whose parts have views.

    One that can stream is a second subject, with the fields that ask for the stream.
    """
    for subject in resources(model, lambda each: each.read and each.views and _stamp(each)):
        resource = subject.value
        own = f"{{{resource.parameter}}}"
        for action in resource.actions:
            if not model.document.operations[action].path.endswith(own):
                continue
            needed, shown = (resource.create, action), (action, resource.read)
            origins = (resource.fields[_stamp(resource)].origin,)
            when = stream_of(model.document.operations[action]).get("when")
            for name, more in ((action, {}), *([(f"{action} streamed", when)] if when else ())):
                value = (resource, action, more)
                yield Subject(name, value, shown, needed, origins, subject.needs)


@law(id="times.stamps-are-now", over=_stamped, source=TOLD_FALSELY, harm=True)
def stamps_arenow_of(world: World, resource: Resource, field: Field) -> None:
    """The stamp of a new object is the server's present time, in the declared unit and zone."""
    instance = world.make(resource)
    now = now_of(world, instance.made)
    judged = 0
    for shown in world.look(instance):
        if field.name not in shown.fields:
            continue
        judged += 1
        value = shown.fields[field.name]
        _expect_form(world, field, value, shown.exchange)
        moment = read_time(value)
        near = moment is not None and abs(moment - now) <= NEAR_S
        reason = f"`{field.name}` is {value!r}, {NEAR_S} s or more from the server's time {now:.0f}"
        world.expect(near, reason, shown.exchange)
    if not judged:
        raise Skipped(f"no view shows `{field.name}`")


@law(id="times.are-of-this-century", over=_born, source=TOLD_FALSELY, harm=True)
def are_of_this_century(world: World, resource: Resource, field: Field) -> None:
    """What is listed tells when it was made in the declared unit: a time of this century."""
    if resource.whole and world.capabilities.offers(resource.create):
        world.shared(resource)
    walk = world.walk(resource)
    judged = 0
    for item in walk.items:
        moment = read_time(item.get(field.name))
        if moment:  # some tell 0 of what was always there
            judged += 1
            said = f"`{field.name}` is {item[field.name]!r}, no time of this century"
            world.expect(CENTURY_S[0] < moment < CENTURY_S[1], said, walk.last)
    if not judged:
        raise Skipped(f"no item tells its `{field.name}`")


@law(id="times.answers-are-now", over=streams, source=TOLD_FALSELY, harm=True)
def answers_are_now(world: World, view: StreamView) -> None:
    """The stamp of an answer, and of each piece of a stream, is the server's present time."""
    asked = question(world, view.operation)
    plain = ask(world, asked).exchange
    told = [(plain, read_time(find(plain, STAMP)))]
    heard = hear(world, view, asked).exchange
    for event in heard.events:
        piece = parse(event.data)
        if isinstance(piece, dict):
            told.append((heard, read_time(piece.get(STAMP))))
    moments = [(answer, moment) for answer, moment in told if moment is not None]
    if not moments:
        raise Skipped(f"no answer tells `{STAMP}`")
    for answer, moment in moments:
        now = now_of(world, answer)
        reason = f"`{STAMP}` is {moment:.0f}, the server's time is {now:.0f}"
        world.expect(abs(moment - now) <= NEAR_S, reason, answer)


@law(id="times.in-order", over=_timed, source=TOLD_FALSELY, harm=True)
def in_order(world: World, resource: Resource) -> None:
    """Nothing of an object happened before it was made, and every time has its declared form."""
    instance = world.settled(resource)
    birth = next((each for each in BIRTH if each in resource.fields), None)
    if birth is None:
        raise Skipped(f"{resource.one} does not tell when it was made")
    for shown in world.look(instance):
        start = read_time(shown.fields.get(birth))
        for field in resource.fields.values():
            value = shown.fields.get(field.name)
            if not field.unit or value is None or field.unit == "bytes":
                continue
            _expect_form(world, field, value, shown.exchange)
            moment = read_time(value)
            early = start is not None and moment is not None and moment < start
            reason = f"`{field.name}` is {value!r}, before `{birth}` {shown.fields.get(birth)!r}"
            world.expect(not early, reason, shown.exchange)


@law(id="times.change-moves-the-stamp", over=_moving, source=TOLD_FALSELY, harm=True)
def change_moves_the_stamp(world: World, resource: Resource, field: Field) -> None:
    """The time of the last change moves with a change of any field."""
    instance = world.make(resource)
    body = {field.changed: new_value(world, resource, field)}
    _expect_moved(world, instance, lambda: world.need(world.change(instance, body)))


@law(id="times.children-move-the-stamp", over=_with_children, source=TOLD_FALSELY)
def children_move_the_stamp(world: World, child: Resource) -> None:
    """The time of the last change moves when something is added to an object or taken away."""
    parent = world.make(world.model.resources[child.parent])
    made: list[Instance] = []

    def add() -> Exchange:
        made.append(world.make(child, parent=parent))
        return made[0].made

    _expect_moved(world, parent, add)
    calm(world, made[0])
    _expect_moved(world, parent, lambda: world.need(world.delete(made[0])))


@law(id="times.changed-children-move-the-stamp", over=_with_children, source=MOVES, level=SHOULD)
def changed_children_move_the_stamp(world: World, child: Resource) -> None:
    """The time of the last change moves when something in an object is changed."""
    parent = world.make(world.model.resources[child.parent])
    instance = world.make(child, parent=parent)
    calm(world, instance)
    field = next((each for each in child.fields.values() if each.changed), None)
    if field is None:
        raise Skipped(f"nothing of {child.one} can be changed")
    body = {field.changed: new_value(world, child, field)}
    _expect_moved(world, parent, lambda: world.need(world.change(instance, body)))


@law(id="times.action-moves-the-stamp", over=_acting, source=TOLD_FALSELY, harm=True)
def action_moves_the_stamp(world: World, resource: Resource, operation: str, more: Json) -> None:
    """The time of the last change moves with what is done to an object and changes its parts."""
    instance = world.make(resource)
    calm(world, instance)
    before = parts_of(world, instance)

    def act() -> Exchange:
        done = send_plain(world, operation, instance.ids, by=instance.by, more=more)
        if not done.ok or parts_of(world, instance) == before:
            raise Skipped(f"{operation} changes nothing that a view of {resource.one} tells", done)
        return done

    _expect_moved(world, instance, act)


def _expect_moved(world: World, instance: Instance, change: Callable[[], Exchange]) -> None:
    stamp = _stamp(instance.resource)
    before = read_time(world.read(instance).fields.get(stamp))
    if before is None:
        raise Skipped(f"no view shows `{stamp}`")
    world.ctx.pass_time(1.1)
    done = change()
    shown = world.read(instance)
    after = read_time(shown.fields.get(stamp))
    moved = after is not None and after > before
    world.expect(moved, f"`{stamp}` did not move with {done.operation}", done, shown.exchange)


def _stamp(resource: Resource) -> str:
    return next((each for each in resource.fields if each in UPDATE_STAMPS), "")


def now_of(world: World, answer: Exchange) -> float:
    """Return the server's present time: of its clock, or of its last answer.

    Raises:
        Skipped: it tells neither.

    """
    if world.ctx.session.clock:
        now = read_time(world.ctx.session.clock.now)
        if now is not None:
            return now
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        raise Skipped("the server tells no time: no clock, no Date header") from None


def _expect_form(world: World, field: Field, value: object, exchange: Exchange) -> None:
    """Hold a time to its declared form: RFC 3339 with a zone, or whole seconds."""
    if value is None:
        return
    if field.unit == "RFC 3339":
        text = str(value)
        zoned = isinstance(value, str) and (text[-1:] in "Zz" or text[-6:-5] in "+-")
        fits = zoned and read_time(value) is not None
        world.expect(fits, f"`{field.name}` is {value!r}, no RFC 3339 time with a zone", exchange)
    else:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0.5
        whole = number % 1 == 0  # 5.0 is an integer to JSON Schema
        world.expect(whole, f"`{field.name}` is {value!r}, whole seconds are due", exchange)
