"""The plainest request of any operation, aimed at given ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.model.schemas import facet
from mistral_conformance.probing.samples import Sample, load_samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.laws.world import World
    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.record.exchange import Exchange


def plain_request(world: World, operation: str) -> dict[str, Any]:
    """What the operation's request carries beside path ids, as `World.ask` takes it.

    Raises:
        Skipped: it names an identity that the run does not have.

    """
    sample = load_samples().get(operation, Sample()).filled(world.lookup, world.ctx.marker)
    request: dict[str, Any] = {"query": sample.query or None, "files": sample.parts}
    if sample.body is not None:
        request["json"] = sample.body
    return request


def send_plain(world: World, operation: str, ids: Mapping[str, str], *, by: str) -> Exchange:
    """Send the plainest request at the ids; what they name may be gone or another's.

    Raises:
        Skipped: see `plain_request`.

    """
    return world.ask(operation, ids, by=by, **plain_request(world, operation))


def unknown_id(world: World, operation: Operation, parameter: str) -> str:
    """An id of the parameter's form that no object has."""
    schema: Json = next(
        (e.get("schema", {}) for e in operation.parameters if e["name"] == parameter), {}
    )
    form = facet(world.document, schema, "format")
    return world.values.uuid() if form == "uuid" else f"unknown-{world.values.word()}"
