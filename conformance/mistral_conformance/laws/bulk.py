"""Law 15, for actions on several objects at once: each is done as it would be alone.

What is judged is derived: an action that names its objects in its body, and the action or deletion
of one object with the same verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.access import SHOWN_TO_STRANGERS, STRANGER
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.named import EITHER_CASE
from mistral_conformance.laws.requests import is_uuid, plain_request, send_plain
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Reference, Resource
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: of several objects some are not done, or others are"
TWICE = "harm: who names something twice is told that nothing was done"
MANY = 103
GONE, THERE = "gone", "there"


def _bulk(model: Model) -> Iterator[Subject]:
    """Yield each action on several, with the place of their ids and its like for one."""
    for resource in model.resources.values():
        for reference in model.references_to(resource.name) if resource.whole else ():
            action, place = reference.place.operation, reference.place
            alone = _alone(model, resource, action)
            named = place.name in (load_samples().get(action, Sample()).body or {})
            if named and alone and action in resource.actions and resource.read:
                operations, needed = (action, resource.read), (action, alone, resource.create)
                value, origins = (resource, reference, alone), (reference.origin,)
                yield Subject(action, value, operations, needed, origins)


def _alone(model: Model, resource: Resource, action: str) -> str:
    """Return what does to one object what an action does to several, with one of its verbs."""
    verbs = action.rpartition(".")[2].split("_")
    for each in filter(None, (*resource.actions, resource.delete)):
        named = resource.parameter in model.document.operations[each].path_ids
        if named and each.rpartition(".")[2].partition("_")[0] in verbs:
            return each
    return ""


@law(id="bulk.each-is-as-alone", over=_bulk, source=LOST, harm=True)
def each_is_as_alone(world: World, resource: Resource, reference: Reference, alone: str) -> None:
    """Of several objects each ends as it would alone, and one that was not named stays.

    Several are more than a hundred where that takes no waiting for their ends.
    """
    several = 2 if world.model.states_of(resource.name) else MANY
    *named, beside = (_make(world, resource, alone) for _ in range(several + 1))
    due = _end_alone(world, resource, alone)
    answer = world.need(_send(world, reference, [_identity(each) for each in named]))
    other = _state(world, beside)
    for each in named:
        _expect(world, answer, _end_named(world, each), due)
    said = f"{answer.operation} did it to a {resource.name} that it does not name"
    world.expect(other != due, said, answer)


@law(id="bulk.unknown-is-told", over=_bulk, source=LOST, harm=True)
def unknown_is_told(world: World, resource: Resource, reference: Reference, alone: str) -> None:
    """Where one of several is nothing, the others are done and each outcome told, or none is."""
    one, other = (_make(world, resource, alone) for _ in range(2))
    due = _end_alone(world, resource, alone)
    ids = [_identity(one), world.values.uuid(), _identity(other)]
    answer = _send(world, reference, ids)
    for each in (one, other):
        if answer.ok:
            _expect(world, answer, _end_named(world, each), due)
        else:
            said = f"{answer.operation} is refused with {answer.status}, and is done all the same"
            world.expect(_state(world, each) != due, said, answer)
    told = _outcomes(answer.json(), ids[0]) if answer.ok and answer.content else None
    if told is not None:
        first, unknown, last = (told.get(each) for each in ids)
        said = f"{answer.operation} tells {unknown} of what is not there and {first} of what is"
        world.expect(first == last != unknown and unknown is not None, said, answer)


@law(id="bulk.named-twice-is-once", over=_bulk, source=TWICE, level=SHOULD)
def named_twice_is_once(world: World, resource: Resource, reference: Reference, alone: str) -> None:
    """What is named twice ends as it would alone, and is told of as the one beside it is."""
    one, other = (_make(world, resource, alone) for _ in range(2))
    due = _end_alone(world, resource, alone)
    ids = [_identity(each) for each in (one, other, one)]
    answer = _send(world, reference, ids)
    if 400 <= answer.status < 500:
        raise Skipped(f"ids that come twice are refused with {answer.status}", answer)
    for each in (one, other):
        _expect(world, world.need(answer), _end_named(world, each), due)
    told = _outcomes(answer.json(), ids[0]) if answer.content else None
    if told is not None:
        twice, once = (told.get(each) for each in ids[:2])
        said = f"{answer.operation} tells {twice} of what it was named twice, and {once} of another"
        world.expect(twice == once, said, answer)


def _bulk_by_uuid(model: Model) -> Iterator[Subject]:
    for subject in _bulk(model):
        resource, _, alone = subject.value
        if is_uuid(model.document, model.document.operations[alone], resource.parameter):
            yield subject


@law(id="bulk.capitals-name-the-same", over=_bulk_by_uuid, source=EITHER_CASE, level=SHOULD)
def capitals_name_the_same(
    world: World, resource: Resource, reference: Reference, alone: str
) -> None:
    """Of several objects one whose UUID is in capitals ends as it would alone, too."""
    one, other = (_make(world, resource, alone) for _ in range(2))
    due = _end_alone(world, resource, alone)
    answer = _send(world, reference, [_identity(one).upper(), _identity(other)])
    world.expect(answer.ok, f"{answer.operation} is refused with {answer.status}", answer)
    for each in (one, other):
        _expect(world, answer, _end(world, each), due)


@law(
    id="bulk.strangers-do-nothing",
    over=_bulk,
    source=f"choices.datasets-strangers-see-nothing; {SHOWN_TO_STRANGERS}",
    harm=True,
    needs=(STRANGER,),
)
def strangers_do_nothing(
    world: World, resource: Resource, reference: Reference, alone: str
) -> None:
    """A stranger who names the caller's objects does nothing to them."""
    one = _make(world, resource, alone)
    before = _state(world, one)
    answer = _send(world, reference, [_identity(one)], by=STRANGER)
    after = _state(world, one)
    said = f"{answer.operation} by a stranger led the caller's {resource.name} to {after}"
    world.expect(before == after, said, answer)


def _expect(world: World, answer: Exchange, found: str, due: str) -> None:
    said = f"{answer.operation} leads one of several to {found}, one alone is led to {due}"
    world.expect(found == due, said, answer)


def _make(world: World, resource: Resource, alone: str) -> Instance:
    """Return a new object such as the plainest request for one of them is aimed at."""
    targets, operation = targets_of(world.ctx), world.document.operations[alone]
    targets.forget(operation)
    return world.adopt(resource, dict(targets.ids(operation)))


def _end_alone(world: World, resource: Resource, alone: str) -> str:
    """Return what becomes of an object named alone: what is declared, if anything is."""
    instance = _make(world, resource, alone)
    done = world.need(send_plain(world, alone, instance.ids, by=CALLER))
    end, states = _end(world, instance), world.model.states_of(resource.name)
    due = states.stops.get(alone, (end,)) if states else (end,)
    world.expect(end in due, f"{alone} led to {end}, {' or '.join(due)} is due", done)
    return end


def _identity(instance: Instance) -> str:
    return instance.ids[instance.resource.parameter]


def _send(world: World, reference: Reference, ids: list[str], by: str = CALLER) -> Exchange:
    operation, name = reference.place.operation, reference.place.name
    body = {**plain_request(world, operation)["json"], name: ids}
    return world.ask(operation, by=by, json=body)


def _end_named(world: World, instance: Instance) -> str:
    """Return what has become of an object named with others: it may go on, as if it were not."""
    try:
        return _end(world, instance)
    except Unjudged:
        return _state(world, instance)


def _end(world: World, instance: Instance) -> str:
    """Return what has become of an object once nothing more happens to it."""
    if _state(world, instance) != GONE:
        world.settle(instance)
    return _state(world, instance)


def _state(world: World, instance: Instance) -> str:
    """Return the present state of an object, or that it is gone."""
    shown = world.read(instance)
    states = world.model.states_of(instance.resource.name)
    there = str(shown.fields.get(states.field)) if states else THERE
    return GONE if shown.value is None else there


def _outcomes(value: Any, identity: str) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    """Return the map in an answer that has an outcome by the id, if it has one.

    Reasons are free.
    """
    if not isinstance(value, dict):
        return None
    if identity in value:
        return {name: _kind(each) for name, each in value.items()}
    return next(filter(None, (_outcomes(each, identity) for each in value.values())), None)


def _kind(outcome: Any) -> Any:  # noqa: ANN401 - JSON
    return outcome.get("status", outcome) if isinstance(outcome, dict) else outcome
