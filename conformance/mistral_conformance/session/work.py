"""Objects that work by themselves, such as jobs, and what they make meanwhile.

Only the object itself tells what it made: a file of results, a tuned model. Deleted while at work,
it would leave that behind, known to nobody; so it is asked to stop first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.model import model_of
from mistral_conformance.record.exchange import Signal

if TYPE_CHECKING:
    from mistral_conformance.model import States
    from mistral_conformance.model.document import Document
    from mistral_conformance.record.exchange import Exchange


@cache
def states_by_read(document: Document) -> dict[str, States]:
    """The states that a document declares, by the operation that reads their object."""
    model = model_of(document)
    return {model.resources[each.resource].read: each for each in model.states}


def is_at_work(exchange: Exchange, states: States) -> bool:
    """Whether an answer tells a state in which the object still works."""
    if not exchange.ok:
        return False
    try:
        state = evolve(exchange, form=None)[states.field]
    except Signal:
        return False
    return state in states.values and state not in states.ends
