"""Law 5, ids that a request names in its body: another's and deleted ones are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.requests import plain_request, send_plain
from mistral_conformance.probing.samples import Named, Sample, load_samples
from mistral_conformance.probing.targets import load_targets, take, targets_of
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Reference
    from mistral_conformance.probing.targets import Target
    from mistral_conformance.record.exchange import Exchange

USED = "harm: what is another's, or was deleted, is used through the id in a body"
NEIGHBOUR = "neighbour"


def _named(model: Model) -> Iterator[Subject]:
    """Each place of a body at which something can be named, with each cause of a refusal."""
    for each in model.references:
        place, resource = each.place, model.resources.get(each.resource or "")
        if not resource or place.name not in load_samples().get(place.operation, Sample()).named:
            continue
        operation = (place.operation,)
        origins = (each.origin,)
        foreign = (*origins, resource.seen_origin)
        if resource.seen_by == "workspace":
            name = f"{place}, foreign"
            yield Subject(name, (each, "foreign"), operation, operation, foreign, (NEIGHBOUR,))
        target = load_targets()[load_samples()[place.operation].named[place.name].target]
        if resource.delete and target.operation == resource.create:
            needed = (*operation, resource.delete)
            yield Subject(f"{place}, deleted", (each, "deleted"), operation, needed, origins)


@law(id="access.named-id-is-refused", over=_named, source=USED, harm=True)
def named_id_is_refused(world: World, subject: tuple[Reference, str]) -> None:
    """What a body names is used while it is there, and refused when it is gone or another's."""
    reference, cause = subject
    place = reference.place
    named = load_samples()[place.operation].named[place.name]
    resource = world.model.resources[str(reference.resource)]
    taken = send_naming(world, reference, _find(world, named.target, CALLER))
    if not taken.ok:
        raise Unjudged(f"preparation failed: {place} is refused with {taken.status}", taken)
    identity = _find(world, named.target, NEIGHBOUR if cause == "foreign" else CALLER)
    if cause == "deleted":
        ids = {resource.parameter: identity}
        world.need(world.ask(resource.delete, ids))
    answer = send_naming(world, reference, identity)
    due = reference.refusals[cause]
    wanted = " or ".join(str(each) for each in due)
    reason = (
        f"{place.operation} answers {answer.status} for a {resource.name} in its body that is "
        f"{cause}, {wanted} is due"
    )
    world.expect(answer.status in due, reason, answer)


def send_naming(world: World, reference: Reference, identity: str) -> Exchange:
    """Send the plainest request with an id at its place in the body.

    Raises:
        Skipped: the plainest request names an identity that the run does not have.

    """
    place = reference.place
    spec = world.document.operations[place.operation]
    ids = targets_of(world.ctx).ids(spec)
    world.prepare(place.operation, CALLER, ids)
    request = plain_request(world, place.operation)
    without = _of(place.operation, place.name).without
    for part in ("json", "files"):
        sent = {n: each for n, each in (request.get(part) or {}).items() if n not in without}
        if part == "files" and sent:
            request[part] = {**sent, place.name: (None, identity)}
        elif request.get(part) is not None:
            request[part] = place_id(world.document, place, sent, identity)
    return world.ask(place.operation, ids, **request)


def _of(operation: str, name: str) -> Named:
    return load_samples()[operation].named.get(name, Named(""))


def _find(world: World, word: str, by: str) -> str:
    """The id of a new object of an identity that fits where the target does.

    Raises:
        Unjudged: the server does not make one.
        Skipped: there is none.

    """
    target = load_targets()[word]
    made = [each for each in world.model.resources.values() if each.create == target.operation]
    if made and made[0].whole:
        instance = world.make(made[0], by=by, given=_given(world, target))
        return instance.ids[made[0].parameter]
    world.prepare(target.operation, by)
    answer = world.need(send_plain(world, target.operation, {}, by=by))
    return str(take(answer.json(), target))


def _given(world: World, target: Target) -> dict[str, Any]:
    """What the target's own sample says, as `World.make` takes it."""
    if not target.sample:
        return {}
    sample = Sample(**target.sample).filled(world.lookup, world.ctx.marker)
    body = {name: each for name, each in (sample.body or {}).items() if name != sample.marked}
    given: dict[str, Any] = {**body, **sample.form}
    if sample.parts and "file" in sample.parts:
        part = sample.parts["file"]
        given["file.content"] = part[1]
        given["file.type"] = part[2] if len(part) == 3 else "text/plain"
        given["file.name"] = world.values.name(str(part[0]))
    return given
