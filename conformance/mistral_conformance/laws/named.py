"""Law 5, ids that a request names in its body: another's and deleted ones are refused."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.answers import questions
from mistral_conformance.laws.finding import find_named
from mistral_conformance.laws.instance import bare, key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.requests import is_uuid, plain_request, send_plain
from mistral_conformance.laws.subjects import needs_of
from mistral_conformance.laws.views import expect_shown, told_by
from mistral_conformance.model import Place
from mistral_conformance.model.schemas import (
    answer_schema,
    body_schema,
    items_of,
    properties,
    types,
)
from mistral_conformance.probing.samples import Named, Sample, load_samples
from mistral_conformance.probing.settling import ask_built_on
from mistral_conformance.probing.targets import load_targets, targets_of
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.laws.instance import Instance, Shown
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Reference, Resource
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.record.exchange import Exchange


TOLD = "harm: a secret is told to whoever may read the object"
TOLD_FALSELY = "harm: an object names what is not there"
SECRET = re.compile(r"(^token|api_key|secret|password|_token)$")
SECRET_LENGTH = 40
DEEPEST = 4
TAKEN_BACK = "harm: what was put aside for a while is of no use any more"
PUT_ASIDE = (
    "choices.models-archived-model-does-not-chat; choices.workflows-archived-does-not-start; "
    "document: models.archive (an action that another one takes back puts something out of use)"
)
EITHER_CASE = "RFC 9562, section 4: UUIDs are read whatever case their letters have"
USED = "harm: what is another's, or was deleted, is used through the id in a body"
ENDED = "ended"
FOREIGN = {"foreign": "neighbour", "a stranger's": "stranger"}
"""By cause, the identity whose object is named."""
SOON_S = 10
"""After which what is done in its own time is done, in seconds of a clock that can be moved."""
BEGUN = 202
SEVERAL = 3
"""So many things are named at once."""
LONGEST_S = 30
"""How long to wait, where no clock can be moved, for what a server has only begun to do."""


def _used(model: Model) -> Iterator[Subject]:
    return _named(model, later=False)


def _used_later(model: Model) -> Iterator[Subject]:
    return _named(model, later=True)


def _named(model: Model, *, later: bool) -> Iterator[Subject]:
    """Yield each place of a body at which something can be named, with each cause of a refusal."""
    for each in model.references:
        place, resource = each.place, model.resources.get(each.resource or "")
        if not resource or place.name not in load_samples().get(place.operation, Sample()).named:
            continue
        if load_samples()[place.operation].named[place.name].later is not later:
            continue
        operation = (place.operation,)
        origins = (each.origin,)
        keeper = model.keeper_of(resource)
        foreign = (*origins, keeper.seen_origin)
        if keeper.seen_by == "workspace":
            for cause, owner in FOREIGN.items():
                name = f"{place}, {cause}"
                yield Subject(name, (each, cause), operation, operation, foreign, (owner,))
        target = load_targets()[load_samples()[place.operation].named[place.name].target]
        if resource.delete and target.operation == resource.create:
            needed = (*operation, resource.delete)
            yield Subject(f"{place}, deleted", (each, "deleted"), operation, needed, origins)
            if any(field.ends and field.after for field in resource.fields.values()):
                value, needs = (each, ENDED), ("clock",)
                yield Subject(f"{place}, {ENDED}", value, operation, operation, origins, needs)


@law(id="access.named-id-is-refused", over=_used, source=USED, harm=True)
def named_id_is_refused(world: World, reference: Reference, cause: str) -> None:
    """What a body names is used while it is there, and refused when it is gone or another's."""
    _expect_refused(world, reference, cause)


@law(id="access.named-for-later-is-refused", over=_used_later, source=TOLD_FALSELY, level=SHOULD)
def named_for_later_is_refused(world: World, reference: Reference, cause: str) -> None:
    """What a body names for a later use is refused at once when it is gone or another's."""
    _expect_refused(world, reference, cause)


def _expect_refused(world: World, reference: Reference, cause: str) -> None:
    place = reference.place
    named = load_samples()[place.operation].named[place.name]
    resource = world.model.resources[str(reference.resource)]
    start = _below(world, place)
    ends = [each for each in resource.fields.values() if each.ends and each.after]
    wish = {each.after: 1 for each in ends if cause == ENDED}
    identity = find_named(world, named.target, FOREIGN.get(cause, CALLER), wish)
    known = find_named(world, named.target, CALLER) if cause in FOREIGN else identity
    once = partial(send_naming, world, reference, known)
    taken = ask_built_on(world.ctx, place.operation, once, lambda each: each.ok)
    if not taken.ok:
        refusal = f"preparation failed: {place} is refused with {taken.status}"
        raise _unserved(place, named, taken) or Unjudged(refusal, taken)
    needed_s = await_effect(world, taken, lambda: bool(_below(world, place) - start))
    if cause == "deleted":
        identity = _deleted(world, resource, identity, named.target)
    if wish:
        world.ctx.pass_time(ends[0].after_s + SOON_S)
    before = _below(world, place)
    answer = send_naming(world, reference, identity)
    due = reference.refusals["deleted" if wish else "foreign" if cause in FOREIGN else cause]
    wanted = " or ".join(str(each) for each in due)
    reason = (
        f"{place.operation} answers {answer.status} for {resource.one} in its body that is "
        f"{cause}, {wanted} is due"
    )
    world.expect(answer.status in due, reason, answer)
    if answer.ok:
        world.ctx.pass_time(needed_s)
        added = len(_below(world, place) - before)
        said = f"{place.operation} made {added} of {resource.one} that is {cause}"
        world.expect(not added, said, answer)


def _deleted(world: World, resource: Resource, identity: str, target: str) -> str:
    """Return the id after its deletion; that of a fresh one where what is in use has to stay."""
    deleted = world.ask(resource.delete, {resource.parameter: identity})
    if 400 <= deleted.status < 500:
        identity = find_named(world, target, CALLER)
        deleted = world.ask(resource.delete, {resource.parameter: identity})
    world.need(deleted)
    return identity


def _uuids(model: Model) -> Iterator[Subject]:
    """Yield each place of a body at which something can be named by its UUID."""
    for each in model.references:
        place, resource = each.place, model.resources.get(each.resource or "")
        named = load_samples().get(place.operation, Sample()).named.get(place.name)
        if resource and resource.read and named:
            read, operation = model.document.operations[resource.read], (place.operation,)
            if is_uuid(model.document, read, resource.parameter):
                yield Subject(str(place), (each, named), operation, operation, (each.origin,))


@law(id="access.capitals-are-used", over=_uuids, source=EITHER_CASE, level=SHOULD)
def capitals_are_used(world: World, reference: Reference, named: Named) -> None:
    """A UUID in a body names in capitals what it names in small letters, to the same effect."""
    place, identity = reference.place, find_named(world, named.target, CALLER)
    plain_request(world, place.operation)  # what that creates is no effect of the id
    start = _below(world, place)
    taken = world.taken(send_naming(world, reference, identity))
    needed_s = await_effect(world, taken, lambda: bool(_below(world, place) - start))
    before = _below(world, place)
    answer = send_naming(world, reference, identity.upper())
    world.expect(answer.ok, f"{place} in capitals is answered with {answer.status}", taken, answer)
    world.ctx.pass_time(needed_s)
    plain, capitals = len(before - start), len(_below(world, place) - before)
    said = f"{place} adds {plain} by the id in small letters, {capitals} by that in capitals"
    world.expect(plain == capitals, said, taken, answer)


def await_effect(world: World, taken: Exchange, has_come: Callable[[], bool]) -> int:
    """Wait until a request has its effect, which may take longer than its answer; the seconds.

    Raises:
        Skipped: nothing came of what was begun.

    """
    if world.ctx.session.clock or taken.status != BEGUN:
        needed_s = SOON_S if world.ctx.session.clock else 1
        world.ctx.pass_time(needed_s)
        return needed_s
    for needed_s in range(1, LONGEST_S + 1):
        world.ctx.pass_time(1)
        if has_come():
            return needed_s
    raise Skipped(f"nothing came of {taken.operation} within {LONGEST_S} s")


def _naming(model: Model) -> Iterator[Subject]:
    """Yield each field that holds ids of what can be read by them alone."""
    for each in model.resources.values():
        for field in each.fields.values() if each.whole and each.read else ():
            of = model.resources.get(field.refers)
            if of and of.read and of.parameter and not of.parent and of.name != each.parent:
                operations, name = (each.read, of.read), f"{each.name}.{field.name}"
                needed = (each.create, *operations)
                value = (each, field, of)
                yield Subject(name, value, operations, needed, (field.origin,), needs_of(each))


@law(id="views.named-is-there", over=_naming, source=TOLD_FALSELY, harm=True)
def named_is_there(world: World, resource: Resource, field: Field, of: Resource) -> None:
    """What an object names at its end is there and read by its id; it may go alone.

    Two objects made alike name two things, where their processing makes them; a clock tells.
    """
    instance = world.settled(resource)
    shown = world.read(instance)
    found = sorted(_ids(shown, field))
    if not found:
        said = f"not offered: a new {resource.name} has no `{field.name}`"
        raise NotOffered(said, shown.exchange)
    for identity in found:
        answer = world.ask(of.read, {of.parameter: identity})
        said = f"`{field.name}` names {of.one} that is refused with {answer.status}"
        world.expect(answer.ok, said, shown.exchange, answer)
    made = bare(resource, instance.made.json()).get(field.name)
    cheap = world.ctx.session.clock and world.model.states_of(resource.name)
    if field.owner == "server" and not made and cheap:  # else it takes its time, and costs
        with suppress(Unjudged):  # a server may take each name once
            other = world.read(world.settled(resource, _same(instance)))
            said = f"two of {resource.several} name one {of.name} as their `{field.name}`"
            world.expect(not _ids(other, field) & {*found}, said, shown.exchange, other.exchange)
    if field.owner == "server" and of.delete and world.capabilities.offers(of.delete):
        deleted = world.ask(of.delete, {of.parameter: found[0]})
        again = world.read(instance)
        said = f"{resource.one} went with {of.one} that it names"
        world.expect(again.value is not None, said, deleted, again.exchange)


def _same(instance: Instance) -> Json:
    """Return what makes another object with the same texts and numbers as this one."""
    fields = instance.resource.fields
    told = {fields[name].sent: value for name, value in instance.sent.items() if name in fields}
    plain = {n: each for n, each in told.items() if not isinstance(each, list | dict)}
    return {n: each for n, each in plain.items() if n and "." not in n}


def _ids(shown: Shown, field: Field) -> set[str]:
    """Return the ids that a field of an object has, one or several."""
    value = shown.fields.get(field.name)
    return {e for e in (value if isinstance(value, list) else [value]) if isinstance(e, str) and e}


def _creations(model: Model) -> Iterator[tuple[Subject, Reference, Resource]]:
    """Yield each place at which a creation can name something, with what is made there."""
    for each in model.references:
        place = each.place
        named = load_samples().get(place.operation, Sample()).named.get(place.name)
        for makes in model.resources.values() if named else ():
            if makes.whole and makes.create == place.operation:
                operations = tuple(e for e in (makes.create, makes.read, makes.list) if e)
                needed, origins = (makes.create,), (each.origin,)
                yield Subject(str(place), None, operations, needed, origins), each, makes


def _told(model: Model) -> Iterator[Subject]:
    """Yield each creation that can name something in a field that answers show."""
    for subject, each, makes in _creations(model):
        field = next((e for e in makes.fields.values() if e.sent == each.place.name), None)
        if field:
            yield evolve(subject, value=(each, makes, field))


@law(id="views.named-is-shown", over=_told, source=TOLD_FALSELY, harm=True)
def named_is_shown(world: World, reference: Reference, makes: Resource, field: Field) -> None:
    """What objects were made with the id of is named by every view, and serves each alike."""
    naming, body, identity = make_naming(world, reference, makes)
    wanted = {field.name: body[field.sent]}
    expect_shown(world, naming, told_by(world, naming, naming.made), wanted)
    states = world.model.states_of(makes.name)
    if states and world.ctx.session.clock:
        second = make_naming(world, reference, makes, identity)[0]
        for each in (naming, second):
            world.settle(each)
        one, other = (world.read(each) for each in (naming, second))
        left, right = (each.fields.get(states.field) for each in (one, other))
        said = f"with the same `{field.name}` the first ends as {left}, the second as {right}"
        world.expect(left == right, said, one.exchange, other.exchange)


def _several(model: Model) -> Iterator[Subject]:
    """Yield each creation that can name several things in a list that answers show."""
    for subject, each, makes in _creations(model):
        first = each.place.name.partition(".")[0]
        field = makes.fields.get(first)
        if field and "array" in types(model.document, field.schema):
            yield evolve(subject, value=(each, makes, first))


@law(id="views.all-named-are-shown", over=_several, source=TOLD_FALSELY, harm=True)
def all_named_are_shown(world: World, reference: Reference, makes: Resource, first: str) -> None:
    """What was made with the ids of several things names all of them, and nothing else."""
    place = reference.place
    named = _of(place.operation, place.name)
    ids = [find_named(world, named.target, CALLER) for _ in range(SEVERAL)]
    bodies = [place_id(world.document, place, {}, each) for each in ids]
    items = [item for body in bodies for item in body[first]]
    given = {**dict.fromkeys(named.without), **bodies[0], first: items}
    try:
        naming = world.make(makes, given=given)
    except Unjudged as refused:
        said = f"not offered: {place.operation} takes no {SEVERAL} of `{first}`"
        raise NotOffered(said, *refused.evidence) from refused
    for shown in told_by(world, naming, naming.made):
        found = shown.fields.get(first)
        if found is None:
            continue  # a view may leave it out
        told = [next((e for e in ids if e in str(item)), item) for item in found]
        said = f"{shown.view} shows {len(told)} of `{first}`, not the {SEVERAL} that were sent"
        world.expect(sorted(map(str, told)) == sorted(ids), said, naming.made, shown.exchange)


def make_naming(
    world: World, reference: Reference, makes: Resource, identity: str = ""
) -> tuple[Instance, Json, str]:
    """Return a new object that names something new or told, what was sent for it, and its id."""
    place = reference.place
    named = _of(place.operation, place.name)
    identity = identity or find_named(world, named.target, CALLER)
    body = place_id(world.document, place, {}, identity)
    given = {**dict.fromkeys(named.without), **body}
    try:
        return world.make(makes, given=given), body, identity
    except Unjudged as refused:
        if unserved := _unserved(place, named, *refused.evidence):
            raise unserved from refused
        raise


def _unserved(place: Place, named: Named, *refused: Exchange) -> NotOffered | None:
    """Return that a server takes no such thing at a place where the document leaves that open."""
    if named.perhaps and any(400 <= each.status < 500 for each in refused):
        return NotOffered(f"{place} takes nothing that can be made here", *refused)
    return None


def _taken_back(model: Model) -> Iterator[Subject]:
    """Yield each action that another one takes back, and the requests that use such an object."""
    asked = {subject.name for subject in questions(model)}
    started = {each.create for each in model.resources.values() if each.whole}
    for each in model.resources.values():
        verbs = {action.rpartition(".")[2]: action for action in each.actions}
        places = [
            reference
            for reference in model.references_to(each.name)
            if reference.place.operation in (started if reference.place.where == "path" else asked)
        ]
        for verb, done in verbs.items():
            undoing = f"un{verb}"
            if undoing in verbs and places and (each.whole or each.lent):
                back = verbs[undoing]
                operations = (done, back)
                value, needed = (each, done, back, places), (*operations, each.create or done)
                yield Subject(done, value, operations, needed)


@law(id="access.taken-back-is-used-again", over=_taken_back, source=TAKEN_BACK, harm=True)
def taken_back_is_used_again(
    world: World, resource: Resource, done: str, back: str, places: list[Reference]
) -> None:
    """What was put aside and taken back serves what names it as it did before."""
    instance, serving = _serving(world, resource, places)
    for action in (done, back):
        world.need(send_plain(world, action, instance.ids, by=instance.by))
    for each in serving:
        answer = _use(world, each, instance)
        said = f"after {back} {each.place.operation} answers {answer.status} to {resource.one}"
        world.expect(answer.ok, said, answer)


@law(id="access.put-aside-is-refused", over=_taken_back, source=PUT_ASIDE, level=SHOULD)
def put_aside_is_refused(
    world: World, resource: Resource, done: str, back: str, places: list[Reference]
) -> None:
    """What was put aside serves nothing that names it."""
    instance, serving = _serving(world, resource, places)
    world.need(send_plain(world, done, instance.ids, by=instance.by))
    answers = [_use(world, each, instance) for each in serving]
    world.need(send_plain(world, back, instance.ids, by=instance.by))
    for answer in answers:
        said = f"after {done} {answer.operation} answers {answer.status} to {resource.one}"
        world.expect(400 <= answer.status < 500, said, answer)


def _serving(
    world: World, resource: Resource, places: list[Reference]
) -> tuple[Instance, list[Reference]]:
    """Return an object that can be put aside, and the places that make use of it.

    Raises:
        Skipped: there is no such place.

    """
    instance = world.make(resource)
    serving = [each for each in places if _use(world, each, instance).ok]
    if not serving:
        raise Skipped(f"nothing takes {resource.one} that the suite has")
    return instance, serving


def _use(world: World, reference: Reference, instance: Instance) -> Exchange:
    """Return what a request is answered that names the object, in its path or in its body."""
    if reference.place.where == "path":
        return send_plain(world, reference.place.operation, instance.ids, by=instance.by)
    return send_naming(world, reference, instance.ids[instance.resource.parameter])


def _secret(model: Model) -> Iterator[Subject]:
    """Yield each place of a creating request that holds a secret of somebody."""
    for each in model.resources.values():
        if not each.whole:
            continue
        operation = model.document.operations[each.create]
        told, _ = answer_schema(operation, model.document)
        shown = {
            path.rpartition(".")[2] for path in named_texts(model.document, told or {}, SECRET)
        }
        for path in named_texts(model.document, body_schema(operation)[1] or {}, SECRET):
            place = Place(each.create, "body", path)
            if path.rpartition(".")[2] in shown:
                continue  # the document says that answers tell it
            yield Subject(str(place), (each, place), (each.create, each.read), (each.create,))


@law(id="access.secrets-are-not-told", over=_secret, source=TOLD, harm=True)
def secrets_are_not_told(world: World, resource: Resource, place: Place) -> None:
    """A key, token or password that was given with an object is in no answer that shows it."""
    secret = (world.values.word() * SECRET_LENGTH)[:SECRET_LENGTH]
    instance = world.make(resource, given=place_id(world.document, place, {}, secret))
    for answer in (instance.made, *(each.exchange for each in world.look(instance))):
        told = secret in answer.text
        world.expect(not told, f"{answer.operation} tells the secret at `{place.name}`", answer)


def named_texts(
    document: Document, schema: Json, name_of: re.Pattern[str], path: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the dotted places of a schema's texts whose own names hold what the pattern finds."""
    for name, each in properties(document, schema).items():
        here = (*path, name)
        if name_of.search(name) and "string" in types(document, each.schema):
            yield ".".join(here)
        inner = items_of(document, each.schema)
        if len(path) < DEEPEST:
            below = (*here, "*") if inner else here
            yield from named_texts(document, inner or each.schema, name_of, below)


def _below(world: World, place: Place) -> set[tuple[object, ...]]:
    """Return what is kept below the objects that the operation's path names."""
    spec = world.document.operations[place.operation]
    ids = targets_of(world.ctx).ids(spec)
    found = set()
    for above in world.model.resources.values():
        for name in above.children if above.parameter in ids else ():
            child = world.model.resources[name]
            if child.list and child.read and not world.model.states_of(name):
                found |= {key_of(child, each) for each in world.walk(child, ids).items}
    return found


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
