"""Objects that work by themselves, such as jobs, and what they make meanwhile.

Only the object itself tells what it made: a file of results, a tuned model. Deleted while at work,
it would leave that behind, known to nobody; so it is asked to stop first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from mistral_conformance.model import model_of
from mistral_conformance.record.exchange import Signal

if TYPE_CHECKING:
    from mistral_conformance.model import States
    from mistral_conformance.model.document import Document
    from mistral_conformance.record.exchange import Exchange


@define
class Rounds:
    """When to look again at what is still at work: each time after twice as many rounds."""

    _gaps: dict[str, int] = field(factory=dict)
    _left: dict[str, int] = field(factory=dict)

    def passes_over(self, path: str) -> bool:
        """Say whether this round leaves out the object at a path; asked once in each round."""
        self._left[path] = self._left.get(path, 0) - 1
        return self._left[path] > 0

    def put_off(self, path: str) -> None:
        """Note that the object was found at work."""
        self._gaps[path] = 2 * self._gaps.get(path, 1)
        self._left[path] = self._gaps[path]

    def forget(self, path: str) -> None:
        """Note that the object is at rest."""
        self._gaps.pop(path, None)
        self._left.pop(path, None)


@cache
def states_by_read(document: Document) -> dict[str, States]:
    """Return the states that a document declares, by the operation that reads their object."""
    model = model_of(document)
    return {model.resources[each.resource].read: each for each in model.states}


def is_at_work(exchange: Exchange, states: States) -> bool:
    """Say whether an answer tells a state in which the object still works."""
    if not exchange.ok:
        return False
    try:
        state = evolve(exchange, form=None)[states.field]
    except Signal:
        return False
    return state in states.values and state not in states.ends
