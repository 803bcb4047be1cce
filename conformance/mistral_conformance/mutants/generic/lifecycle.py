"""Operators on what time and actions do: ends that move, links that stay, what is forgotten."""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.model import load_model
from mistral_conformance.mutants.generic.defect import WireDefect
from mistral_conformance.mutants.generic.surface import operations
from mistral_conformance.mutants.generic.traffic import MOVED, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model import Resource, States
    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

ENDS, LINKS, KEPT = ("ends",), ("urls", "gone"), ("views", "gone", "lifetimes")
CLOCK, SIGNED = "clock", "signed"
MISSING = 404
WHILES = 3
"""So often time has to pass before something is forgotten."""


def defects() -> Iterator[WireDefect]:
    """Yield all defects of states, links and memory."""
    model = load_model()
    offered = {each.id for each in operations()}
    for states in model.states:
        yield from _of_states(states, model.resources[states.resource], offered)
    for resource in model.resources.values():
        for link in resource.links:
            if link in offered:
                yield from _of_link(link, resource)
        if resource.read in offered and resource.create in offered:
            yield _forgetting(resource)


def _of_states(states: States, resource: Resource, offered: set[str]) -> Iterator[WireDefect]:
    views = [each for each in (resource.read, resource.list, *resource.views) if each in offered]
    for view in views:
        subject = f"{view}:{states.field}"
        said = f"What has ended goes on when time passes, as {view} tells."
        make = partial(_revive, view, states, resource)
        yield WireDefect("ended-moves", subject, said, (view,), make, ENDS, (CLOCK,))
        said = f"{view} tells the end at once."
        make = partial(_end_early, view, states)
        yield WireDefect("end-comes-at-once", subject, said, (view,), make, ENDS)
        said = f"{view} never tells the end."
        make = partial(_never_end, view, states)
        yield WireDefect("end-never-comes", subject, said, (view,), make, ENDS)
    for action in (*states.actions, *states.stops):
        if action in offered:
            said = f"{action} is answered and not done."
            touched = tuple(filter(None, (action, resource.read)))
            make = partial(_only_say, action)
            yield WireDefect("action-is-only-said", action, said, touched, make, ENDS)


def _revive(view: str, states: States, resource: Resource) -> Handle:
    """Return what was seen at an end is seen in the first state again once time has passed."""
    ended: dict[tuple[Any, ...], int] = {}
    moved = [0]
    begin = next(each for each in states.values if each not in states.ends)

    def change(found: dict[str, Any]) -> None:
        key = tuple(found.get(each) for each in resource.key)
        if found.get(states.field) in states.ends and moved[0] > ended.setdefault(key, moved[0]):
            found[states.field] = begin

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation == CLOCK:
            moved[0] += 1
            return answer
        return _each_state(answer, states.field, change) if request.operation == view else answer

    return handle


def _end_early(view: str, states: States) -> Handle:
    def change(found: dict[str, Any]) -> None:
        if found[states.field] not in states.ends:
            found[states.field] = next(iter(states.ends))

    return _showing(view, states, change)


def _never_end(view: str, states: States) -> Handle:
    begin = next(each for each in states.values if each not in states.ends)

    def change(found: dict[str, Any]) -> None:
        if found[states.field] in states.ends:
            found[states.field] = begin

    return _showing(view, states, change)


def _showing(view: str, states: States, change: Any) -> Handle:  # noqa: ANN401 - a function
    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        return _each_state(answer, states.field, change) if request.operation == view else answer

    return handle


def _each_state(answer: Answer, name: str, change: Any) -> Answer:  # noqa: ANN401 - a function
    """Return the answer with each object that has the state's field changed."""
    found = answer.json if answer.taken else None
    if found is None:
        return answer
    altered = copy.deepcopy(found)
    for each in _objects(altered):
        if isinstance(each.get(name), str):
            change(each)
    return answer.with_json(altered)


def _objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _objects(each)


def _only_say(action: str) -> Handle:
    """From the second time on, an action is answered like the first one and not done."""
    first: list[tuple[Request, Answer]] = []

    async def handle(request: Request, onward: Onward) -> Answer:
        if request.operation != action:
            return await onward(request)
        if first and first[0][0].path != request.path:
            asked, answer = first[0]
            body = answer.body
            for name, value in asked.ids.items():
                body = body.replace(value.encode(), request.ids[name].encode())
            return answer.with_body(body)
        answer = await onward(request)
        if answer.status < MOVED and not first:
            first.append((request, answer))
        return answer

    return handle


def _of_link(link: str, resource: Resource) -> Iterator[WireDefect]:
    touched = tuple(filter(None, (link, resource.delete)))
    for operator, said, build in (
        ("url-lives-on", "opens for ever", _open_for_ever),
        ("url-ignores-its-query", "opens with any query", _ignore_query),
        ("url-is-shared", "opens what was opened first", _open_the_first),
    ):
        sentence = f"What {link} gives {said}."
        yield WireDefect(operator, link, sentence, touched, build, LINKS, (SIGNED,))


def _open_for_ever() -> Handle:
    seen: dict[str, Answer] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != SIGNED or request.method != "GET":
            return answer
        place = f"{request.path}?{request.query}"
        if answer.taken:
            seen[place] = answer
        return seen.get(place, answer)

    return handle


def _ignore_query() -> Handle:
    seen: dict[str, str] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != SIGNED or request.method != "GET":
            return answer
        if answer.taken:
            seen[request.path] = request.query
        elif request.path in seen:
            return await onward(evolve(request, query=seen[request.path]))
        return answer

    return handle


def _open_the_first() -> Handle:
    first: list[Answer] = []

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != SIGNED or not answer.taken:
            return answer
        first[1:] = []
        first.append(answer)
        return first[0]

    return handle


def _forgetting(resource: Resource) -> WireDefect:
    said = f"{resource.read} forgets {resource.one} after a while."
    make = partial(_forget, resource)
    return WireDefect(
        "object-is-forgotten", resource.read, said, (resource.read,), make, KEPT, (CLOCK,)
    )


def _forget(resource: Resource) -> Handle:
    born: dict[str, int] = {}
    moved = [0]

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation == CLOCK:
            moved[0] += 1
        elif answer.taken and request.operation == resource.read:
            since = born.setdefault(request.path, moved[0])
            if moved[0] >= since + WHILES:
                return refusal(MISSING)
        return answer

    return handle
