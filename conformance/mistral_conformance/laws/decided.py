"""Law 3, the other way round: what the server alone decides no request decides."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mistral_conformance.laws.law import law
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.schemas import taken
from mistral_conformance.laws.subjects import resources
from mistral_conformance.verdict.outcome import Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.law import Subject
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

DECIDED = "harm: whoever asks sets what only the server may: ids, owners, times, counts"
LONG_AGO = "2001-02-03T04:05:06Z"
MORE = 4_321


def _decided(model: Model) -> Iterator[Subject]:
    return resources(model, done=lambda each: each.changes)


@law(id="values.server-decides-its-own", over=_decided, source=DECIDED, level=SHOULD)
def server_decides_its_own(world: World, resource: Resource) -> None:
    """A request that names fields of the server, too, is refused, or sets none of them."""
    plain = world.make(resource)
    wished = _wished(world, plain)
    if not wished:
        raise Skipped(f"{resource.one} shows nothing that only the server decides", plain.made)
    try:
        made = world.make(resource, given=wished)
        _expect_own(world, made, wished, made.made)
    except Unjudged as refused:  # a server may refuse what it does not know
        if not any(400 <= each.status < 500 for each in refused.evidence):
            raise
    for operation in resource.changes:
        if world.capabilities.offers(operation):
            _expect_own(world, plain, wished, world.change(plain, wished, through=operation))


def _wished(world: World, instance: Instance) -> Json:
    """Return other values for the fields that no request takes, as far as any are made up."""
    resource = instance.resource
    shown = {n: each for view in world.look(instance) for n, each in view.fields.items()}
    sent = set(taken(world.document, resource.create))
    sent |= {name for each in resource.changes for name in taken(world.document, each)}
    own = {n for n, each in resource.fields.items() if each.owner == "server" and "." not in n}
    values = {name: _other(world, shown.get(name)) for name in own - sent}
    return {name: value for name, value in values.items() if value is not None}


def _other(world: World, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return another value of the kind, None where none is made up."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + MORE
    if not isinstance(value, str):
        return None
    with suppress(ValueError):
        return str(UUID(value)) and world.values.uuid()
    return world.values.word() if read_time(value) is None else LONG_AGO


def _expect_own(world: World, instance: Instance, wished: Json, done: Exchange) -> None:
    """Hold an object to show none of the values that a request had for the server's fields."""
    for shown in world.look(instance):
        for name, value in wished.items():
            found = shown.fields.get(name)
            said = f"{done.operation} takes `{name}` {value!r} from a request"
            world.expect(found is None or found != value, said, done, shown.exchange)
