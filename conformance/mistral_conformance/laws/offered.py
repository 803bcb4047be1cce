"""Capabilities as cases: which operations the server offers, and which the run requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model


def _each_operation(model: Model) -> Iterator[Subject]:
    for each in model.document.operations:
        yield Subject(each, each, (each,))


@law(
    id="offered.operation",
    over=_each_operation,
    source="harm: the run requires the operation (--require)",
)
def operation_is_offered(world: World, operation: str) -> None:
    """The operation exists on this server, as far as a request about nothing can tell."""
    world.capabilities.require([operation])
