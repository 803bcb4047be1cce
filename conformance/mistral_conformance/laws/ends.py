"""Law 9: ends are ends, and states go only where they are declared to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.comparing import ABSENT, is_equal, shared
from mistral_conformance.laws.instance import Shown
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.neighbours import made_for
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.laws.subjects import resources
from mistral_conformance.laws.times import BIRTH
from mistral_conformance.laws.views import answered, told_by
from mistral_conformance.model.fields import UPDATE_STAMPS
from mistral_conformance.model.schemas import answer_schema, items_of, properties
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.settling import without_end
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource, States
    from mistral_conformance.model.document import Document

TOLD_FALSELY = "harm: a program that waits for an end is told another state than there is"
RETRIED = "harm: who retries a stop, as clients do, waits for ever and pays on"
DECLARED = "document: x-mistral-states (the states and what leads where)"
POLLS = 400
LONG_S = 3600
LOOKS = 30
SHORT_S, AGAIN, SLACK = 0.01, 8, 3
"""When to look first for the end of a stop, how often it is asked for again until then, and by
which factor its end may be later then."""


def stateful(model: Model) -> Iterator[Subject]:
    """Yield each resource with declared states that the suite can make and read."""
    for states in model.states:
        each = model.resources[states.resource]
        if each.whole and each.read:
            needed = (each.create, each.read)
            shown = tuple(filter(None, (*needed, each.list, *each.lists)))
            yield Subject(each.name, (each, states), shown, needed, (states.origin,))


def _ending(model: Model) -> Iterator[Subject]:
    """Yield each resource with states, and each view of a part of it that tells them, too."""
    for subject in stateful(model):
        resource, states = subject.value
        yield subject
        for view in _views_of(model.document, resource, states):
            yield evolve(subject, name=view, operations=(view,), needed=(*subject.needed, view))


def _viewed(model: Model) -> Iterator[Subject]:
    """Yield each resource with states, about every view that tells them."""
    for subject in stateful(model):
        views = _views_of(model.document, *subject.value)
        yield evolve(subject, operations=(*subject.operations, *views))


def _acting(model: Model) -> Iterator[Subject]:
    for subject in stateful(model):
        resource, states = subject.value
        for action in states.actions:
            operations, value = (action, resource.read), (resource, states, action)
            yield Subject(action, value, operations, (*subject.needed, action), subject.origins)


def _stopping(model: Model) -> Iterator[Subject]:
    for subject in stateful(model):
        resource, states = subject.value
        for stop in states.stops:
            operations, value = (stop, resource.read), (resource, states, stop)
            yield Subject(stop, value, operations, (*subject.needed, stop), subject.origins)


def _telling(model: Model) -> Iterator[Subject]:
    return (each for each in stateful(model) if each.value[1].null_in or each.value[1].set_in)


def _adding(model: Model) -> Iterator[Subject]:
    for subject in resources(model):
        for field in subject.value.fields.values():
            if field.adds:
                name, value = f"{subject.name}.{field.name}", (subject.value, field)
                yield evolve(subject, name=name, value=value, origins=(field.origin,))


@law(id="ends.states-follow-their-order", over=stateful, source=DECLARED)
def states_follow_their_order(world: World, resource: Resource, states: States) -> None:
    """A new object goes from state to state as declared until an end, told alike by both fields."""
    instance = world.make(resource)
    seen: list[str] = []
    for _ in range(POLLS):
        state = _state(world, instance, states)
        if seen and state != seen[-1] and seen[-1] in states.moves:
            reason = f"`{states.field}` went from {seen[-1]} to {state}"
            world.expect(may_follow(states, seen[-1], state), reason, *world.ctx.exchanges[-1:])
        seen.append(state)
        if state in states.ends:
            return
        world.ctx.pass_time(0.25)
    raise without_end(world.ctx, f"after {POLLS} looks")


@law(id="ends.end-stays", over=_ending, source=DECLARED)
def end_stays(world: World, resource: Resource, states: States) -> None:
    """What is at its end stays there while time passes, as every view tells."""
    instance = world.settled(resource)

    def look() -> list[Shown]:
        return [*world.look(instance), *_parts(world, instance, states)]

    before = look()
    world.ctx.pass_time(LONG_S if world.ctx.session.clock else 1)
    for one, other in zip(before, look(), strict=True):
        left, right = (each.fields.get(states.field) for each in (one, other))
        said = f"`{states.field}` went from its end {left} to {right} in {one.view}"
        world.expect(left == right, said, one.exchange, other.exchange)


@law(id="ends.action-ends-again", over=_acting, source=TOLD_FALSELY, harm=True)
def action_ends_again(world: World, resource: Resource, states: States, action: str) -> None:
    """What an action has led from its end is at an end again within hours, not never."""
    instance = world.settled(resource)
    done = world.taken(send_plain(world, action, instance.ids, by=instance.by))
    if not world.ctx.session.clock:
        world.settle(instance)
        return
    state = ""
    for _ in range(LOOKS):
        state = _state(world, instance, states)
        if state in states.ends:
            return
        world.ctx.pass_time(LONG_S / 10)
    said = f"`{states.field}` is still {state} {LOOKS * LONG_S / 10 / 3600:g} hours after"
    world.fail(f"{said} {done.operation}", done, *world.ctx.exchanges[-1:])


@law(id="ends.values-fit-the-state", over=_telling, source=DECLARED)
def values_fit_the_state(world: World, resource: Resource, states: States) -> None:
    """What is found out about a new object is unknown until its state says so, in every view."""
    instance = world.make(resource)
    judged = 0
    for _ in range(POLLS):
        views = world.look(instance)
        for shown in views:
            judged += _expect_fitting(world, resource, states, shown)
        if not views or views[0].fields.get(states.field) in states.ends:
            break
        world.ctx.pass_time(0.25)
    if not judged:
        raise Skipped(f"no view tells `{states.field}`")


@law(id="ends.sums-add-up", over=_adding, source=DECLARED)
def sums_add_up(world: World, resource: Resource, field: Field) -> None:
    """A field that other fields of the object add up to is their sum, before the end and at it."""
    instance = world.make(resource)
    judged = 0
    for wait in (False, True):
        if wait:
            world.settle(instance)
        for shown in world.look(instance) if wait else told_by(world, instance, instance.made):
            parts = [shown.fields.get(each, ABSENT) for each in field.adds]
            total = shown.fields.get(field.name, ABSENT)
            if total is ABSENT or total is None or ABSENT in parts:
                continue
            judged += 1
            due = sum(each for each in parts if isinstance(each, int))
            reason = f"`{field.name}` is {total} in {shown.view}, {field.adds} make {due}"
            world.expect(total == due, reason, shown.exchange)
    if not judged:
        raise Skipped(f"no view shows `{field.name}` and what it adds up")


@law(id="ends.views-tell-one-state", over=_viewed, source=TOLD_FALSELY, harm=True)
def views_tell_one_state(world: World, resource: Resource, states: States) -> None:
    """All views tell the same state at the same time, on the way and at the end."""
    instance = world.make(resource)
    for _ in range(POLLS):
        first = world.read(instance)
        told = [*world.look(instance)[1:], *_parts(world, instance, states)]
        again = world.read(instance)
        state = first.fields.get(states.field)
        if state == again.fields.get(states.field):
            for each in told:
                found = each.fields.get(states.field, state)
                said = f"`{states.field}` is {state} in {first.view} and {found} in {each.view}"
                world.expect(found == state, said, first.exchange, each.exchange)
        if state in states.ends:
            return
        world.ctx.pass_time(0.25)
    raise without_end(world.ctx, f"after {POLLS} looks")


@law(id="ends.action-on-the-way", over=_acting, source=DECLARED)
def action_on_the_way(world: World, resource: Resource, _states: States, action: str) -> None:
    """An action on what has not ended is refused or taken, and an end comes in either case."""
    instance = world.make(resource)
    for _ in range(2):
        done = send_plain(world, action, instance.ids, by=instance.by)
        said = f"{action} answers {done.status} on the way to an end"
        world.expect(done.ok or 400 <= done.status < 500, said, done)
    world.settle(instance)


@law(id="ends.action-is-told-by-times", over=_acting, source=TOLD_FALSELY, harm=True)
def action_is_told_by_times(world: World, resource: Resource, states: States, action: str) -> None:
    """After an action and a new end, times of the end are later and the birth is as before."""
    instance = world.settled(resource)
    before = world.read(instance)
    world.ctx.pass_time(2)
    done = world.taken(send_plain(world, action, instance.ids, by=instance.by))
    world.settle(instance)
    after = world.read(instance)
    known = {each for fields in states.set_in.values() for each in fields}
    judged = 0
    for field in resource.fields.values():
        one, other = (read_time(each.fields.get(field.name)) for each in (before, after))
        if not field.unit or field.unit == "bytes" or one is None or other is None:
            continue
        if field.name in known:
            judged += 1
            said = f"`{field.name}` did not move with {action}"
            world.expect(other > one, said, before.exchange, done, after.exchange)
        elif field.name in BIRTH:
            said = f"{action} moved `{field.name}`"
            world.expect(other == one, said, before.exchange, done, after.exchange)
    if not judged:
        raise Skipped(f"no time tells when {resource.one} ended")


@law(id="ends.stop-leads-to-its-end", over=_stopping, source=DECLARED)
def stop_leads_to_its_end(world: World, resource: Resource, states: States, stop: str) -> None:
    """What is stopped on its way comes to the declared end."""
    instance = world.make(resource)
    if _state(world, instance, states) in states.ends:
        raise Skipped(f"a new {resource.name} is at its end at once")
    done = world.taken(send_plain(world, stop, instance.ids, by=instance.by))
    world.settle(instance)
    state = _state(world, instance, states)
    reason = f"{stop} led to {state}, {' or '.join(states.stops[stop])} is due"
    world.expect(state in states.stops[stop], reason, done, *world.ctx.exchanges[-1:])


@law(id="ends.stop-is-answered", over=_stopping, source=TOLD_FALSELY, harm=True)
def stop_is_answered(world: World, resource: Resource, states: States, stop: str) -> None:
    """The answer to a stop on the way tells an end or the state before it, not that of before."""
    instance = world.make(resource)
    before = _state(world, instance, states)
    if not states.moves.get(before):
        raise Skipped(f"a new {resource.name} is {before} at once")
    done = world.taken(send_plain(world, stop, instance.ids, by=instance.by))
    told = [each.fields.get(states.field) for each in answered(world, resource, done)]
    if not any(told):
        raise NotOffered("not offered: the answer does not tell the state")
    said = f"{stop} answers with {told[0]}, as if nothing had been stopped"
    world.expect(not states.moves.get(str(told[0])), said, done)


@law(id="ends.stop-asked-again-is-one", over=_stopping, source=RETRIED, needs=("clock",), harm=True)
def stop_asked_again_is_one(world: World, resource: Resource, states: States, stop: str) -> None:
    """A stop that is asked for again before the end does not put the end off."""

    def begin() -> Instance:
        instance = world.make(resource, given=made_for(world, resource, stop))
        world.wait(instance, states, _at_work(states))
        world.taken(send_plain(world, stop, instance.ids, by=instance.by))
        return instance

    def is_over(instance: Instance) -> bool:
        return _state(world, instance, states) in states.ends

    once, step_s, needed_s = begin(), SHORT_S, 0.0
    while not is_over(once) and needed_s < LONG_S:
        world.ctx.pass_time(step_s)
        needed_s, step_s = needed_s + step_s, 2 * step_s
    often = begin()
    for _ in range(AGAIN * SLACK):
        if needed_s and not is_over(often):
            world.ctx.pass_time(needed_s / AGAIN)
            send_plain(world, stop, often.ids, by=often.by)
    said = f"{stop} comes to no end in {SLACK} times the {needed_s} s where it is asked for again"
    world.expect(is_over(often), said, *world.ctx.exchanges[-2:])


def _expect_remembered(world: World, resource: Resource, before: Shown, after: Shown) -> None:
    """Hold what an object told to have happened, each with its time, to be told later too."""
    for name, field in resource.fields.items():
        told, later = before.fields.get(name), after.fields.get(name)
        schema = items_of(world.document, field.schema)
        lost = [
            event
            for event in (told if isinstance(told, list) else ())
            if isinstance(event, dict) and "created_at" in event
            if not any(is_equal(*shared(world.document, schema, event, e)) for e in later or ())
        ]
        said = f"`{name}` does not tell any more what has happened before the end"
        world.expect(not lost, said, before.exchange, after.exchange)


@law(id="ends.stop-stops-one", over=_stopping, source=TOLD_FALSELY, harm=True)
def stop_stops_one(world: World, resource: Resource, states: States, stop: str) -> None:
    """What is beside something that is stopped goes on; what that told of itself stays told."""
    beside = world.make(resource)
    instance = world.make(resource, parent=beside.parent)
    before = world.read(instance)
    done = world.taken(send_plain(world, stop, instance.ids, by=instance.by))
    _expect_remembered(world, resource, before, world.read(instance))
    world.settle(beside)
    state = _state(world, beside, states)
    reason = f"{stop} of one {resource.name} led another to {state}"
    world.expect(state not in states.stops[stop], reason, done, *world.ctx.exchanges[-1:])


@law(id="ends.stop-leaves-the-ended", over=_stopping, source=TOLD_FALSELY, harm=True)
def stop_leaves_the_ended(world: World, resource: Resource, states: States, stop: str) -> None:
    """What has ended, well, badly or by a stop before, stays as it is when it is stopped."""
    for instance in _ended(world, resource, states, stop):
        before = world.look(instance)
        done = send_plain(world, stop, instance.ids, by=instance.by)
        said = f"{stop} answers {done.status} for what has ended"
        world.expect(done.status < 500, said, done)
        world.ctx.pass_time(LONG_S if world.ctx.session.clock else 1)
        fields = [each for each in resource.fields.values() if each.name not in UPDATE_STAMPS]
        for one, other in zip(before, world.look(instance), strict=True):
            world.expect_same(
                fields, one, other, done, said=f"{stop}, or time, changed what had ended:"
            )


def _ended(world: World, resource: Resource, states: States, stop: str) -> Iterator[Instance]:
    """Yield what has ended by itself, by a stop, and by a failure where the server has such."""
    yield world.settled(resource)
    stopped = world.make(resource, given=made_for(world, resource, stop))
    world.wait(stopped, states, _at_work(states))
    send_plain(world, stop, stopped.ids, by=stopped.by)
    world.settle(stopped)
    yield stopped
    failed = _failed(world, resource)
    if failed:
        yield failed


def _failed(world: World, resource: Resource) -> Instance | None:
    """Return one that came to a bad end, None where nobody knows how, or the server refuses it."""
    word = load_samples().get(resource.create, Sample()).failed
    if not word:
        return None
    try:
        instance = world.adopt(resource, {resource.parameter: world.lookup(word)})
        world.settle(instance)
    except (NotOffered, Skipped, Unjudged):
        return None
    return instance


def _expect_fitting(world: World, resource: Resource, states: States, shown: Shown) -> int:
    """Hold one view to what its state lets be known; how many fields were judged."""
    state = shown.fields.get(states.field)
    judged = 0
    for due, names in (("null", states.null_in.get(str(state), ())), ("", _set(states, state))):
        for name in names:
            if name not in shown.fields or resource.fields[name].deprecated:
                continue
            judged += 1
            value = shown.fields[name]
            wanted = "null is" if due else "a value is"
            said = f"`{name}` is {value!r} in {shown.view} while {state}, {wanted} due"
            world.expect((value is None) is bool(due), said, shown.exchange)
    return judged


def _at_work(states: States) -> list[str]:
    """Return the states of what works on its task: only a stop or an end comes after them."""
    last = {each for each, after in states.moves.items() if not after}
    found = [each for each, after in states.moves.items() if after and last.issuperset(after)]
    return found or sorted(last) or [*states.moves]


def _set(states: States, state: object) -> tuple[str, ...]:
    return states.set_in.get(str(state), ())


def _parts(world: World, instance: Instance, states: States) -> Iterator[Shown]:
    """Yield the views of a part of the object that tell its state."""
    for view in _views_of(world.document, instance.resource, states):
        if world.capabilities.offers(view):
            answer = world.call(view, instance.ids)
            value = answer.json() if answer.ok else None
            yield Shown(view, answer, value if isinstance(value, dict) else None)


def _views_of(document: Document, resource: Resource, states: States) -> Iterator[str]:
    """Yield those views of a part of an object that tell its state."""
    for view in resource.views:
        schema, _ = answer_schema(document.operations[view], document)
        if states.field in properties(document, schema or {}):
            yield view


def _state(world: World, instance: Instance, states: States) -> str:
    """Return the present state; both fields that tell it have to agree."""
    shown = world.read(instance)
    world.expect(shown.value is not None, "the object is not there any more", shown.exchange)
    state = shown.fields.get(states.field)
    if not isinstance(state, str):
        raise Skipped(f"`{states.field}` is not told")
    told, due = shown.fields.get(states.said_by), states.words.get(state)
    if isinstance(told, str) and due:
        reason = f"`{states.said_by}` is {told!r} while `{states.field}` is {state!r}"
        world.expect(told.casefold() == due.casefold(), reason, shown.exchange)
    return state


def may_follow(states: States, before: str, after: str) -> bool:
    """Say whether a state may come after another: one that is not listed always may."""
    return after in {before, *reachable(states, before)} or after not in states.values


def reachable(states: States, start: str) -> set[str]:
    """Return the states after a state, the ends among them: one may be missed between two looks."""
    found = {*states.ends}
    waiting = list(states.moves.get(start, ()))
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += states.moves.get(state, ())
    return found
