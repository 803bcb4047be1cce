"""The plainest request of any operation, aimed at given ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.reading import values_at
from mistral_conformance.model.schemas import facet
from mistral_conformance.probing.samples import Sample, load_samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.laws.maker import Maker
    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.record.exchange import Exchange


def plain_request(world: Maker, operation: str) -> dict[str, Any]:
    """What the operation's request carries beside path ids, as `World.ask` takes it.

    Raises:
        Skipped: it names an identity that the run does not have.

    """
    sample = load_samples().get(operation, Sample()).filled(world.lookup, world.ctx.marker)
    request: dict[str, Any] = {"query": sample.query or None, "files": sample.parts}
    if sample.body is not None:
        request["json"] = sample.body
    return request


def send_plain(world: Maker, operation: str, ids: Mapping[str, str], *, by: str) -> Exchange:
    """Send the plainest request at the ids; what they name may be gone or another's.

    Raises:
        Skipped: see `plain_request`.

    """
    own = load_samples().get(operation, Sample()).ids
    lacking = {name: each for name, each in own.items() if name not in ids}
    found = {
        name: world.lookup(word.removeprefix("$")) if word.startswith("$") else word
        for name, word in lacking.items()
    }
    request = plain_request(world, operation)
    if "json" in request:
        request["json"] = {
            **request["json"],
            **_shown_there(world, operation, ids, request["json"]),
        }
    return world.ask(operation, {**found, **ids}, by=by, **request)


def _shown_there(
    world: Maker, operation: str, ids: Mapping[str, str], body: Json
) -> dict[str, Any]:
    """What the object at the ids shows for fields of the body that name a part of it."""
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
    """An id of the parameter's form that no object has."""
    schema: Json = next(
        (e.get("schema", {}) for e in operation.parameters if e["name"] == parameter), {}
    )
    form = facet(world.document, schema, "format")
    return world.values.uuid() if form == "uuid" else f"unknown-{world.values.word()}"
