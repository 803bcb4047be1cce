"""Finds or makes what a place of a request can name, as any identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.settling import ask_until_shown
from mistral_conformance.probing.targets import load_targets, take, tells

if TYPE_CHECKING:
    from mistral_conformance.laws.maker import Maker
    from mistral_conformance.model.document import Json
    from mistral_conformance.probing.targets import Target


def own_named(world: Maker, operation: str, by: str) -> Json:
    """Return an identity's own objects for what the plainest request names of the caller's."""
    sample = load_samples().get(operation, Sample())
    found: Json = {}
    body = {**(sample.body or {}), **sample.made}
    for each in world.model.references:
        name = each.place.name
        named = sample.named.get(name) if each.place.operation == operation else None
        of = world.model.resources.get(each.resource or "")
        first = name.partition(".")[0]
        if named and of and of.whole and first in body:
            identity = find_named(world, named.target, by)
            found[first] = place_id(world.document, each.place, body, identity)[first]
    return found


def find_named(world: Maker, word: str, by: str, more: Json | None = None) -> str:
    """Return the id of a new object of an identity that fits where the target does, made with more.

    Raises:
        Unjudged: the server does not make one.
        Skipped: there is none.

    """
    target = load_targets()[word]
    made = [each for each in world.model.resources.values() if each.create == target.operation]
    if made and made[0].whole:
        instance = world.make(made[0], by=by, given={**_given(world, target), **(more or {})})
        return instance.ids[made[0].parameter]
    world.prepare(target.operation, by)
    answer = ask_until_shown(
        world.ctx,
        target.operation,
        lambda: send_plain(world, target.operation, {}, by=by),
        lambda answer: tells(answer, target),
    )
    world.need(answer)
    return str(take(answer.json(), target))


def _given(world: Maker, target: Target) -> dict[str, Any]:
    """Return what the target's own sample says, as `World.make` takes it."""
    if not target.sample:
        return {}
    sample = Sample(**target.sample).filled(world.lookup, world.ctx.marker)
    body = {name: each for name, each in (sample.body or {}).items() if name != sample.marked}
    given: dict[str, Any] = {**body, **sample.form}
    if sample.parts and "file" in sample.parts:
        part = sample.parts["file"]
        given["file.content"] = part[1]
        given["file.type"] = part[2] if len(part) == 3 else "text/plain"
        given["file.name"] = world.values.name(str(part[0]))
    return given
