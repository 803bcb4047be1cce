"""Law 11: together as alone. What is asked for at once happens as if it were asked in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.asking import (
    ask_twice,
    asked_fields,
    expect_steady,
    question,
    read_stream,
    streams,
)
from mistral_conformance.laws.comparing import known, shorten
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.subjects import deletable, newest_change, resources
from mistral_conformance.laws.views import expect_shown, new_value
from mistral_conformance.model.schemas import body_schema, properties
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.patience import asks_to_wait
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Grant, Model, Resource, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: of what was done at once, something is lost or done twice"
MIXED = "harm: who streams beside others is told what others asked for"
AT_ONCE = 8
CONFLICT = 409
QUESTIONS = (
    "Write two sentences about Lyon.",
    "Write two sentences about rain.",
    "Write two sentences about violins.",
    "Write two sentences about the number seven.",
)


def _made(model: Model) -> Iterator[Subject]:
    return resources(model, lambda each: each.parameter and (each.list or each.whole))


def _granted(model: Model) -> Iterator[Subject]:
    for grant in model.grants:
        access = model.resources[grant.resource]
        operations = (access.create, access.list)
        needs, origins = ("neighbour",), (grant.origin,)
        yield Subject(grant.parent, grant, operations, operations, origins, needs)


def _of_two_fields(model: Model) -> Iterator[Subject]:
    for subject in resources(model, lambda each: each.changes, done=newest_change):
        _, schema = body_schema(model.document.operations[subject.value.changes[0]])
        if any(each.required for each in properties(model.document, schema or {}).values()):
            continue  # such a change replaces the whole, and the later one counts
        if len([each for each in subject.value.fields.values() if each.changed]) > 1:
            yield subject


def _deletable(model: Model) -> Iterator[Subject]:
    return deletable(model, lambda each: each.parameter)


def _changed_or_deleted(model: Model) -> Iterator[Subject]:
    for subject in _deletable(model):
        if any(each.changed for each in subject.value.fields.values()):
            needed = (*subject.needed, subject.value.delete)
            operations = (*subject.operations, *newest_change(subject.value))
            yield evolve(subject, operations=operations, needed=needed)


def _streams(model: Model) -> Iterator[Subject]:
    return (each for each in streams(model) if "messages" in asked_fields(model, each.value))


@law(id="together.creations-are-distinct", over=_made, source=LOST, harm=True)
def creations_are_distinct(world: World, resource: Resource) -> None:
    """So many creations at once make so many objects, each with an id of its own, all listed."""
    parent = world.make(world.model.resources[resource.parent]) if resource.parent else None
    spec = world.document.operations[resource.create]
    ids = parent.ids if parent else targets_of(world.ctx).ids(spec)
    world.prepare(resource.create, CALLER, ids)
    messages = [
        Message(spec.method, spec.url(ids), **_own(world, resource)) for _ in range(AT_ONCE)
    ]
    answers = at_once(world, [(resource.create, each) for each in messages])
    for each in answers:
        world.need(each)
    made = [key_of(resource, each.json()) for each in answers]
    world.expect(
        len(set(made)) == AT_ONCE, f"{AT_ONCE} creations gave {len(set(made))} ids", *answers
    )
    if not resource.list:
        return
    listed = {key_of(resource, each) for each in world.walk(resource, ids).items}
    lost = len(set(made) - listed)
    world.expect(not lost, f"{lost} of {AT_ONCE} objects made at once are not listed")


@law(id="together.shares-all-stay", over=_granted, source=LOST, harm=True)
def shares_all_stay(world: World, grant: Grant) -> None:
    """Shares at once with several all stay, and two at once with one make one entry."""
    access = world.model.resources[grant.resource]
    spec = world.document.operations[access.create]
    whom = [(word, world.lookup(f"neighbour.{fact}")) for word, fact in grant.kinds.items()]
    levels = list(grant.levels)
    for _ in range(2):
        parent = world.make(world.model.resources[grant.parent])
        bodies = [
            {grant.kind: word, grant.whom: each, grant.field: level}
            for word, each in whom
            for level in levels
        ]
        messages = [Message(spec.method, spec.url(parent.ids), json=each) for each in bodies]
        answers = at_once(world, [(access.create, each) for each in messages])
        for answer in answers:
            said = f"one of {len(bodies)} shares at once answers {answer.status}"
            world.expect(answer.ok or answer.status == CONFLICT, said, answer)
        walk = world.walk(access, parent.ids)
        listed = [_spelled(world, access, key_of(access, each)) for each in walk.items]
        for key in whom:
            times = listed.count(_spelled(world, access, key))
            said = f"after shares at once with {len(whom)} the list has {times} entries of one"
            world.expect(times == 1, said, *answers, walk.last)


def _spelled(world: World, resource: Resource, key: Iterable[object]) -> tuple[object, ...]:
    """Return a key without what is only spelling."""
    schemas = (resource.fields[each].schema for each in resource.key)
    return tuple(known(world.document, *each) for each in zip(schemas, key, strict=True))


@law(id="together.both-changes-stay", over=_of_two_fields, source=LOST, harm=True)
def both_changes_stay(world: World, resource: Resource) -> None:
    """Of two changes at once of two fields both stay."""
    fields = [each for each in resource.fields.values() if each.changed][:2]
    change = _change_of(world, resource)
    spec = world.document.operations[change]
    for _ in range(3):
        instance = world.make(resource)
        wanted = {each.name: new_value(world, resource, each) for each in fields}
        bodies = [{each.changed: wanted[each.name]} for each in fields]
        messages = [Message(spec.method, spec.url(instance.ids), json=each) for each in bodies]
        for answer in at_once(world, [(change, each) for each in messages]):
            world.need(answer)
        expect_shown(world, instance, world.look(instance), wanted)


@law(id="together.deletions-end-in-one", over=_deletable, source=LOST, harm=True)
def deletions_end_in_one(world: World, resource: Resource) -> None:
    """The same deletion twice at once deletes: no answer is an error of the server."""
    instance = world.make(resource)
    spec = world.document.operations[resource.delete]
    messages = [Message(spec.method, spec.url(instance.ids)) for _ in range(2)]
    answers = at_once(world, [(resource.delete, each) for each in messages])
    for answer in answers:
        reason = f"one of two deletions at once answers {answer.status}"
        world.expect(answer.ok or answer.status in {404, 409, 410}, reason, *first(answer, answers))
    world.expect(any(each.ok for each in answers), "neither deletion succeeds", *answers)
    world.await_end(instance, *answers)
    for shown in world.look(instance):
        said = f"{shown.view} still shows the {resource.name}"
        world.expect(shown.value is None, said, *answers, shown.exchange)


@law(id="together.change-meets-deletion", over=_changed_or_deleted, source=LOST, harm=True)
def change_meets_deletion(world: World, resource: Resource) -> None:
    """A change and a deletion at once end with the object gone from every view."""
    field = next(each for each in resource.fields.values() if each.changed)
    change = _change_of(world, resource)
    for _ in range(3):
        instance = world.make(resource)
        value = new_value(world, resource, field)
        body = world.complete(instance, change, {field.changed: value})
        changing, deleting = (world.document.operations[each] for each in (change, resource.delete))
        answers = at_once(
            world,
            [
                (change, Message(changing.method, changing.url(instance.ids), json=body)),
                (resource.delete, Message(deleting.method, deleting.url(instance.ids))),
            ],
        )
        for answer in answers:
            said = f"{answer.operation} answers {answer.status} beside the other one"
            world.expect(
                answer.ok or answer.status in {404, 409, 410}, said, *first(answer, answers)
            )
        if not answers[1].ok:
            raise Skipped(f"the deletion is refused with {answers[1].status}", *answers)
        world.await_end(instance, answers[1])
        for shown in world.look(instance):
            said = f"{shown.view} still shows what was deleted while it was changed"
            world.expect(shown.value is None, said, *answers, shown.exchange)


@law(id="together.streams-do-not-mix", over=_streams, source=MIXED, harm=True)
def streams_do_not_mix(world: World, view: StreamView) -> None:
    """Streams at once each tell the answer to their own question."""
    asked = [question(world, view.operation, words=each) for each in QUESTIONS]
    alone = [ask_twice(world, each) for each in asked]
    if len({each.first.text for each in alone}) < len(QUESTIONS):
        raise Skipped("the model answers different questions alike")
    spec = world.document.operations[view.operation]
    bodies = [{**each.body, **view.when} for each in asked]
    messages = [Message(spec.method, spec.url({}), json=each) for each in bodies]
    answers = at_once(world, [(view.operation, each) for each in messages])
    for each, answer, plain in zip(asked, answers, alone, strict=True):
        heard = read_stream(world, answer, view)
        left, right = shorten(heard.first.text, plain.first.text)
        reason = f"a stream beside others tells {left}, alone the answer is {right}"
        same = heard.first.text == plain.first.text
        if not same:
            expect_steady(world, each, plain)
        world.expect(same, reason, answer, plain.exchange)


def first(answer: Exchange, answers: Iterable[Exchange]) -> list[Exchange]:
    """Return the answers, the one that shows what is wrong before the others."""
    return sorted(answers, key=lambda each: each is not answer)


def at_once(world: World, calls: Sequence[tuple[str, Message]]) -> list[Exchange]:
    """Send messages, each to its operation, side by side as the caller.

    Raises:
        Unjudged: one of them got no answer.

    """
    answers = world.ctx.session.send_at_once(calls, CALLER)
    world.ctx.exchanges += answers
    for answer in answers:
        if answer.failure or asks_to_wait(answer):
            why = answer.failure or f"answered {answer.status}"
            raise Unjudged(f"not all requests at once were taken: {why}", answer)
    return answers


def _change_of(world: World, resource: Resource) -> str:
    """Return the newest way to change the resource that the server offers.

    Raises:
        NotOffered: it offers none.

    """
    parts = tuple(each.through for each in resource.fields.values() if each.through)
    ways = resource.changes or parts
    offered = [each for each in ways if world.capabilities.offers(each)]
    world.capabilities.require(() if offered else ways)
    return offered[0]


def _own(world: World, resource: Resource) -> Json:
    """Return a creating request that no other has: another name, other bytes."""
    request = plain_request(world, resource.create)
    files = request.pop("files")
    if files and "file" in files:
        content = f"Notes on {world.values.word()}.\n".encode()
        files = {**files, "file": (world.values.name(".txt"), content, "text/plain")}
    body = request.get("json", UNSET)
    if body is not UNSET and "name" in body:
        body = {**body, "name": world.values.name()}
    return {"query": request["query"], "files": files, "json": body}
