"""Methods that a path does not have: none of them is answered as if it were another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.model.schemas import JSON
from mistral_conformance.record.wire import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource

CHANGES = ("PUT", "PATCH")
UNDONE = "harm: a change is said to be done, and is not; RFC 9110 §15.5.6"


def _without_methods(model: Model) -> Iterator[Subject]:
    """Yield each path that can be read, with the methods of changes that it does not have."""
    known = {(each.path, each.method) for each in model.document.operations.values()}
    for each in model.resources.values():
        for operation in dict.fromkeys(filter(None, (each.read, each.list))):
            path = model.document.operations[operation].path
            missing = [method for method in CHANGES if (path, method) not in known]
            if missing and (each.whole or not model.document.operations[operation].path_ids):
                yield Subject(operation, (each, operation, missing), (operation,), (operation,))


@law(id="extra.other-methods-do-not-read", over=_without_methods, source=UNDONE, harm=True)
def other_methods_do_not_read(
    world: World, resource: Resource, operation: str, missing: list[str]
) -> None:
    """A change that a path does not have is not answered as if it had been asked to be read."""
    spec = world.document.operations[operation]
    ids = world.shared(resource).ids if spec.path_ids else {}
    read = world.need(world.call(operation, ids))
    for method in missing:
        answer = world.ctx.api.send(Message(method, spec.url(ids), json={}))
        same = answer.ok and answer.media_type == JSON and answer.json() == read.json()
        reason = f"{method} {spec.path}, which there is not, answers {answer.status} like GET"
        world.expect(not same, reason, read, answer)
