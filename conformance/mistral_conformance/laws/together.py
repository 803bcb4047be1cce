"""Law 11: together as alone. What is asked for at once happens as if it were asked in turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.subjects import resources
from mistral_conformance.laws.views import expect_shown, new_value
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: of what was done at once, something is lost or done twice"
AT_ONCE = 8


def _made(model: Model) -> Iterator[Subject]:
    return resources(model, lambda each: each.parameter and each.list)


def _of_two_fields(model: Model) -> Iterator[Subject]:
    for subject in resources(model, lambda each: each.changes):
        if len([each for each in subject.value.fields.values() if each.changed]) > 1:
            yield subject


def _deletable(model: Model) -> Iterator[Subject]:
    return resources(model, lambda each: each.delete and each.parameter)


@law(id="together.creations-are-distinct", over=_made, source=LOST, harm=True)
def creations_are_distinct(world: World, resource: Resource) -> None:
    """So many creations at once make so many objects, each with an id of its own, all listed."""
    parent = world.make(world.model.resources[resource.parent]) if resource.parent else None
    ids = parent.ids if parent else {}
    spec = world.document.operations[resource.create]
    messages = [
        Message(spec.method, spec.url(ids), **_own(world, resource)) for _ in range(AT_ONCE)
    ]
    answers = at_once(world, messages, resource.create)
    for each in answers:
        world.need(each)
    made = [key_of(resource, each.json()) for each in answers]
    world.expect(
        len(set(made)) == AT_ONCE, f"{AT_ONCE} creations gave {len(set(made))} ids", *answers
    )
    listed = {key_of(resource, each) for each in world.walk(resource, ids).items}
    lost = len(set(made) - listed)
    world.expect(not lost, f"{lost} of {AT_ONCE} objects made at once are not listed")


@law(id="together.both-changes-stay", over=_of_two_fields, source=LOST, harm=True)
def both_changes_stay(world: World, resource: Resource) -> None:
    """Of two changes at once of two fields both stay."""
    fields = [each for each in resource.fields.values() if each.changed][:2]
    change = next((e for e in resource.changes if world.capabilities.offers(e)), None)
    if change is None:
        raise Skipped(f"not offered: {resource.changes[0]}")
    spec = world.document.operations[change]
    for _ in range(3):
        instance = world.make(resource)
        wanted = {each.name: new_value(world, resource, each) for each in fields}
        bodies = [{each.changed: wanted[each.name]} for each in fields]
        messages = [Message(spec.method, spec.url(instance.ids), json=each) for each in bodies]
        for answer in at_once(world, messages, change):
            world.need(answer)
        expect_shown(world, instance, world.look(instance), wanted)


@law(id="together.deletions-end-in-one", over=_deletable, source=LOST, harm=True)
def deletions_end_in_one(world: World, resource: Resource) -> None:
    """The same deletion twice at once deletes: no answer is an error of the server."""
    instance = world.make(resource)
    spec = world.document.operations[resource.delete]
    messages = [Message(spec.method, spec.url(instance.ids)) for _ in range(2)]
    answers = at_once(world, messages, resource.delete)
    for answer in answers:
        reason = f"one of two deletions at once answers {answer.status}"
        world.expect(answer.ok or answer.status in {404, 409, 410}, reason, *answers)
    world.expect(any(each.ok for each in answers), "neither deletion succeeds", *answers)
    for shown in world.look(instance):
        said = f"{shown.view} still shows the {resource.name}"
        world.expect(shown.value is None, said, *answers, shown.exchange)


def at_once(world: World, messages: Sequence[Message], operation: str) -> list[Exchange]:
    """Send messages side by side as the caller.

    Raises:
        Unjudged: one of them got no answer.

    """
    session = world.ctx.session
    caller = session.identities[CALLER]
    with ThreadPoolExecutor(len(messages)) as pool:
        answers = list(pool.map(lambda each: session.wire.send(each, caller, operation), messages))
    for message, answer in zip(messages, answers, strict=True):
        session.coverage.see(message, answer)
        session.creations.see(answer)
        world.ctx.exchanges.append(answer)
        if answer.failure or answer.status in {429, 503}:
            why = answer.failure or f"answered {answer.status}"
            raise Unjudged(f"not all requests at once were taken: {why}", answer)
    return answers


def _own(world: World, resource: Resource) -> Json:
    """A creating request that no other has: another name, other bytes."""
    request = plain_request(world, resource.create)
    files = request.pop("files")
    if files and "file" in files:
        content = f"Notes on {world.values.word()}.\n".encode()
        files = {**files, "file": (world.values.name(".txt"), content, "text/plain")}
    body = request.get("json", UNSET)
    if body is not UNSET and "name" in body:
        body = {**body, "name": world.values.name()}
    return {"query": request["query"], "files": files, "json": body}
