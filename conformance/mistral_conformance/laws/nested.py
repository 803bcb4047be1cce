"""Law 5, ids inside bodies: what is not there or not the caller's is refused, or not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.laws.access import other_kind
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.named import FOREIGN
from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.model.references import is_id
from mistral_conformance.model.schemas import FORM, body_schema
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import load_targets, targets_of
from mistral_conformance.probing.uploads import PDF, pdf_sample
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import NotOffered, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Reference, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

USED = "harm: what is another's, or was deleted, is read through the id in a body"
CAUSES = ("unknown", "deleted", *FOREIGN, "wrong-kind")


@frozen(eq=False)
class Wrong:
    """An id that must not work, the words that no answer may hold, and what is to be deleted."""

    identity: str
    secret: str = ""
    doomed: Instance | None = None


def _nested(model: Model) -> Iterator[Subject]:
    """Yield each place inside a body that holds an id of what the suite makes, with each cause."""
    samples = load_samples()
    for each in model.references:
        place, resource = each.place, model.resources.get(each.resource or "")
        sample = samples.get(place.operation)
        if "." not in place.name or not sample or sample.body is None or resource is None:
            continue
        if place.operation == resource.create:
            continue  # the caller chooses the id of what it makes
        if not resource.whole or not resource.parameter or not is_id(place.name.split(".")[-1]):
            continue
        operation = (place.operation,)
        for cause in CAUSES:
            needs = (FOREIGN[cause],) if cause in FOREIGN else ()
            needed = (*operation, resource.create)
            name = f"{place}, {cause}"
            yield Subject(name, (each, cause), operation, needed, (each.origin,), needs)


@law(id="access.nested-id-is-refused-or-unused", over=_nested, source=USED, harm=True)
def nested_id_is_refused_or_unused(world: World, reference: Reference, cause: str) -> None:
    """An id in a body of what is not there, or not the caller's, is refused or not used.

    What is deleted was used before, while it was there.
    """
    resource = world.model.resources[str(reference.resource)]
    form = _form(reference)
    wrong = _wrong(world, resource, cause, form)
    known = wrong.doomed or _make(world, resource, CALLER, form)[0]
    taken = _send(world, reference, known.ids[resource.parameter])
    if not taken.ok:
        world.capabilities.note(str(reference.place), offered=False)
        raise NotOffered(f"not offered: {reference.place} is refused with {taken.status}", taken)
    if wrong.doomed:
        world.need(world.delete(wrong.doomed))
    answer = _send(world, reference, wrong.identity)
    due = reference.refusals["foreign" if cause in FOREIGN else cause]
    wanted = " or ".join(str(each) for each in due)
    what = f"{reference.place.operation} answers {answer.status} for {resource.one}"
    reason = f"{what} in its body that is {cause}, {wanted} is due"
    world.expect(answer.ok or answer.status in due, reason, answer)
    told = bool(wrong.secret) and wrong.secret in answer.text
    world.expect(not told, f"the answer tells what {resource.one} says that is {cause}", answer)


def _send(world: World, reference: Reference, identity: str) -> Exchange:
    place = reference.place
    spec = world.document.operations[place.operation]
    request = plain_request(world, place.operation)
    body = place_id(world.document, place, _uncut(request["json"]), identity)
    ids = targets_of(world.ctx).ids(spec)
    return world.ask(place.operation, ids, query=request["query"], json=body)


def _uncut(body: Json) -> Json:
    """Return a request whose answer is not cut before it can tell what it has read."""
    within = body.get("completion_args")
    told = {**body, "completion_args": _uncut(within)} if isinstance(within, dict) else body
    return {name: value for name, value in told.items() if name != "max_tokens"}


def _form(reference: Reference) -> str:
    """Return the media type of the files that the place takes for sure, none where any will do."""
    place = reference.place
    named = load_samples()[place.operation].named.get(place.name)
    target = load_targets().get(named.target) if named else None
    form: str = target.sample.get("file", {}).get("type", "") if target else ""
    return form


def _wrong(world: World, resource: Resource, cause: str, form: str) -> Wrong:
    """Return an id with the cause, or of what is there until it is deleted.

    Raises:
        Skipped: there is nothing of another kind, or nothing deletes what there is.

    """
    if cause == "unknown":
        return Wrong(world.values.uuid())
    if cause == "wrong-kind":
        return Wrong(other_kind(world, resource, {}))
    instance, secret = _make(world, resource, FOREIGN.get(cause, CALLER), form)
    if cause == "deleted" and not resource.delete:
        raise Skipped(f"nothing deletes {resource.one}")
    doomed = instance if cause == "deleted" else None
    return Wrong(instance.ids[resource.parameter], secret, doomed)


def _make(world: World, resource: Resource, by: str, form: str) -> tuple[Instance, str]:
    """Return a new object with a word in its content, or in that of what is in it, and the word."""
    secret = world.values.word()
    told = f"The secret word is {secret}."
    given: dict[str, object] = {"file.content": f"{told}\n".encode()}
    if form == PDF:
        content, name = pdf_sample([told]).content, world.values.name(".pdf")
        given = {"file.content": content, "file.name": name, "file.type": form}
    if _is_upload(world, resource):
        return world.make(resource, by=by, given=given), secret
    instance = world.make(resource, by=by)
    for name in resource.children:
        child = world.model.resources[name]
        if child.whole and _is_upload(world, child) and world.capabilities.offers(child.create):
            world.settle(world.make(child, by=by, parent=instance, given=given))
    return instance, secret


def _is_upload(world: World, resource: Resource) -> bool:
    return body_schema(world.document.operations[resource.create])[0] == FORM
