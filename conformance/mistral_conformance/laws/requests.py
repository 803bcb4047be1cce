"""The plainest request of any operation, aimed at given ids."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.reading import values_at
from mistral_conformance.model.schemas import facet, types
from mistral_conformance.probing.samples import Sample, load_samples, sample_of
from mistral_conformance.probing.targets import load_targets, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.laws.maker import Maker
    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.record.exchange import Exchange

UNUSED = 987_654_321
"""A number of a version or the like that none has reached."""


def plain_request(
    world: Maker, operation: str, ids: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the operation's request carries beside path ids, as `World.ask` takes it.

    What reading the object at the ids tells, such as its version, is that of this object. A name
    in it is a new one each time: some servers let no two things have one name.

    Raises:
        Skipped: it names an identity that the run does not have, or needs an unknown body.

    """
    lookup = partial(_lookup_at, world, ids or {})
    found = sample_of(world.document, world.document.operations[operation])
    sample = (found or Sample()).filled(lookup, world.ctx.marker)
    request: dict[str, Any] = {"query": sample.query or None, "files": sample.parts}
    if sample.body is not None:
        if sample.marked in sample.body:
            sample.body[sample.marked] = world.values.name()
        request["json"] = sample.body
    return request


def _lookup_at(world: Maker, ids: Mapping[str, str], word: str) -> str:
    """Return what a `$word` stands for at the object with the ids."""
    target = load_targets().get(word)
    spec = world.document.operations.get(target.operation) if target else None
    if target and spec and spec.method == "GET" and spec.path_ids:
        own = {name: ids[name] for name in spec.path_ids if name in ids}
        answer = world.ask(spec.id, own) if len(own) == len(spec.path_ids) else None
        if answer and answer.ok:
            return str(take(answer.json(), target))
    return world.lookup(word)


def send_plain(
    world: Maker, operation: str, ids: Mapping[str, str], *, by: str, more: Json | None = None
) -> Exchange:
    """Send the plainest request, with `more` in its body, at the ids.

    What they name may be gone or another's.

    Raises:
        Skipped: see `plain_request`.

    """
    own = load_samples().get(operation, Sample()).ids
    lacking = {name: each for name, each in own.items() if name not in ids}
    found = {
        name: _lookup_at(world, ids, word.removeprefix("$")) if word.startswith("$") else word
        for name, word in lacking.items()
    }
    request = plain_request(world, operation, ids)
    if "json" in request:
        request["json"] = {
            **request["json"],
            **_shown_there(world, operation, ids, request["json"]),
            **(more or {}),
        }
    return world.ask(operation, {**found, **ids}, by=by, **request)


def _shown_there(
    world: Maker, operation: str, ids: Mapping[str, str], body: Json
) -> dict[str, Any]:
    """Return what the object at the ids shows for fields of the body that name a part of it."""
    found = {}
    for each in world.model.references:
        place = each.place
        if place.operation == operation and each.view and place.name in body:
            answer = world.ask(each.view, ids)
            values = values_at(answer.json(), each.at) if answer.ok else []
            if values:
                found[place.name] = values[0]
    return found


def unknown_id(world: Maker, operation: Operation, parameter: str) -> str:
    """Return an id of the parameter's form that no object has."""
    if is_uuid(world.document, operation, parameter):
        return world.values.uuid()
    if _is_number(world, operation, parameter, _schema_of(operation, parameter)):
        return str(UNUSED)
    return f"unknown-{world.values.word()}"


def is_uuid(document: Document, operation: Operation, parameter: str) -> bool:
    """Say whether what an operation takes as a parameter is a UUID."""
    return bool(facet(document, _schema_of(operation, parameter), "format") == "uuid")


def _schema_of(operation: Operation, parameter: str) -> Json:
    found = (e.get("schema", {}) for e in operation.parameters if e["name"] == parameter)
    return next(found, {})


def _is_number(world: Maker, operation: Operation, parameter: str, schema: Json) -> bool:
    """Say whether a parameter names a thing by its number, which a path may hold as text."""
    named = (e for e in world.model.resources.values() if operation.id == e.read)
    shown = [e.fields[parameter].schema for e in named if e.key == (parameter,)]
    return any(types(world.document, each) == {"integer"} for each in (schema, *shown))
