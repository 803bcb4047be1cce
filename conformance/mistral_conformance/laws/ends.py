"""Law 9: ends are ends, and states go only where they are declared to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource, States

DECLARED = "document: x-mistral-states (the states and what leads where)"
POLLS = 400
LONG_S = 3600


def _stateful(model: Model) -> Iterator[Subject]:
    for states in model.states:
        each = model.resources[states.resource]
        if each.whole and each.read:
            needed = (each.create, each.read)
            yield Subject(each.name, (each, states), needed, needed, (states.origin,))


def _acting(model: Model) -> Iterator[Subject]:
    for subject in _stateful(model):
        resource, states = subject.value
        for action in states.actions:
            operations, value = (action, resource.read), (resource, states, action)
            yield Subject(action, value, operations, (*subject.needed, action), subject.origins)


@law(id="ends.states-follow-their-order", over=_stateful, source=DECLARED)
def states_follow_their_order(world: World, subject: tuple[Resource, States]) -> None:
    """A new object goes from state to state as declared until an end, told alike by both fields."""
    resource, states = subject
    instance = world.make(resource)
    seen: list[str] = []
    for _ in range(POLLS):
        state = _state(world, instance, states)
        if seen and state != seen[-1] and seen[-1] in states.moves:
            allowed = _reachable(states, seen[-1])
            reason = f"`{states.field}` went from {seen[-1]} to {state}"
            world.expect(state in allowed, reason, *world.ctx.exchanges[-1:])
        seen.append(state)
        if state in states.ends:
            return
        world.ctx.pass_time(0.25)
    raise Unjudged(f"no end state after {POLLS} looks", *world.ctx.exchanges[-1:])


@law(id="ends.end-stays", over=_stateful, source=DECLARED)
def end_stays(world: World, subject: tuple[Resource, States]) -> None:
    """What is at its end stays there while time passes."""
    _, states = subject
    instance = world.make(subject[0])
    world.settle(instance)
    before = _state(world, instance, states)
    world.ctx.pass_time(LONG_S if world.ctx.session.clock else 1)
    after = _state(world, instance, states)
    world.expect(before == after, f"`{states.field}` went from its end {before} to {after}")


@law(id="ends.action-leads-on", over=_acting, source=DECLARED)
def action_leads_on(world: World, subject: tuple[Resource, States, str]) -> None:
    """An action leads from an end to where it is declared to, and on to an end again."""
    _, states, action = subject
    instance = world.make(subject[0])
    world.settle(instance)
    done = world.call(action, instance.ids)
    if 400 <= done.status < 500:
        raise Skipped(f"{action} is refused with {done.status}", done)
    world.need(done)
    state = _state(world, instance, states)
    allowed = {*states.actions[action], *states.ends}
    world.expect(state in allowed, f"{action} led to {state}", done, *world.ctx.exchanges[-1:])
    world.settle(instance)


def _state(world: World, instance: Instance, states: States) -> str:
    """The present state; both fields that tell it have to agree."""
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


def _reachable(states: States, start: str) -> set[str]:
    """The states after a state, the ends among them: one may be missed between two looks."""
    found = {*states.ends}
    waiting = list(states.moves.get(start, ()))
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += states.moves.get(state, ())
    return found
