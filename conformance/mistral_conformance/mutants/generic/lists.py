"""Operators on lists, streams and stored bytes: parts are lost, doubled, or out of order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.model import load_model
from mistral_conformance.mutants.generic.defect import WireDefect, answering
from mistral_conformance.mutants.generic.surface import operations
from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import ListView, Resource
    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

    Items = list[Any]
    Rearrange = Callable[[Items], Items]

SETS, STREAMS, BYTES = ("views", "pages", "sets", "paging"), ("answers", "streams"), ("values",)
BLOCK = 65536
OWN = ("data", "id")


def defects() -> Iterator[WireDefect]:
    """Yield all defects of lists, streams and bytes."""
    offered = {each.id for each in operations()}
    model = load_model()
    for view in model.lists.values():
        if view.operation in offered:
            yield from _of_list(view, model.resources[view.resource])
    for stream in model.streams.values():
        if stream.operation in offered:
            yield from _of_stream(stream.operation)
    for resource in model.resources.values():
        if resource.content in offered:
            yield from _of_bytes(resource.content)


def _of_list(view: ListView, resource: Resource) -> Iterator[WireDefect]:
    for operator, said, rearrange in ITEMS:
        if operator != "items-are-reversed" or view.order:
            make = answering(partial(_rearrange, view, rearrange))
            yield _listed(operator, view, said, make)
    if total := view.paging.get("total"):
        make = answering(partial(_shift_total, total.split(".")))
        yield _listed("total-is-off", view, "The total is one more", make)
    together = (view.operation, resource.create, resource.delete, *resource.changes)
    touched = tuple(filter(None, together))
    for operator, said, build in MEMORIES:
        yield WireDefect(
            operator,
            view.operation,
            f"{said} {view.operation}.",
            touched,
            partial(build, view, resource),
            SETS,
        )


def _listed(operator: str, view: ListView, said: str, make: Callable[[], Handle]) -> WireDefect:
    said = f"{said} in {view.operation}."
    return WireDefect(operator, view.operation, said, (view.operation,), make, SETS)


ITEMS: tuple[tuple[str, str, Rearrange], ...] = (
    ("first-item-is-lost", "The first item is left out", lambda items: items[1:]),
    ("last-item-is-lost", "The last item is left out", lambda items: items[:-1]),
    ("item-is-doubled", "The first item comes twice", lambda items: items[:1] + items),
    ("items-are-reversed", "Each page is in reverse", lambda items: items[::-1]),
    ("items-are-alike", "Each item is the first one", lambda items: items[:1] * len(items)),
)


def _rearrange(view: ListView, rearrange: Rearrange, answer: Answer) -> Answer:
    found = answer.json
    return answer.with_json(_with_items(view, found, rearrange(_items(view, found))))


def _items(view: ListView, found: Any) -> Items:  # noqa: ANN401 - JSON
    for name in view.items.split(".") if view.items else ():
        found = found[name]
    return list(found)


def _with_items(view: ListView, found: Any, items: Items) -> Any:  # noqa: ANN401 - JSON
    return _put(found, view.items.split(".") if view.items else [], items)


def _put(found: Any, path: list[str], value: Any) -> Any:  # noqa: ANN401 - JSON
    if not path:
        return value
    return {**found, path[0]: _put(found[path[0]], path[1:], value)}


def _shift_total(path: list[str], answer: Answer) -> Answer:
    found = answer.json
    total = found
    for name in path:
        total = total.get(name) if isinstance(total, dict) else None
    return answer if total is None else answer.with_json(_put(found, path, total + 1))


def _keep_deleted(view: ListView, resource: Resource) -> Handle:
    """Return a list that goes on showing what was deleted, where it stood last."""
    seen: dict[tuple[str, str], Items] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != view.operation or not answer.taken:
            return answer
        found = answer.json
        items = _items(view, found)
        before = seen.setdefault((request.key, request.path + request.query), [])
        now = [_key(resource, each) for each in items]
        items += [each for each in before if _key(resource, each) not in now]
        before[:] = items
        return answer.with_json(_with_items(view, found, items))

    return handle


def _key(resource: Resource, item: Any) -> tuple[Any, ...]:  # noqa: ANN401 - JSON
    return tuple(item.get(each) for each in resource.key) if isinstance(item, dict) else (item,)


def _lag(view: ListView, _resource: Resource) -> Handle:
    """Return a list that gives, after a change, once more the answer from before it."""
    seen: dict[tuple[str, str], Answer] = {}
    stale: set[tuple[str, str]] = set()

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation != view.operation:
            stale.update(seen)
            return answer
        place = (request.key, request.path + request.query)
        last = seen.get(place)
        if last is not None and place in stale:
            stale.discard(place)
            seen[place] = answer
            return last
        if answer.taken:
            seen[place] = answer
        return answer

    return handle


def _mix(view: ListView, _resource: Resource) -> Handle:
    """Return a list that shows what another caller has, too."""
    keys: dict[str, None] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if not answer.taken or not request.key:
            return answer
        keys[request.key] = None
        others = [each for each in keys if each != request.key]
        if request.operation != view.operation or not others:
            return answer
        found, items = answer.json, _items(view, answer.json)
        for key in others:
            other = await onward(request.by(key))
            if other.taken:
                items += [each for each in _items(view, other.json) if each not in items]
        return answer.with_json(_with_items(view, found, items))

    return handle


MEMORIES: tuple[tuple[str, str, Callable[[ListView, Resource], Handle]], ...] = (
    ("deleted-stays-listed", "What was deleted is still in", _keep_deleted),
    ("list-lags", "After a change the answer is once more that of before in", _lag),
    ("list-mixes-callers", "What other callers have is in", _mix),
)


def _of_stream(operation: str) -> Iterator[WireDefect]:
    for operator, said, rearrange in EVENTS:
        make = answering(partial(_rearrange_events, rearrange))
        said_of = f"{said} in the stream of {operation}."
        yield WireDefect(operator, operation, said_of, (operation,), make, STREAMS)


def _rearrange_events(rearrange: Rearrange, answer: Answer) -> Answer:
    if answer.media_type != EVENT_STREAM:
        return answer
    events = [each for each in answer.body.split(b"\n\n") if each.strip()]
    return answer.with_body(b"".join(each + b"\n\n" for each in rearrange(events)))


def _swap_middle(events: Items) -> Items:
    middle = len(events) // 2
    pair = events[middle - 1 : middle + 1]
    return [*events[: middle - 1], *pair[::-1], *events[middle + 1 :]]


def _double_middle(events: Items) -> Items:
    middle = len(events) // 2
    return [*events[: middle + 1], *events[middle:]]


def _drop_middle(events: Items) -> Items:
    middle = len(events) // 2
    return [*events[:middle], *events[middle + 1 :]]


EVENTS: tuple[tuple[str, str, Rearrange], ...] = (
    ("event-is-lost", "The event in the middle is left out", _drop_middle),
    ("event-is-doubled", "The event in the middle comes twice", _double_middle),
    ("events-are-swapped", "Two events in the middle change places", _swap_middle),
    ("first-event-is-lost", "The first event is left out", lambda events: events[1:]),
    ("end-is-lost", "The last event is left out", lambda events: events[:-1]),
    ("end-comes-early", "The last two events are left out", lambda events: events[:-2]),
)


def _of_bytes(operation: str) -> Iterator[WireDefect]:
    for operator, said, alter in CONTENTS:
        make = answering(partial(_alter_bytes, alter))
        said_of = f"{said} by {operation}."
        yield WireDefect(operator, operation, said_of, (operation,), make, BYTES)


def _alter_bytes(alter: Callable[[bytes], bytes], answer: Answer) -> Answer:
    return answer.with_body(alter(answer.body))


CONTENTS: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
    ("last-byte-is-lost", "The last byte is not given", lambda body: body[:-1]),
    ("bytes-are-cut", f"Bytes beyond {BLOCK} are not given", lambda body: body[:BLOCK]),
    ("lines-are-rewritten", "CRLF becomes LF", lambda body: body.replace(b"\r\n", b"\n")),
    ("last-line-is-ended", "A line end is added", lambda body: body.rstrip(b"\n") + b"\n"),
    ("bytes-are-mistaken", "Bytes are given as text", lambda b: b.decode("latin-1").encode()),
    ("bytes-get-a-mark", "A byte order mark is added", lambda body: b"\xef\xbb\xbf" + body),
)
