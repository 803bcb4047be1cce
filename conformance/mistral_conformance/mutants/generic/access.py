"""Operators on who may do what: ids that are foreign, unknown, deleted or of another kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.model import load_model
from mistral_conformance.mutants.generic.defect import WireDefect
from mistral_conformance.mutants.generic.surface import operations
from mistral_conformance.mutants.generic.traffic import UNAUTHORIZED, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import Model, Reference, Resource
    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

    Build = Callable[[str, str], Handle]

ACCESS, GONE, KEYS = ("access", "roles"), ("gone", "views"), ("keys", "auth")
SHOWN_TO_OTHERS = ("workspace", "parent")
FORBIDDEN, MISSING = 403, 404


def defects() -> Iterator[WireDefect]:
    """Yield all defects of access."""
    model = load_model()
    offered = {each.id for each in operations()}
    for reference in model.references:
        place = reference.place
        if place.operation in offered and reference.resource in model.resources:
            if place.where == "path":
                yield from _of_path(model, reference, model.resources[reference.resource])
            elif place.where == "body":
                yield from _of_body(reference)
    for operation in operations():
        yield _made("no-key-opens", operation.id, "", "is done for those without a key", _open_all)
        yield _made("key-opens-loosely", operation.id, "", "takes keys in any case", _loosen)


def _made(operator: str, operation: str, name: str, said: str, build: Build) -> WireDefect:
    subject = f"{operation}:{name}" if name else operation
    likely = KEYS if "key" in operator else ACCESS + GONE
    sentence = f"{operation} {said}."
    return WireDefect(
        operator, subject, sentence, (operation,), partial(build, operation, name), likely
    )


def _of_path(model: Model, reference: Reference, resource: Resource) -> Iterator[WireDefect]:
    operation, name = reference.place.operation, reference.place.name
    if resource.whole:
        said = f"takes an unknown `{name}` for the last one that was used"
        yield _hearing(resource, "unknown-is-last", reference, said, _fall_back)
        yield _hearing(resource, "foreign-is-open", reference, "serves everybody", _serve_owner)
        if resource.delete:
            said = "goes on as before after a deletion"
            yield _hearing(resource, "deleted-lives-on", reference, said, _remember_all)
    if resource.seen_by in SHOWN_TO_OTHERS:
        said = "tells strangers what exists"
        yield _hearing(resource, "existence-leaks", reference, said, _tell_existence)
    above = model.resources.get(resource.parent)
    path = model.document.operations[operation].path_ids
    if above and above.parameter in path and name == resource.parameter:
        said = f"finds what is asked for below any `{above.parameter}`"
        build = partial(_find_anywhere, above.parameter)
        yield _hearing(resource, "parent-is-ignored", reference, said, build)


def _hearing(
    resource: Resource, operator: str, reference: Reference, said: str, build: Build
) -> WireDefect:
    """Return a defect of one operation that remembers what others of the resource have said."""
    operation, name = reference.place.operation, reference.place.name
    hears = tuple(filter(None, (resource.create, resource.read, resource.delete)))
    return WireDefect(
        operator,
        f"{operation}:{name}",
        f"{operation} {said}.",
        (operation,),
        partial(build, operation, name),
        ACCESS + GONE,
        hears,
    )


def _of_body(reference: Reference) -> Iterator[WireDefect]:
    operation, name = reference.place.operation, reference.place.name
    said = f"does without `{name}` where that is refused"
    top = name.partition(".")[0]
    yield _made("named-is-dispensable", operation, top, said, _do_without)
    yield _made("named-foreign-is-open", operation, top, "uses what is others'", _serve_known)


def _serve_owner(operation: str, name: str) -> Handle:
    """Return what was refused to somebody is done in the name of whoever has the object."""
    owners: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.taken:
            for each in _ids_of(request, answer):
                owners.setdefault(each, request.key)
        owner = owners.get(request.ids.get(name, ""))
        if request.operation == operation and answer.refused and owner and owner != request.key:
            return await onward(request.by(owner))
        return answer

    return handle


def _serve_known(operation: str, _name: str) -> Handle:
    """Return what was refused to somebody is done in the name of another who had it done before."""
    keys: dict[str, None] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.taken:
            keys[request.key] = None
        if request.operation == operation and answer.refused:
            for each in keys:
                other = await onward(request.by(each)) if each != request.key else answer
                if other.taken:
                    return other
        return answer

    return handle


def _ids_of(request: Request, answer: Answer) -> list[str]:
    """Return the ids that an exchange was about."""
    found = answer.json
    own = [v for v in found.values() if isinstance(v, str)] if isinstance(found, dict) else []
    return [*request.ids.values(), *own]


def _fall_back(operation: str, name: str) -> Handle:
    last: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        used = request.ids.get(name) or _own_id(answer)
        if answer.taken and request.method == "DELETE":
            last.pop(request.key, None)
        elif answer.taken and used:
            last[request.key] = used
        elif request.operation == operation and answer.status == MISSING and request.key in last:
            return await onward(request.renamed(name, last[request.key]))
        return answer

    return handle


def _own_id(answer: Answer) -> str:
    """Return the id of the object that an answer is, empty where it is none."""
    found = answer.json if answer.taken else None
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _remember_all(operation: str, _name: str) -> Handle:
    """Return an operation that answers what it answered before, once it would refuse."""
    seen: dict[tuple[str, ...], Answer] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != operation:
            return answer
        place = (request.key, request.path, *request.ids.values())
        if answer.taken:
            seen[place] = answer
        return seen.get(place, answer) if answer.status == MISSING else answer

    return handle


def _tell_existence(operation: str, name: str) -> Handle:
    known: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.taken:
            for each in _ids_of(request, answer):
                known.setdefault(each, request.key)
        owner = known.get(request.ids.get(name, ""), request.key)
        hidden = request.operation == operation and answer.status == MISSING
        return refusal(FORBIDDEN) if hidden and owner != request.key else answer

    return handle


def _find_anywhere(parent: str, operation: str, name: str) -> Handle:
    parents: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        above = request.ids.get(parent, "")
        if answer.taken:
            for each in _ids_of(request, answer):
                parents.setdefault(each, above)
        own = parents.get(request.ids.get(name, ""), above)
        if request.operation == operation and answer.refused and own and own != above:
            return await onward(request.renamed(parent, own))
        return answer

    return handle


def _do_without(_operation: str, name: str) -> Handle:
    """Return a request that is refused is done without one of its fields."""

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        body = request.json
        if answer.refused and name in body:
            rest = {key: value for key, value in body.items() if key != name}
            other = await onward(request.with_json(rest))
            return other if other.taken else answer
        return answer

    return handle


def _open_all(_operation: str, _name: str) -> Handle:
    keys: list[str] = []

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.status == UNAUTHORIZED and keys:
            return await onward(request.by(keys[0]))
        if answer.status != UNAUTHORIZED:
            keys.append(request.key)
        return answer

    return handle


def _loosen(_operation: str, _name: str) -> Handle:
    keys: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.status == UNAUTHORIZED and request.key.lower() in keys:
            return await onward(request.by(keys[request.key.lower()]))
        if answer.status != UNAUTHORIZED:
            keys[request.key.lower()] = request.key
        return answer

    return handle
