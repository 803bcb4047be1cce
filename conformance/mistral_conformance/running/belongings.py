"""What of others is on a server whose clock a run would move: moving it would move their things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model import model_of
from mistral_conformance.record.wire import Message
from mistral_conformance.session.listing import items_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import ListView, Model
    from mistral_conformance.session.session import Session


def leave_clock_alone(session: Session, tell: Callable[[str], object]) -> None:
    """Take the clock out of a session, and say so, where time would do something to others' things.

    Asked before the run has made anything: whatever is listed is somebody else's.
    """
    found = find_belongings(session)
    if found and session.clock:
        session.clock.close()
        session.clock = None
        tell(
            f"the clock is not moved, since {found} shows what this run did not make: add "
            "--clock-is-mine if nobody minds"
        )


def find_belongings(session: Session) -> str:
    """Return the first list that shows something that time acts on, empty where none does."""
    for view in _lists(model_of(session.document)):
        operation = session.document.operations[view.operation]
        for identity in session.identities:
            page = session.send(Message("GET", operation.path), identity, view.operation)
            if items_of(page, view.items):
                return view.operation
    return ""


def _lists(model: Model) -> Iterator[ListView]:
    """Yield the lists of all that time acts on, by itself or by what is in it."""
    for resource in model.resources.values():
        inside = {resource.name, *resource.children}
        acted_on = any(_ends(model, name) for name in inside)
        if acted_on and resource.list and not model.document.operations[resource.list].path_ids:
            yield model.lists[resource.list]


def _ends(model: Model, name: str) -> bool:
    """Say whether time alone changes or ends an object of a resource."""
    fields = model.resources[name].fields.values()
    return model.states_of(name) is not None or any(each.ends for each in fields)
