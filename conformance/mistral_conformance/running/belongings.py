"""What of others is on a server whose clock a run would move: moving it would move their things."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.model import model_of
from mistral_conformance.session.listing import walk
from mistral_conformance.session.markers import is_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import ListView, Model
    from mistral_conformance.session.session import Session


def leave_clock_alone(session: Session, tell: Callable[[str], object]) -> None:
    """Take the clock out of a session, and say so, where time would do something to others' things.

    Asked before the run has made anything: whatever is listed is somebody else's, unless it carries
    the mark of an earlier run.
    """
    found = find_belongings(session)
    if found and session.clock:
        session.clock.close()
        session.clock = None
        session.lacks_clock = (
            f"the clock is not moved, since {found} shows what no run of this suite made: add "
            "--clock-is-mine if nobody minds"
        )
        tell(session.lacks_clock)


def find_belongings(session: Session) -> str:
    """Return the first list that shows something that time acts on, empty where none does.

    What carries the mark of this suite is nobody's, and to what is at its end time does nothing.
    """
    model = model_of(session.document)
    for view in _lists(model):
        operation = session.document.operations[view.operation]
        for identity in session.identities:
            send = partial(session.send, identity=identity, operation=operation.id)
            items = walk(send, operation, view.items)
            if not all(is_marked(each) or _is_over(model, view.resource, each) for each in items):
                return view.operation
    return ""


def _is_over(model: Model, name: str, item: object) -> bool:
    """Say whether an item is at its end and neither has a time of its own nor holds anything."""
    resource, states = model.resources[name], model.states_of(name)
    acted_on = any(each.ends for each in resource.fields.values()) or resource.children
    if states is None or acted_on or not isinstance(item, dict):
        return False
    return item.get(states.field) in states.ends


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
