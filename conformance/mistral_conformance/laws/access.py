"""Law 5: mine is mine. Every place of an id refuses what is not there or not the caller's."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.comparing import describe_change, first_change
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.named import EITHER_CASE, send_naming
from mistral_conformance.laws.requests import is_uuid, send_plain, unknown_id
from mistral_conformance.laws.views import stable
from mistral_conformance.laws.world import OUTSIDERS
from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.schemas import facet, items_of
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import load_targets
from mistral_conformance.probing.values import readings
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.capabilities import words_of
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped, Unjudged
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.laws.instance import Instance, Shown
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Reference, Resource
    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.record.exchange import Exchange

DECLARED = "document: responses (these refusals are declared for the operation)"
SHOWN_TO_STRANGERS = "harm: what belongs to somebody is shown to a stranger or changed by one"
LEAK = "libraries.foreign-404"
STRANGER = "stranger"
OTHER_NAME = re.compile(r"^(name|slug|alias)$")
OTHER_LETTERS = "größe 東京"
WORKSPACE = "workspace"


def _placed(model: Model, where: tuple[str, ...]) -> Iterator[Subject]:
    for each in model.references:
        place = each.place
        if place.where in where and each.resource:
            operation = (place.operation,)
            yield Subject(str(place), each, operation, operation, (each.origin,))


def _in_path(model: Model) -> Iterator[Subject]:
    return _placed(model, ("path",))


def _in_body(model: Model) -> Iterator[Subject]:
    """Yield each place of a body that an id can be put at: `named`, or in the plainest request."""
    for subject in _placed(model, ("body",)):
        place = subject.value.place
        sample = load_samples().get(place.operation, Sample())
        if place.name in sample.named or place.name in (sample.body or {}):
            yield subject


def _owned(model: Model) -> Iterator[Subject]:
    """Places of ids of what the suite can make and outsiders do not see."""
    for subject in _in_path(model):
        resource = model.resources[subject.value.resource]
        if resource.whole and resource.parameter and model.keeper_of(resource).seen_by == WORKSPACE:
            yield subject


def _outside(model: Model) -> Iterator[Subject]:
    return _by_outsiders(model, _owned(model))


def _found_outside(model: Model) -> Iterator[Subject]:
    """Return the same for what exists without a request to make it: what chats and runs record."""

    def read() -> Iterator[Subject]:
        for subject in _in_path(model):
            resource = model.resources[subject.value.resource]
            operation = model.document.operations[subject.value.place.operation]
            kept = operation.method == "GET" and resource.seen_by == WORKSPACE
            if kept and not resource.whole and subject.value.place.name in load_targets():
                yield subject

    return _by_outsiders(model, read())


def _by_outsiders(model: Model, subjects: Iterable[Subject]) -> Iterator[Subject]:
    """Yield each case for each outsider.

    That other organisations see nothing needs no declaration.
    """
    for subject in subjects:
        resource = model.keeper_of(model.resources[subject.value.resource])
        for outsider in OUTSIDERS:
            yield evolve(
                subject,
                name=f"{subject.name} by {outsider}",
                value=(subject.value, outsider),
                origins=() if outsider == STRANGER else (resource.seen_origin,),
                needs=(outsider,),
            )


def _listed(model: Model) -> Iterator[Subject]:
    """Yield each list of what outsiders do not see, for each outsider."""
    for resource in model.resources.values():
        keeper = model.keeper_of(resource)
        if resource is keeper and resource.whole and resource.list and keeper.seen_by == WORKSPACE:
            for outsider in OUTSIDERS:
                needed, shown = (resource.list, resource.create), (resource.list, *resource.lists)
                origins = () if outsider == STRANGER else (resource.seen_origin,)
                name, value = f"{resource.list} by {outsider}", (resource, outsider)
                yield Subject(name, value, shown, needed, origins, (outsider,))


def _nameable(model: Model) -> Iterator[Subject]:
    """Yield what outsiders do not see and a path names, with its fields that could name it too."""
    for subject in _listed(model):
        resource, outsider = subject.value
        names = tuple(each for each in resource.fields if OTHER_NAME.search(each))
        if names and resource.read and resource.parameter and not resource.parent:
            operations = (resource.read, resource.create)
            name, value = f"{resource.read} by {outsider}", (resource, names, outsider)
            yield evolve(
                subject, name=name, value=value, operations=operations[:1], needed=operations
            )


def _nested(model: Model) -> Iterator[Subject]:
    """Places of ids in paths that name the parent too."""
    for subject in _owned(model):
        above = model.resources.get(model.resources[subject.value.resource].parent)
        path = model.document.operations[subject.value.place.operation].path_ids
        if above and above.parameter in path:
            yield subject


def _by_uuid(model: Model) -> Iterator[Subject]:
    """Places of UUIDs in the paths of what is read."""
    for subject in _owned(model):
        place = subject.value.place
        operation = model.document.operations[place.operation]
        if operation.method == "GET" and is_uuid(model.document, operation, place.name):
            yield subject


@law(id="access.unknown-is-refused", over=_in_path, source=DECLARED)
def unknown_is_refused(world: World, reference: Reference) -> None:
    """An id that nothing has is refused as declared, one of no id's form somehow."""
    resource = _resource(world, reference)
    other = None
    with suppress(Signal):  # where one can be made, an unknown one could be taken for it
        other = world.make(resource) if resource.whole else None
    ids = _own_ids(world, reference, other and other.parent)
    operation = world.document.operations[reference.place.operation]
    if other:
        with suppress(Signal):
            _expect_open(world, reference, other, {**ids, **other.ids})
    ids[reference.place.name] = unknown_id(world, operation, reference.place.name)
    answer = send_plain(world, operation.id, ids, by=CALLER)
    expect_refused(world, reference, "unknown", answer)
    ids[reference.place.name] = f"{OTHER_LETTERS} {world.values.word()}"
    answer = send_plain(world, operation.id, ids, by=CALLER)
    said = f"{operation.id} answers {answer.status} where the id has letters beyond ASCII"
    world.expect(400 <= answer.status < 500, said, answer)


@law(id="access.unknown-in-body-is-refused", over=_in_body, source=DECLARED, level=SHOULD)
def unknown_in_body_is_refused(world: World, reference: Reference) -> None:
    """An id in a body that nothing has is refused."""
    operation = world.document.operations[reference.place.operation]
    answer = send_naming(world, reference, unknown_id(world, operation, reference.place.name))
    expect_refused(world, reference, "unknown", answer)


@law(id="access.wrong-kind-is-refused", over=_owned, source=DECLARED)
def wrong_kind_is_refused(world: World, reference: Reference) -> None:
    """The id of a living object of another kind is refused, one of another form as no id at all."""
    ids = _own_ids(world, reference)
    other = other_kind(world, _resource(world, reference), ids)
    ids[reference.place.name] = other
    answer = send_plain(world, reference.place.operation, ids, by=CALLER)
    cause = "wrong-kind" if _is_of_form(world, reference, other) else "invalid"
    expect_refused(world, reference, cause, answer)


@law(id="access.capitals-name-the-same", over=_by_uuid, source=EITHER_CASE, level=SHOULD)
def capitals_name_the_same(world: World, reference: Reference) -> None:
    """A UUID in capitals names what it names in small letters."""
    instance = world.make(_resource(world, reference))
    world.settle(instance)
    ids = _own_ids(world, reference, instance)
    plain = world.need(send_plain(world, reference.place.operation, ids, by=CALLER))
    ids[reference.place.name] = ids[reference.place.name].upper()
    answer = send_plain(world, reference.place.operation, ids, by=CALLER)
    reason = f"{reference.place.operation} answers {answer.status} where the id is in capitals"
    world.expect(answer.ok, reason, plain, answer)


@law(id="access.foreign-is-refused", over=_outside, source=SHOWN_TO_STRANGERS)
def foreign_is_refused(world: World, reference: Reference, outsider: str) -> None:
    """What is the caller's is refused to those outside of its workspace, and stays as it was."""
    instance = world.make(_resource(world, reference))
    ids = _own_ids(world, reference, instance)
    world.prepare(reference.place.operation, instance.by, ids)
    _expect_open(world, reference, instance, ids)
    before = world.look(instance)
    answer = send_plain(world, reference.place.operation, ids, by=outsider)
    expect_refused(world, reference, "foreign", answer, f" to the {outsider}")
    expect_untouched(world, instance, before, answer)


@law(id="access.found-is-refused", over=_found_outside, source=SHOWN_TO_STRANGERS)
def found_is_refused(world: World, reference: Reference, outsider: str) -> None:
    """What is recorded of the caller's chats and runs is refused to those outside."""
    name, operation = reference.place.name, reference.place.operation
    ids = {name: world.lookup(name)}
    own = world.need(send_plain(world, operation, ids, by=CALLER))
    answer = send_plain(world, operation, ids, by=outsider)
    one, other = (key_of(_resource(world, reference), each.json()) for each in (own, answer))
    if answer.ok and any(other) and one != other:
        raise Skipped(f"the {outsider} has one of that name, too")
    expect_refused(world, reference, "foreign", answer, f" to the {outsider}")


@law(id="access.lists-hide-foreign", over=_listed, source=SHOWN_TO_STRANGERS, harm=True)
def lists_hide_foreign(world: World, resource: Resource, outsider: str) -> None:
    """What is the caller's is in no list of those outside of its workspace, nor theirs in its."""
    for maker, reader in ((CALLER, outsider), (outsider, CALLER)):
        try:
            instance = world.make(resource, by=maker)
        except Signal:
            if maker == CALLER:
                raise
            return  # those outside may have no right to make one
        said = f"the list of the {reader} has {resource.one} of the {maker}"
        for view in (resource.list, *filter(world.capabilities.offers, resource.lists)):
            world.spot(instance, through=view)  # what is kept for one is not for the other
            shown = world.spot(instance, by=reader, through=view)
            world.expect(shown.value is None, said, instance.made, shown.exchange)
        for query in _repeated(world, resource):
            with suppress(Unjudged):  # whether it is taken is for the laws about filters
                walk = world.walk(resource, instance.parent_ids, query, by=reader)
                found = instance.key in [key_of(resource, each) for each in walk.items]
                world.expect(not found, f"{said}, asked for with {query}", instance.made, walk.last)


def _repeated(world: World, resource: Resource) -> Iterator[Json]:
    """Yield each filter of a list with all values that the document lists, where it repeats."""
    for each in world.model.lists[resource.list].filters:
        values = facet(world.document, items_of(world.document, each.schema), "enum")
        if each.repeats and values:
            yield {each.parameter: values}
            yield {each.parameter: values[::-1]}  # one that stands alone may hold, and others not


@law(id="access.other-names-are-refused", over=_nameable, source=SHOWN_TO_STRANGERS, harm=True)
def other_names_are_refused(
    world: World, resource: Resource, names: tuple[str, ...], outsider: str
) -> None:
    """In the place of its id no name of the caller's object finds it for those outside."""
    fields = [resource.fields[each] for each in names if each != "name"]
    given = {each.sent: world.values.word() for each in fields if each.sent}
    instance = world.make(resource, given=given)
    told = world.read(instance).fields
    for name in {str(told[each]) for each in names if told.get(each)} - set(instance.key):
        answer = world.call(resource.read, {resource.parameter: name}, by=outsider)
        found = answer.ok and key_of(resource, answer.json()) == instance.key
        said = f"{name!r} finds {resource.one} of the caller for the {outsider}"
        world.expect(not found, said, instance.made, answer)


@law(id="access.foreign-looks-unknown", over=_outside, source=LEAK, level=SHOULD)
def foreign_looks_unknown(world: World, reference: Reference, outsider: str) -> None:
    """A refusal of the caller's object to those outside says what one of nothing says."""
    answer, other, asked = _refused_to(world, reference, outsider)
    one, two = words_of(answer, asked), words_of(other, asked)
    if answer.status != other.status:
        raise Skipped("the two are refused with two statuses, which is another law")
    reason = (
        f"{answer.operation} says {'; '.join(sorted(one))[:60]} to the {outsider} of the "
        f"caller's {reference.resource} and {'; '.join(sorted(two))[:60]} of an unknown one"
    )
    world.expect(one == two, reason, answer, other)


@law(id="access.foreign-has-its-status", over=_outside, source=LEAK, level=MAY)
def foreign_has_the_status_of_unknown(world: World, reference: Reference, outsider: str) -> None:
    """The caller's object is refused to those outside with the status of one that is not there."""
    answer, other, _ = _refused_to(world, reference, outsider)
    reason = (
        f"{answer.operation} answers {answer.status} to the {outsider} for the caller's "
        f"{reference.resource} and {other.status} for an unknown one"
    )
    world.expect(answer.status == other.status, reason, answer, other)


def _refused_to(
    world: World, reference: Reference, outsider: str
) -> tuple[Exchange, Exchange, list[str]]:
    """Return what an outsider is told of the caller's object and of none, with the ids asked."""
    instance = world.make(_resource(world, reference))
    ids = _own_ids(world, reference, instance)
    answer = send_plain(world, reference.place.operation, ids, by=outsider)
    operation = world.document.operations[reference.place.operation]
    unknown = {each: unknown_id(world, operation, each) for each in operation.path_ids}
    other = send_plain(world, operation.id, unknown, by=outsider)
    return answer, other, [*ids.values(), *unknown.values()]


@law(id="access.other-parent-is-refused", over=_nested, source=SHOWN_TO_STRANGERS, harm=True)
def other_parent_is_refused(world: World, reference: Reference) -> None:
    """An object is not found below another parent than its own, and stays as it was."""
    resource = _resource(world, reference)
    instance = world.make(resource)
    other = world.make(world.model.resources[resource.parent])
    _expect_open(world, reference, instance, _own_ids(world, reference, instance))
    ids = {**instance.ids, **other.ids}
    before = world.look(instance)
    answer = send_plain(world, reference.place.operation, ids, by=CALLER)
    expect_refused(world, reference, "foreign", answer)
    expect_untouched(world, instance, before, answer)


def _expect_open(
    world: World, reference: Reference, instance: Instance, ids: dict[str, str]
) -> None:
    """Wait until what only looks at an object is answered to its maker: others' refusals tell then.

    Raises:
        Skipped: the maker is refused too.

    """
    operation = world.document.operations[reference.place.operation]
    calm(world, instance, operation.id)
    if operation.method == "GET":
        own = send_plain(world, operation.id, ids, by=instance.by)
        if not own.ok:
            raise Skipped(f"{operation.id} answers {own.status} to its maker, too", own)


def _resource(world: World, reference: Reference) -> Resource:
    return world.model.resources[str(reference.resource)]


def _own_ids(
    world: World, reference: Reference, instance: Instance | None = None
) -> dict[str, str]:
    """Return ids of living objects for the operation's path, as far as the suite can make them."""
    operation = world.document.operations[reference.place.operation]
    owners = _owners(world.model, operation)
    named = load_samples().get(operation.id, Sample()).ids
    ids: dict[str, str] = dict(instance.ids) if instance else {}
    above: Instance | None = instance
    for name in operation.path_ids:
        if name in ids or name == reference.place.name:
            continue
        resource = owners.get(name)
        if name in named and not (resource and resource.whole):
            word = named[name]
            ids[name] = world.lookup(word[1:]) if word.startswith("$") else word
            continue
        if resource is None or not resource.whole:
            raise Skipped(f"the suite makes no object for `{name}`")
        parent = above if above and above.resource.name == resource.parent else None
        above = world.make(resource, parent=parent)
        calm(world, above, operation.id)
        ids |= above.ids
    return ids


def _owners(model: Model, operation: Operation) -> dict[str, Resource]:
    """By parameter, whose id it is: of several resources with one that the operation is of."""
    named = [each for each in model.resources.values() if each.parameter]
    named.sort(key=lambda each: operation.id in each.roles)
    return {each.parameter: each for each in named}


def _is_of_form(world: World, reference: Reference, ident: str) -> bool:
    """Say whether the document lets an id stand at a place of a path."""
    operation = world.document.operations[reference.place.operation]
    name = reference.place.name
    schema = next(e.get("schema", {}) for e in operation.parameters if e["name"] == name)
    validator = compile_schema(world.document, schema)
    return any(map(validator.is_valid, readings(ident)))


def other_kind(world: World, resource: Resource, ids: dict[str, str]) -> str:
    """Return the id of something of another kind: of the parent, or of the first other kind.

    What nothing can be done to goes first: a job, for one, works until it is deleted.
    """
    if resource.parent and (found := ids.get(world.model.resources[resource.parent].parameter)):
        return found
    for each in sorted(world.model.resources.values(), key=lambda each: bool(each.actions)):
        is_other = each.name not in {resource.name, resource.parent} and not each.parent
        is_made = each.whole and each.parameter and each.delete
        if is_other and is_made and world.capabilities.offers(each.create):
            with suppress(Signal):  # whether the server makes it is for the laws about that
                return world.make(each).ids[each.parameter]
    raise Skipped(f"there is nothing of another kind than {resource.name}")


def expect_refused(
    world: World, reference: Reference, cause: str, answer: Exchange, whom: str = ""
) -> None:
    """Hold an answer to the refusals that are declared for a cause."""
    due = reference.refusals[cause]
    wanted = " or ".join(str(each) for each in due)
    what = reference.resource
    reason = (
        f"{reference.place.operation} answers {answer.status}{whom} for a {what} that is {cause}, "
        f"{wanted} is due"
    )
    world.expect(answer.status in due, reason, answer)


def calm(world: World, instance: Instance, operation: str = "") -> None:
    """Let an object reach its end, so that it and what it is part of do not change by themselves.

    Without a clock that takes longer than it is worth, see `expect_untouched`, but for an
    operation that links to what is in the object or tells its text: that may be there only then.
    """
    late = {*instance.resource.links, *(each.operation for each in world.model.texts)}
    if world.ctx.session.clock or operation in late:
        world.settle(instance)


def expect_untouched(
    world: World, instance: Instance, before: list[Shown], answer: Exchange
) -> None:
    """Hold each view of an object to show what it showed before a refused request.

    What moves with a change is not judged while children may still be on their way to an end.
    """
    on_the_way = not world.ctx.session.clock and any(
        world.model.states_of(each) for each in instance.resource.children
    )
    fields = [
        each for each in stable(instance.resource) if each.moves != "change" or not on_the_way
    ]
    for one, other in zip(before, world.look(instance), strict=True):
        said = f"{other.view} does not show the {instance.resource.name} any more"
        world.expect(other.value is not None, said, answer, other.exchange)
        difference = first_change(world.document, fields, one.fields, other.fields)
        if difference:
            reason = f"a refused request changed {describe_change(*difference, one.view)}"
            world.fail(reason, one.exchange, answer, other.exchange)
