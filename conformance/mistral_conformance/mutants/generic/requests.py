"""Operators on requests: a part of what was sent is ignored, or the same is done twice."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.model import load_model
from mistral_conformance.model.schemas import types
from mistral_conformance.mutants.generic.defect import WireDefect, answering, asking
from mistral_conformance.mutants.generic.surface import operations
from mistral_conformance.mutants.generic.traffic import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import Field, ListView, Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

QUERY, UPDATES = ("sets", "pages", "filters", "paging"), ("views", "neighbours", "values")
TWICE, OPTIONS, EXTRA = ("views", "together"), ("options", "answers", "sums"), ("extra",)
OTHER_SUCCESS = 203
MALFORMED, ABSENT, INVALID, FAILED = 400, 404, 422, 500
LINGER_S = 0.02
"""How long an answer is held back, so that requests at once meet."""


def defects() -> Iterator[WireDefect]:
    """Yield all defects of what is sent."""
    model = load_model()
    offered = {each.id for each in operations()}
    for operation in operations():
        for each in operation.parameters:
            if each["in"] == "query" and not each.get("required"):
                yield _ignoring(operation.id, each["name"])
                if "boolean" in types(model.document, each.get("schema", {})):
                    yield _taking_for_true(operation.id, each["name"])
    for view in model.lists.values():
        if view.operation in offered:
            yield from _of_filters(view)
    for resource in model.resources.values():
        yield from _of_updates(resource, offered)
        yield from _of_twice(resource, offered)
    yield from _of_options(model, offered)
    yield from _of_extras()
    yield from _of_statuses()


def _ignoring(operation: str, name: str) -> WireDefect:
    def change(request: Request) -> Request:
        return request.with_query([each for each in request.pairs if each[0] != name])

    said = f"The query parameter `{name}` of {operation} is ignored."
    subject = f"{operation}:{name}"
    return WireDefect("parameter-is-ignored", subject, said, (operation,), asking(change), QUERY)


def _taking_for_true(operation: str, name: str) -> WireDefect:
    def change(request: Request) -> Request:
        false, true = (name, "false"), (name, "true")
        return request.with_query([true if each == false else each for each in request.pairs])

    said = f"The query parameter `{name}` of {operation} is taken for true where it is false."
    subject = f"{operation}:{name}"
    return WireDefect("false-is-true", subject, said, (operation,), asking(change), QUERY)


def _of_filters(view: ListView) -> Iterator[WireDefect]:
    """Of two filters one counts; of a repeated one, the last."""
    names = [each.parameter for each in view.filters]
    operation = view.operation

    def first_alone(request: Request) -> Request:
        used = [name for name, _ in request.pairs if name in names]
        return request.with_query(
            [each for each in request.pairs if each[0] not in names or each[0] == used[0]]
        )

    if len(names) > 1:
        said = f"Of two filters of {operation} the first one counts."
        yield WireDefect(
            "one-filter-counts", operation, said, (operation,), asking(first_alone), QUERY
        )
    for each in view.filters:
        if each.repeats:
            said = f"Of a repeated `{each.parameter}` of {operation} the last one counts."
            subject = f"{operation}:{each.parameter}"
            make = asking(partial(_last_of, each.parameter))
            yield WireDefect("last-value-counts", subject, said, (operation,), make, QUERY)


def _last_of(name: str, request: Request) -> Request:
    pairs = request.pairs
    last = [each for each in pairs if each[0] == name][-1:]
    return request.with_query([*(each for each in pairs if each[0] != name), *last])


def _of_updates(resource: Resource, offered: set[str]) -> Iterator[WireDefect]:
    """Yield defects that lose a field of an update or a creation, or clear another one."""
    fields = [each for each in resource.fields.values() if each.kept]
    for each in fields:
        if resource.create in offered and each.sent and "." not in each.sent:
            yield _losing("sent-is-lost", resource, resource.create, each.sent)
        for change in resource.changes:
            if change in offered and each.changed:
                yield _losing("update-is-lost", resource, change, each.changed)
                if each.null in {"clears", "open"}:
                    yield _clearing(resource, change, each)


def _losing(operator: str, resource: Resource, operation: str, name: str) -> WireDefect:
    def change(request: Request) -> Request:
        def lose(fields: Json) -> Json:
            return {key: value for key, value in fields.items() if key != name}

        return request.with_json(_inside(request.json, name, lose))

    said = f"`{name}` is not taken in by {operation}."
    touched = tuple(filter(None, (operation, resource.read or resource.list)))
    subject = f"{operation}:{name}"
    return WireDefect(operator, subject, said, touched, asking(_only(operation, change)), UPDATES)


def _clearing(resource: Resource, operation: str, field: Field) -> WireDefect:
    name = field.changed

    def change(request: Request) -> Request:
        def clear(fields: Json) -> Json:
            return {name: None, **fields}

        return request.with_json(_inside(request.json, name, clear))

    said = f"{operation} clears `{field.changed}` where it is not sent."
    touched = tuple(filter(None, (operation, resource.read or resource.list)))
    subject = f"{operation}:{field.changed}"
    return WireDefect(
        "update-clears", subject, said, touched, asking(_only(operation, change)), UPDATES
    )


def _inside(body: Json, name: str, change: Callable[[Json], Json]) -> Json:
    """Return the body with its fields changed, or those of the object inside that has the name."""
    frame = "" if name in body else next(iter(_framing(body, name)), "")
    return {**body, frame: change(body[frame])} if frame else change(body)


def _framing(body: Json, name: str) -> list[str]:
    """Return the fields that hold an object with a field of this name."""
    return [key for key, inner in body.items() if isinstance(inner, dict) and name in inner]


def _only(operation: str, change: Callable[[Request], Request]) -> Callable[[Request], Request]:
    return lambda request: change(request) if request.operation == operation else request


def _of_twice(resource: Resource, offered: set[str]) -> Iterator[WireDefect]:
    """Creations and actions are done twice; a deletion takes the object before along."""
    for operation in (resource.create, *resource.actions):
        if operation in offered:
            said = f"{operation} is done twice."
            touched = tuple(filter(None, (operation, resource.list, resource.read)))
            make = partial(_twice, operation)
            yield WireDefect("act-is-doubled", operation, said, touched, make, TWICE)
    if resource.create in offered:
        said = f"Two requests to {resource.create} at once make one object."
        make = partial(_merge, resource.create)
        yield WireDefect(
            "creations-are-merged", resource.create, said, (resource.create,), make, TWICE
        )
    if resource.delete in offered and resource.parameter:
        said = f"{resource.delete} deletes the object that was deleted or read before, too."
        touched = tuple(filter(None, (resource.delete, resource.read)))
        make = partial(_take_along, resource)
        yield WireDefect(
            "deletion-takes-another", resource.delete, said, touched, make, ("neighbours", "views")
        )


def _twice(operation: str) -> Handle:
    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if request.operation == operation and answer.taken:
            await onward(request)
        return answer

    return handle


def _merge(operation: str) -> Handle:
    """Return whoever asks while another request of the same caller is under way gets its answer."""
    under_way: dict[str, asyncio.Task[Answer]] = {}

    async def linger(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        await asyncio.sleep(LINGER_S)
        return answer

    async def handle(request: Request, onward: Onward) -> Answer:
        if request.operation != operation:
            return await onward(request)
        if request.key in under_way:
            return await asyncio.shield(under_way[request.key])
        task = asyncio.ensure_future(linger(request, onward))
        under_way[request.key] = task
        try:
            return await task
        finally:
            del under_way[request.key]

    return handle


def _take_along(resource: Resource) -> Handle:
    seen: dict[str, Request] = {}

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        own = request.ids.get(resource.parameter, "")
        if request.operation == resource.delete and answer.taken:
            seen.pop(own, None)
            for each in list(seen)[-1:]:
                other = seen.pop(each)
                await onward(request.renamed(resource.parameter, each).by(other.key))
        elif answer.taken and own:
            seen[own] = request
        return answer

    return handle


def _of_options(model: Model, offered: set[str]) -> Iterator[WireDefect]:
    """Yield defects that ignore an option, everywhere or in streams alone."""
    for option in model.options:
        if option.effect == "hint" or option.operation not in offered:
            continue
        subject = f"{option.operation}:{option.name}"
        make = asking(partial(_without, option.name))
        said = f"The option `{option.name}` of {option.operation} is ignored"
        yield WireDefect(
            "option-is-ignored", subject, f"{said}.", (option.operation,), make, OPTIONS
        )
        if option.operation in model.streams:
            when = model.streams[option.operation].when
            make = asking(partial(_without_in, option.name, when))
            operator = "option-is-ignored-in-streams"
            yield WireDefect(
                operator, subject, f"{said} in streams.", (option.operation,), make, OPTIONS
            )


def _without(name: str, request: Request) -> Request:
    body = request.json
    if name not in body:
        return request
    return request.with_json({key: value for key, value in body.items() if key != name})


def _without_in(name: str, when: dict[str, object], request: Request) -> Request:
    body = request.json
    streams = all(body.get(key) == value for key, value in when.items())
    return _without(name, request) if streams else request


def _of_extras() -> Iterator[WireDefect]:
    """Yield defects that refuse what is unknown, or fail where something is wrong."""
    for operation in operations():
        known = {each["name"] for each in operation.parameters if each["in"] == "query"}
        one = (operation.id,)
        said = f"{operation.id} refuses a query parameter that it does not know."
        make = partial(_refuse_unknown, frozenset(known))
        yield WireDefect("unknown-query-is-refused", operation.id, said, one, make, EXTRA)
        said = f"{operation.id} fails where it has to refuse."
        yield WireDefect(
            "refusal-is-failure", operation.id, said, one, lambda: _fail, ("errors", "access")
        )
        said = f"{operation.id} answers what it has answered last where it has to refuse."
        yield WireDefect(
            "refusal-is-answer", operation.id, said, one, _repeat_last, ("input", "access", "gone")
        )


def _of_statuses() -> Iterator[WireDefect]:
    """Yield defects whose successes have a status that nobody expects.

    What is not there counts as wrong input.
    """
    for operation in operations():
        one = (operation.id,)
        said = f"{operation.id} answers {OTHER_SUCCESS} where it succeeds."
        make = answering(partial(evolve, status=OTHER_SUCCESS))
        yield WireDefect("success-is-another", operation.id, said, one, make, ("schema",))
        if operation.path_ids:
            said = f"{operation.id} answers {MALFORMED} where an object is not there."
            yield WireDefect(
                "absent-is-invalid", operation.id, said, one, lambda: _blame_caller, ("input",)
            )


async def _blame_caller(request: Request, onward: Onward) -> Answer:
    answer = await onward(request)
    return refusal(MALFORMED) if answer.status == ABSENT else answer


def _refuse_unknown(known: frozenset[str]) -> Handle:
    async def handle(request: Request, onward: Onward) -> Answer:
        names = {name.partition("[")[0] for name, _ in request.pairs}
        return await onward(request) if names <= known else refusal(INVALID)

    return handle


async def _fail(request: Request, onward: Onward) -> Answer:
    answer = await onward(request)
    return refusal(FAILED) if answer.refused else answer


def _repeat_last() -> Handle:
    last: list[Answer] = []

    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        if answer.taken:
            last[:] = [answer]
        return last[0] if answer.refused and last else answer

    return handle
