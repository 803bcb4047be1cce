"""Laws 17 and 18: reading and refused requests change nothing, and what is extra is harmless."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from attrs import evolve

from mistral_conformance.laws.answers import questions
from mistral_conformance.laws.asking import idle_tools, question
from mistral_conformance.laws.comparing import (
    first_change,
    inside,
    is_equal,
    settled,
    shared,
    shorten,
    tell_difference,
)
from mistral_conformance.laws.instance import Instance
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.making import made_ids
from mistral_conformance.laws.placing import place_id
from mistral_conformance.laws.reading import read_time
from mistral_conformance.laws.requests import plain_request, unknown_id
from mistral_conformance.laws.subjects import needs_of
from mistral_conformance.laws.views import stable
from mistral_conformance.model.declarations import PAGING
from mistral_conformance.model.document import is_endless
from mistral_conformance.model.forms import forms_of
from mistral_conformance.model.schemas import (
    JSON,
    answer_schema,
    body_properties,
    body_schema,
    facet,
    is_spread,
    properties,
    types,
    wrapped,
    wrapper_of,
)
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.events import DONE, EVENT_STREAM
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.laws.instance import Shown
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.model.forms import Form
    from mistral_conformance.record.exchange import Exchange

DEFAULTS = "document: parameters (their defaults)"
NULLS = "document: requestBody (null is one of the values of these fields)"
CHARSET = (
    "harm: many programs name the charset of their JSON; "
    "RFC 9110 §8.3.1 (parameters, and names of types are the same in capitals)"
)
FORMS = "document: ChatCompletionRequest.messages (the forms of contents and of arguments)"
CALL_ID = "callLyon1"
LINK = "next"
"""Where a page that is followed by a token tells the link to the next one."""
FEW = 4
"""So many fields are sent with a wrong type, one after the other."""
LOST = "harm: a request that only looks, or that was refused, changes something"
FREE = "RFC 9110 §5.1 (unknown fields are ignored, and programs add them, and queries of their own)"


def _readings(model: Model) -> Iterator[Subject]:
    return _operations(model, lambda method: method == "GET")


def _looks(model: Model) -> Iterator[Subject]:
    """Yield what reads objects that the suite makes, and, without a resource, what reads others."""
    made = {subject.name: subject for subject in _readings(model)}
    yield from made.values()
    for name, operation in model.document.operations.items():
        if operation.method == "GET" and name not in made and not is_endless(operation):
            yield Subject(name, (None, name), (name,), (name,))


def _defaulted(model: Model) -> Iterator[Subject]:
    """Yield each parameter of a view with a default; one that is true or false has one: false."""
    for subject in _looks(model):
        operation = subject.name
        if operation in model.lists:
            continue
        for each in model.document.operations[operation].parameters:
            schema: Json = each.get("schema", {})
            plain = False if "boolean" in types(model.document, schema) else None
            default = facet(model.document, schema, "default")
            default = plain if default is None else default
            if each["in"] == "query" and default is not None:
                name = f"{operation}:{each['name']}"
                yield evolve(subject, name=name, value=(*subject.value, each["name"], default))


def _writings(model: Model) -> Iterator[Subject]:
    for subject in _operations(model, lambda method: method in {"POST", "PUT", "PATCH"}):
        if model.document.operations[subject.name].body:
            yield subject


def _spoken(model: Model) -> Iterator[Subject]:
    """Yield changes, and questions to models, whose bodies are JSON."""
    changes = {change for each in model.resources.values() for change in each.changes}
    for subject in (*questions(model), *_writings(model)):
        told = subject.value if isinstance(subject.value, tuple) else (None, subject.name)
        is_json = model.document.operations[subject.name].body_schema(JSON) is not None
        if is_json and (told[0] is None or subject.name in changes):
            yield evolve(subject, value=told)


def _talks(model: Model) -> Iterator[Subject]:
    """Yield each question to a model that takes messages and tools."""
    for subject in questions(model):
        taken = body_properties(model.document, model.document.operations[subject.name])
        if taken.keys() >= {"messages", "tools"}:
            yield subject


def _nullable(model: Model) -> Iterator[Subject]:
    """Yield each creation, and each question to a model, with the fields that may be null."""
    created = {each.create for each in model.resources.values() if each.whole}
    asked = {subject.name for subject in questions(model)}
    for name in sorted(created | asked):
        operation = model.document.operations[name]
        sample = load_samples().get(name, Sample())
        if operation.body_schema(JSON) is None or sample.body is None:
            continue
        taken = body_properties(model.document, operation)
        sent = {*(sample.body or {}), *(sample.body.get(wrapper_of(operation)) or {})}
        names = tuple(
            each.name
            for each in taken.values()
            if "null" in types(model.document, each.schema)
            and not each.required
            and each.name not in sent
            and not each.schema.get("deprecated")
        )
        if names:
            yield Subject(name, (name, names), (name,), (name,))


def _merged(left: Json, right: Json) -> Json:
    """Return both bodies, where one has fields inside a frame within it."""
    both = {**left, **right}
    for name, each in right.items():
        if isinstance(each, dict) and isinstance(left.get(name), dict):
            both[name] = {**each, **left[name]}
    return both


def _operations(model: Model, test: Callable[[str], bool]) -> Iterator[Subject]:
    """Yield operations on objects that the suite makes, with the resource."""
    for each in model.resources.values():
        for operation in each.operations if each.whole else ():
            spec = model.document.operations[operation]
            if test(spec.method) and operation != each.create:
                needed = (operation, each.create)
                value = (each, operation)
                yield Subject(operation, value, (operation,), needed, needs=needs_of(each))


@law(id="reading.changes-nothing", over=_readings, source=LOST, harm=True)
def changes_nothing(world: World, resource: Resource, operation: str) -> None:
    """Reading leaves the object and its parent as they were, their times too."""
    instance = world.shared(resource)
    before = _snapshot(world, instance)
    world.ctx.pass_time(1)
    request = plain_request(world, operation, instance.ids)
    answer = world.call(operation, instance.ids, **request)
    _expect_same(world, before, _snapshot(world, instance), answer)


@law(id="reading.refused-changes-nothing", over=_writings, source=LOST, harm=True)
def refused_changes_nothing(world: World, resource: Resource, operation: str) -> None:
    """A request that was refused leaves the object, what is in it and its parent as they were."""
    instance = world.shared(resource)
    before, parts = _snapshot(world, instance), parts_of(world, instance)
    judged = 0
    for body in _wrong_bodies(world, operation):
        answer = world.call(operation, instance.ids, json=body)
        if answer.ok:
            before, parts = _snapshot(world, instance), parts_of(world, instance)
            continue
        judged += 1
        _expect_same(world, before, _snapshot(world, instance), answer)
        _expect_same_parts(world, instance, parts, answer)
    if not judged:
        raise Skipped(f"{operation} takes whatever is sent")


def _expect_same_parts(
    world: World, instance: Instance, parts: dict[str, object], refused: Exchange
) -> None:
    """Hold what is in an object to be as it was, but for what moves by itself."""
    for view, before in parts.items():
        schema, _ = answer_schema(world.document.operations[view], world.document)

        def told(before: object, view: str = view, schema: Json | None = schema) -> Any:  # noqa: ANN401 - JSON
            return shared(world.document, schema or {}, before, _part(world, instance, view))

        one, other = told(before)
        if not is_equal(one, other):
            one = settled(other, told(before)[1], one)
        place, left, right = tell_difference(view, one, other)
        said = f"{refused.operation}, which was refused, changed {place} from {left} to {right}"
        world.expect(is_equal(one, other), said, refused)


@law(id="extra.query-is-harmless", over=_looks, source=FREE, level=SHOULD)
def query_is_harmless(world: World, resource: Resource | None, operation: str) -> None:
    """A query parameter that the document does not know changes nothing in an answer."""
    for each in world.document.operations[operation].parameters:
        if is_spread(world.document, each):
            raise Skipped(f"every name in the query is an entry of `{each['name']}`")
    _expect_harmless(world, resource, operation, {"query": {"unknown_parameter": "1"}})


@law(id="extra.default-is-harmless", over=_defaulted, source=DEFAULTS)
def default_is_harmless(
    world: World, resource: Resource | None, operation: str, name: str, default: object
) -> None:
    """A view that is asked for with a parameter's default tells what it tells without."""
    value = str(default).lower() if isinstance(default, bool) else default
    _expect_harmless(world, resource, operation, {"query": {name: value}})


@law(id="extra.header-is-harmless", over=_looks, source=FREE)
def header_is_harmless(world: World, resource: Resource | None, operation: str) -> None:
    """A header that the document does not know changes nothing in an answer."""
    _expect_harmless(world, resource, operation, {"headers": {"X-Unknown-Header": "1"}})


@law(id="extra.null-is-harmless", over=_nullable, source=NULLS)
def null_is_harmless(world: World, operation: str, names: tuple[str, ...]) -> None:
    """Optional fields that may be null may be so all together, as if they were left out.

    What is made so is shown by its read as what is made without them.
    """
    ids = targets_of(world.ctx).ids(world.document.operations[operation])
    request = plain_request(world, operation)
    plain = world.need(world.call(operation, ids, **request))
    answer = _with_nulls(world, operation, ids, names)
    if not answer.ok and not world.call(operation, ids, **plain_request(world, operation)).ok:
        raise Skipped(f"{operation} takes such a request once")
    told = f"{', '.join(names)} are null"
    for each in () if answer.ok else names:
        one = _with_nulls(world, operation, ids, (each,))
        if not one.ok:
            told, answer = f"{each} is null", one
            break
    reason = f"{operation} answers {answer.status} where {told}, {plain.status} without"
    world.expect(answer.ok, reason, plain, answer)
    for resource in world.model.resources.values():
        if resource.whole and resource.create == operation:
            _expect_shown_alike(world, resource, ids, names, (plain, answer))


def _expect_shown_alike(
    world: World,
    resource: Resource,
    ids: dict[str, str],
    names: tuple[str, ...],
    made: tuple[Exchange, Exchange],
) -> None:
    """Hold what was made of nulls to be read as what was made without these fields.

    A field that is another one each time, such as an id that the server makes, is free, and so is
    one that the run marks as its own where nothing was sent.
    """
    again = world.need(world.call(resource.create, ids, **plain_request(world, resource.create)))
    told = (Instance(resource, made_ids(resource, ids, e), CALLER, e) for e in (*made, again))
    plain, nulled, twin = map(world.read, told)
    lost = plain.value is not None and nulled.value is None
    world.expect(not lost, "what was made of nulls is not there", made[1], nulled.exchange)
    held = [
        each
        for each in resource.fields.values()
        if each.sent in names
        and not world.ctx.marker.owns(plain.fields.get(each.name))
        and not first_change(world.document, [each], plain.fields, twin.fields)
    ]
    if difference := first_change(world.document, held, plain.fields, nulled.fields):
        place, one, other = difference
        left, right = shorten(one, other)
        said = f"`{place}` is {right} where {', '.join(names)} were null, {left} without"
        world.fail(said, plain.exchange, made[1], nulled.exchange)


def _with_nulls(
    world: World, operation: str, ids: dict[str, str], names: tuple[str, ...]
) -> Exchange:
    """Return the answer to the plainest request with these fields as null."""
    request = plain_request(world, operation)
    body = wrapped(world.document, world.document.operations[operation], dict.fromkeys(names))
    return world.call(operation, ids, **{**request, "json": _merged(request["json"], body)})


@law(id="extra.charset-is-harmless", over=_spoken, source=CHARSET, harm=True)
def charset_is_harmless(world: World, resource: Resource | None, operation: str) -> None:
    """JSON that is said to be in UTF-8, in letters of any case, is taken like other JSON."""
    ids = world.shared(resource).ids if resource else {}
    plain = world.need(world.call(operation, ids, **plain_request(world, operation)))
    media_type = JSON if resource else "Application/JSON"
    headers = {"Content-Type": f"{media_type}; charset=UTF-8"}
    request = {**plain_request(world, operation), "headers": headers}
    answer = world.call(operation, ids, **request)
    if not answer.ok and not world.call(operation, ids, **plain_request(world, operation)).ok:
        raise Skipped(f"{operation} takes such a request once")
    told = headers["Content-Type"]
    reason = f"{operation} answers {answer.status} to {told}, {plain.status} to JSON"
    world.expect(answer.ok, reason, plain, answer)


@law(id="extra.other-forms-are-taken", over=_talks, source=FORMS)
def other_forms_are_taken(world: World, operation: str) -> None:
    """A talk whose texts are chunks, and arguments an object, is taken as one of plain texts."""
    plain, other = (
        world.call(operation, json=_called(world, operation, chunked=each))
        for each in (False, True)
    )
    world.taken(plain)
    said = f"{operation} answers {other.status} where texts are chunks and arguments an object"
    world.expect(other.ok, said, plain, other)


def _called(world: World, operation: str, *, chunked: bool) -> Json:
    """Return a request with all texts in one of their forms.

    Where a model can call tools, it has a call and its result.
    """

    def say(words: str) -> Any:  # noqa: ANN401 - JSON
        return [{"type": "text", "text": words}] if chunked else words

    tools = idle_tools(world)
    asked = question(world, operation, tools, words="What is the weather in Lyon?").body
    city = {"city": "Lyon"}
    function = {"name": "get_weather", "arguments": city if chunked else json.dumps(city)}
    call = {"id": CALL_ID, "type": "function", "function": function}
    result = {
        "role": "tool",
        "name": "get_weather",
        "tool_call_id": CALL_ID,
        "content": say("Rain"),
    }
    said = {"role": "user", "content": say(asked["messages"][-1]["content"])}
    called = {"role": "assistant", "content": "" if chunked else None, "tool_calls": [call]}
    return {**asked, "messages": [said, called, result] if tools else [said]}


def _expect_harmless(world: World, resource: Resource | None, operation: str, extra: Json) -> None:
    spec = world.document.operations[operation]
    ids = world.shared(resource).ids if resource else targets_of(world.ctx).ids(spec)
    request = _without(plain_request(world, operation, ids), extra)
    plain = world.call(operation, ids, **request)
    answer = world.call(operation, ids, **_beside(request, extra))
    same = plain.status == answer.status
    reason = f"{operation} answers {answer.status} with it, {plain.status} without"
    world.expect(same, reason, plain, answer)
    if not plain.ok or (resource and operation in resource.links):
        return
    left, right = (_told(world, operation, each, extra) for each in (plain, answer))
    if left != right:
        again = world.call(operation, ids, **request)
        right = settled(left, _told(world, operation, again, extra), right) if again.ok else right
    if left != right:
        place, one, other = inside("the answer", left, right)
        reason = f"{place} is {shorten(one, other)[1]} with it, {shorten(one, other)[0]} without"
        world.fail(reason, plain, answer)


def _without(request: Json, extra: Json) -> Json:
    """Return a request whose query names nothing that is to come beside it."""
    asked = request["query"] or {}
    kept = {name: each for name, each in asked.items() if name not in extra.get("query", {})}
    return {**request, "query": kept}


def _beside(request: Json, extra: Json) -> Json:
    """Return a request with a query or headers beside its own."""
    return {**request, **{name: {**(request.get(name) or {}), **e} for name, e in extra.items()}}


def _told(world: World, operation: str, answer: Exchange, extra: Json) -> object:
    """Return what an answer tells, but for what names its query or the page that follows."""
    paging: Json = world.document.operations[operation].item.get(PAGING, {})
    token = str(paging.get("next_token", "")).split(".")
    known = _without_token(known_part(world, operation, answer), token)
    return _unrepeated(known, extra.get("query", {}))


def _without_token(value: object, path: list[str]) -> object:
    """Return an answer that tells whether a page follows and not by which token, in a link or not.

    A token may be another one each time.
    """
    if not isinstance(value, dict):
        return value
    step, *more = path
    if more:
        return {n: _without_token(e, more) if n == step else e for n, e in value.items()}
    told = {step, LINK} if step else set()
    return {name: bool(each) if name in told else each for name, each in value.items()}


def _unrepeated(value: object, query: Json) -> object:
    """Return an answer whose links, such as to the next page, repeat no parameters of a query."""
    if not query:
        return value
    if isinstance(value, dict):
        return {name: _unrepeated(each, query) for name, each in value.items()}
    if isinstance(value, list):
        return [_unrepeated(each, query) for each in value]
    if not isinstance(value, str) or "?" not in value:
        return value
    head, _, told = value.partition("?")
    pairs = [each for each in told.split("&") if unquote_plus(each.partition("=")[0]) not in query]
    return f"{head}?{'&'.join(pairs)}" if pairs else head


def known_part(world: World, operation: str, answer: Exchange) -> object:
    """Return what the document knows of an answer, without nulls; the bytes of one that is no JSON.

    A field that has nothing to say may be null or be left out, from one answer to the next.
    """
    form = forms_of(world.document).find(operation, answer.status, answer.media_type)
    if answer.media_type == EVENT_STREAM:
        return [
            (each.name, each.data if each.data == DONE else _filled(_listed(form, each.json())))
            for each in answer.events
        ]
    if form is None and answer.media_type != JSON:
        return answer.content
    return _filled(_listed(form, answer.json()))


def _listed(form: Form | None, value: object) -> object:
    return form.listed(value, _moment) if form else value


def _moment(schemas: Iterable[Json], value: object) -> object:
    """Return a time as a moment, in whatever zone it is told; any other text as it is."""
    is_time = any(each.get("format") == "date-time" for each in schemas)
    return read_time(value) if is_time else value


def _filled(value: object) -> object:
    if isinstance(value, dict):
        return {name: _filled(each) for name, each in value.items() if each is not None}
    return [_filled(each) for each in value] if isinstance(value, list) else value


def _wrong_bodies(world: World, operation: str) -> Iterator[object]:
    """Yield an array.

    The plainest body with a field more, or one of its own, of a wrong type; or with an unknown id.
    """
    yield []
    spec = world.document.operations[operation]
    plain = dict(plain_request(world, operation).get("json") or {})
    taken = properties(world.document, body_schema(spec)[1] or {})
    more = [each for name, each in taken.items() if name not in plain]
    own = [each for name, each in taken.items() if name in plain]
    for each in (*more[:FEW], *own[:FEW]):
        is_text = types(world.document, each.schema) & {"string", "object", "array"}
        yield {**plain, each.name: 7 if is_text else "no number"}
    for reference in world.model.references:
        place = reference.place
        if (place.operation, place.where) == (operation, "body") and reference.resource:
            yield place_id(world.document, place, plain, unknown_id(world, spec, place.name))


def parts_of(world: World, instance: Instance) -> dict[str, object]:
    """Return what is in an object, by each view of it that tells no link."""
    resource = instance.resource
    views = [each for each in resource.views if each not in resource.links]
    return {e: _part(world, instance, e) for e in views if world.capabilities.offers(e)}


def _part(world: World, instance: Instance, view: str) -> object:
    answer = world.ask(view, instance.ids)
    return answer.json() if answer.ok and answer.media_type == JSON else answer.status


def _snapshot(world: World, instance: Instance) -> list[tuple[Resource, Shown]]:
    found = [(instance.resource, each) for each in world.look(instance)]
    if instance.parent:
        found += _snapshot(world, instance.parent)
    return found


def _expect_same(
    world: World,
    before: list[tuple[Resource, Shown]],
    after: list[tuple[Resource, Shown]],
    answer: Exchange,
) -> None:
    for (resource, one), (_, other) in zip(before, after, strict=True):
        gone = one.value is not None and other.value is None
        world.expect(not gone, f"{other.view} lost the {resource.name}", answer, other.exchange)
        world.expect_same(stable(resource), one, other, answer, said=f"{answer.operation} changed")
