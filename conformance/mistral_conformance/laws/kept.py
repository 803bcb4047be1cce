"""Law 3: values survive. What was sent is shown, letter by letter and byte by byte."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.schemas import changing_schema, creating_schema
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.values import FAR_DAYS, NAMES
from mistral_conformance.laws.views import expect_shown, is_emptied, new_value, told_by
from mistral_conformance.model.schemas import (
    bounds_of,
    facet,
    items_of,
    properties,
    types,
)
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.record.exchange import Exchange

    Bounds = tuple[float | None, float | None]
    Told = tuple[Instance, Exchange]
    """An object, and the answer to what made it as it is."""
    Way = Callable[[World, Resource, Field, object], Told | None]

LOST = "harm: what was stored comes back as something else"
WHOLE = "documents.update-is-partial (which is told of documents alone)"
TEXTS = {
    "outer blanks": "  in the   middle  ",
    "composed letters": "Café Ångström",
    "decomposed letters": "Cafe\u0301 A\u030angstro\u0308m",
    "letters beyond the basic plane": "🙂 𠮷 𐐷",
    "letters from right to left": "שלום عالم",
    "capitals": "MiXeD CaSe",
    "wildcards": "100% a_b * ? [x]",
    "an HTML tag": "<b>&amp;</b>",
    "signs of addresses": "a+b=c #d ;e ~f",
    "escapes of addresses": "%41 %2F %C3%A9",
    "quotes": "\"double\" 'single' \\back\\ `tick`",
    "lines": "one\ntwo\ttabbed",
    "separators of lines": "one\u2028two\u2029three",
    "a number": "0042",
    "a word of JSON": "null",
}
OF_LINES = {"lines", "separators of lines"}
"""Names have one line."""
NOT_IN_FORMS = re.compile(r"[\"'\\`/\n\r\t<>&*?]|%[0-9A-F]{2}")
"""What the file name of a form's part cannot carry, or what servers take for part of a path."""
LONG = 20_000
LONG_NAME = 120
MAPS: tuple[Json, ...] = (
    {"Capital": "Letter", "lower": "letter"},
    {"yes": True, "no": False, "whole": 0, "part": 0.5},
    {"texts": ["b", "a", "b"], "empty": "", "blanks": " in the middle ", "number": "0042"},
    {"large": 9007199254740991, "negative": -7, "small": 1e-07, "long": 123456789.125},
    {"deep": {"deeper": {"lists": [{"one": [1, [2, "3"]]}, {"two": {}}]}}},
    {"id": "one", "name": "two", "metadata": {"type": "three"}, "properties": {}, "created_at": 4},
    {"": "no key", "a.b $c": "signs", "ключ": "letters"},
    {},
)
NULLS: Json = {"nothing": None, "deep": {"nothing": None, "list": [None, 0, False, ""]}}
LISTED = 3
PLAIN = {"string", "integer", "number", "boolean"}
TIME = "date-time"
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))


def _kept(model: Model, test: Any) -> Iterator[Subject]:  # noqa: ANN401 - a predicate
    for subject in resources(model, lent=True):
        for each in subject.value.fields.values():
            if (each.kept or each.owner == "both") and test(each):
                name = f"{subject.name}.{each.name}"
                value = (subject.value, each)
                yield Subject(
                    name, value, subject.operations, subject.needed, (each.origin,), subject.needs
                )


def _texts(model: Model) -> Iterator[Subject]:
    def is_text(each: Field) -> bool:
        schema, document = each.schema, model.document
        plain = not facet(document, schema, "format") and not each.listed and not each.refers
        named = each.sent in {"", "file.name", each.name} and each.kept
        return "string" in types(document, schema) and plain and named

    for subject in _kept(model, is_text):
        changes = _ways(*subject.value)
        yield evolve(subject, operations=(*subject.operations, *changes))


def _ways(resource: Resource, field: Field) -> tuple[str, ...]:
    """Return each way to change a field, if there is any."""
    ways = (field.through,) if field.through else resource.changes
    return ways if field.changed else ()


def _all_ways(resource: Resource, field: Field) -> list[Way]:
    """Return how an object comes to a value: it is made with it, or changed to it in each way."""
    return [_made_with, *(partial(_changed_to, through=each) for each in _ways(resource, field))]


def _plain_texts(model: Model) -> Iterator[Subject]:
    return (each for each in _texts(model) if each.value[1].name not in {*NAMES, "extension"})


def _emptiable(model: Model) -> Iterator[Subject]:
    yield from _plain_texts(model)
    yield from _lists(model)


def _numbers(model: Model) -> Iterator[Subject]:
    """Yield each number with a bound that a new object takes, by itself or within an object."""
    for subject in _kept(model, lambda each: each.sent and "." not in each.sent):
        resource, field = subject.value
        schema = creating_schema(model.document, resource, field)
        found = {"": bounds_of(model.document, schema)}
        for each in properties(model.document, schema).values():
            found[each.name] = bounds_of(model.document, each.schema)
        for inner, bounds in found.items():
            if bounds != (None, None):
                name = f"{subject.name}.{inner}" if inner else subject.name
                yield evolve(subject, name=name, value=(resource, field, inner, bounds))


def _choices(model: Model) -> Iterator[Subject]:
    for subject in _kept(model, lambda each: each.sent and "." not in each.sent):
        if _options(model.document, creating_schema(model.document, *subject.value)):
            yield subject


def _switched(model: Model) -> Iterator[Subject]:
    for subject in changeable(model):
        resource, field = subject.value
        kept = field.kept or field.owner == "both"
        if kept and _options(model.document, changing_schema(model.document, resource, field)):
            yield subject


def _rare(model: Model) -> Iterator[Subject]:
    """Yield each field that the plainest request has to leave out, and that names nothing.

    And each object of several fields, of which the plainest request has a few.
    """
    for subject in _kept(model, lambda each: each.sent and not each.refers):
        resource, field = subject.value
        sample = load_samples().get(resource.create, Sample())
        apart = field.sent in sample.apart and field.sent not in sample.named
        if apart or inner(model.document, resource, field):
            yield subject


def _clearable(model: Model) -> Iterator[Subject]:
    return (each for each in changeable(model) if each.value[1].null == "clears")


def _moments(model: Model) -> Iterator[Subject]:
    for subject in changeable(model):
        if facet(model.document, changing_schema(model.document, *subject.value), "format") == TIME:
            yield subject


def maps(model: Model) -> Iterator[Subject]:
    """Map of anything, which creating or changing takes."""
    for subject in _kept(model, lambda each: "." not in each.sent):
        resource, field = subject.value
        schema = _taken(model.document, resource, field)
        if "object" in types(model.document, schema) and not properties(model.document, schema):
            changes = _ways(resource, field)
            yield evolve(subject, operations=(*subject.operations, *changes))


def _changed_maps(model: Model) -> Iterator[Subject]:
    return (each for each in maps(model) if each.value[1].changed)


def _lists(model: Model) -> Iterator[Subject]:
    def is_list(each: Field) -> bool:
        return "array" in types(model.document, each.schema) and not each.refers

    for subject in _kept(model, is_list):
        yield evolve(subject, operations=(*subject.operations, *_ways(*subject.value)))


@law(id="values.text-is-kept", over=_texts, source=LOST, harm=True)
def text_is_kept(world: World, resource: Resource, field: Field) -> None:
    """A text is shown letter by letter as it was sent, whatever its letters and its length."""
    is_file = field.sent == "file.name"
    tried = (
        (way, text)
        for text in _alphabet(world, field)
        for way in _all_ways(resource, field)
        if way is not _made_with or not is_file or _fits_form(text)
    )
    _expect_kept(world, resource, field, tried)


@law(id="values.empty-text-is-kept", over=_emptiable, source=LOST, level=SHOULD)
def empty_text_is_kept(world: World, resource: Resource, field: Field) -> None:
    """An empty text or list is one, not nothing: it is shown so, also in the place of another."""
    empty: object = [] if "array" in types(world.document, field.schema) else ""
    _expect_kept(world, resource, field, ((way, empty) for way in _all_ways(resource, field)))


@law(id="values.number-is-kept", over=_numbers, source=LOST, harm=True)
def number_is_kept(
    world: World, resource: Resource, field: Field, inner: str, bounds: Bounds
) -> None:
    """The least and the greatest number that is allowed, and 0, are shown as they were sent."""
    base = (plain_request(world, resource.create).get("json") or {}).get(field.sent) or {}

    def made(world: World, resource: Resource, field: Field, value: Any) -> Told | None:  # noqa: ANN401 - JSON
        return _made_with(world, resource, field, {**base, **value} if inner else value)

    values = ({inner: number} if inner else number for number in _within(bounds))
    _expect_kept(world, resource, field, ((made, value) for value in values))


@law(id="values.rare-fields-are-kept", over=_rare, source=LOST, harm=True)
def rare_fields_are_kept(world: World, resource: Resource, field: Field) -> None:
    """What plain requests leave out is shown as it was sent, as far as answers tell it."""
    value = world.values.make(field.sent, creating_schema(world.document, resource, field))
    for name, schema in inner(world.document, resource, field).items():
        made = world.values.make(name, schema)
        value = value if made is None else {**(value or {}), name: made}
    told = None if value is None else _made_with(world, resource, field, value)
    if not told:
        raise NotOffered(f"not offered: the server takes no `{field.sent}` by itself")
    expect_shown(world, told[0], told_by(world, *told), {field.name: value})


@law(id="values.choice-is-kept", over=_choices, source=LOST, harm=True)
def choice_is_kept(world: World, resource: Resource, field: Field) -> None:
    """Each of the listed values that the server takes is shown as it was sent."""
    options = _options(world.document, creating_schema(world.document, resource, field))
    # Keys may lack the right to some, and some go with other bytes.
    _expect_kept(world, resource, field, ((_made_with, value) for value in options))


@law(id="values.choice-can-be-changed-back", over=_switched, source=LOST, harm=True)
def choice_can_be_changed_back(world: World, resource: Resource, field: Field) -> None:
    """Each of the listed values can come after another one, and the first one again."""
    options = _options(world.document, changing_schema(world.document, resource, field))[:LISTED]
    instance, judged = world.make(resource), 0
    for value in (*options, *options[:1]):
        answer = world.change(instance, {field.changed: value})
        if not 400 <= answer.status < 500:  # keys may lack the right to some
            judged += 1
            told = told_by(world, instance, world.need(answer))
            expect_shown(world, instance, told, {field.name: value})
    if judged < 2:
        raise NotOffered(f"not offered: the server takes none of the values for `{field.name}`")


@law(id="values.null-clears", over=_clearable, source=LOST)
def null_clears(world: World, resource: Resource, field: Field) -> None:
    """A field that was set is null, left out or as in a new object after an update with null."""
    instance = world.make(resource)
    value = new_value(world, resource, field)
    world.need(world.change(instance, {field.changed: value}))
    answer = world.change(instance, {field.changed: None})
    world.expect(answer.ok, f"null for `{field.changed}` is refused with {answer.status}", answer)
    for shown in world.look(instance):
        found = shown.fields.get(field.name)
        empty = is_emptied(world, instance, field, found)
        world.expect(empty, f"{shown.view} still shows `{field.name}`", answer, shown.exchange)


@law(id="values.time-is-kept", over=_moments, source=LOST, harm=True)
def time_is_kept(world: World, resource: Resource, field: Field) -> None:
    """A time that is told with an offset is shown as the same moment."""
    instance = world.make(resource)
    moment = world.values.time(FAR_DAYS)
    told = datetime.fromisoformat(moment).astimezone(ELSEWHERE).isoformat()
    answer = world.change(instance, {field.changed: told})
    if 400 <= answer.status < 500:
        raise NotOffered(f"not offered: {told} for `{field.changed}` is refused", answer)
    views = told_by(world, instance, world.need(answer))
    expect_shown(world, instance, views, {field.name: told})


@law(id="values.map-is-kept", over=maps, source=LOST, harm=True)
def map_is_kept(world: World, resource: Resource, field: Field) -> None:
    """A map is shown with its keys and values as they were sent, and empty once it was put so."""
    made = [(_made_with, value) for value in (*MAPS, NULLS)]
    changed = product(_all_ways(resource, field)[1:], MAPS)
    _expect_kept(world, resource, field, [*made, *changed])
    if field.through:
        _expect_emptied(world, resource, field, {})


@law(id="values.map-is-replaced", over=_changed_maps, source=WHOLE, level=MAY)
def map_is_replaced(world: World, resource: Resource, field: Field) -> None:
    """A map that a change names is replaced by what was sent: no key of before is left."""
    instance = world.make(resource)
    world.need(world.change(instance, {field.changed: {"before": "1"}}))
    answer = world.need(world.change(instance, {field.changed: {"after": "2"}}))
    judged = 0
    for shown in told_by(world, instance, answer):
        found = shown.fields.get(field.name)
        judged += isinstance(found, dict)
        left = isinstance(found, dict) and "before" in found
        said = f"{shown.view} still shows a key of `{field.name}` that was replaced"
        world.expect(not left, said, answer, shown.exchange)
    if not judged:
        raise Skipped(f"no view shows `{field.name}`")


@law(id="values.list-is-kept", over=_lists, source=LOST, harm=True)
def list_is_kept(world: World, resource: Resource, field: Field) -> None:
    """A list is shown with all its items in their order, and with none once it was emptied.

    A text in it is one item, whatever signs it has, where a server takes it.
    """
    schema = _taken(world.document, resource, field)
    made = [world.values.make(field.name, items_of(world.document, schema)) for _ in range(LISTED)]
    items = [each for number, each in enumerate(made) if each not in made[:number]]
    if None in items or len(items) < 2:
        raise Skipped(f"no two items are made up for `{field.name}`")
    texts = [each for each in items[:2] if isinstance(each, str)]
    odd = [[f'{each}, "{each}"; {{b}}' for each in texts]] if len(texts) > 1 else []
    lists = (items, items[::-1], *odd)
    _expect_kept(world, resource, field, product(_all_ways(resource, field), lists))
    _expect_emptied(world, resource, field, [])


def _expect_emptied(world: World, resource: Resource, field: Field, value: object) -> None:
    emptied = _changed_to(world, resource, field, value)
    for shown in world.look(emptied[0]) if emptied else ():
        found = shown.fields.get(field.name)
        world.expect(not found, f"{shown.view} still shows `{field.name}`", shown.exchange)


def _taken(document: Document, resource: Resource, field: Field) -> Json:
    """Return what creating, or else changing, takes for a field."""
    if field.sent or not field.changed:
        return creating_schema(document, resource, field)
    return changing_schema(document, resource, field)


def inner(document: Document, resource: Resource, field: Field) -> dict[str, Json]:
    """Return the plain fields of the object that creating takes for a field.

    None of what is none.
    """
    if "." in field.sent:
        return {}
    schema = creating_schema(document, resource, field)
    alone = types(document, schema) <= {"object", "null"}
    found = properties(document, schema).values() if alone else ()
    return {
        each.name: each.schema
        for each in found
        if len(kinds := types(document, each.schema) - {"null"}) == 1 and kinds <= PLAIN
    }


def _expect_kept(world: World, resource: Resource, field: Field, tried: Iterable[Any]) -> None:
    """Hold the server to show each value that it takes in one of the ways."""
    judged = 0
    for way, value in tried:
        told = way(world, resource, field, value)
        if told:
            judged += 1
            expect_shown(world, told[0], told_by(world, *told), {field.name: value})
    if not judged:
        raise NotOffered(f"not offered: the server takes none of the values for `{field.name}`")


def _alphabet(world: World, field: Field) -> Iterator[str]:
    """Yield the texts to try; names begin with the run's marker."""
    is_file, is_name = field.sent == "file.name", field.name in NAMES
    for what, text in TEXTS.items():
        if is_file:
            if what not in OF_LINES and (field.changed or _fits_form(text)):
                yield world.ctx.marker.name(f"{world.values.word()} {text}.txt")
        elif not is_name or what not in OF_LINES:
            yield world.ctx.marker.name(f"{world.values.word()} {text}") if is_name else text
    length = LONG_NAME if is_name or is_file else LONG
    long = world.values.word() * (length // 11)
    yield world.ctx.marker.name(f"{long}.txt") if is_name or is_file else long


def _fits_form(name: str) -> bool:
    """Say whether a form's part can carry the file name without another spelling."""
    return not NOT_IN_FORMS.search(name)


def _made_with(world: World, resource: Resource, field: Field, value: object) -> Told | None:
    """Return a new object with the value, None where making one does not take it.

    Raises:
        Skipped: the server lacks what any is made with.

    """
    if field.sent:
        try:
            instance = world.make(resource, given={field.sent: value})
        except Skipped:
            raise
        except Signal:
            return None
        return instance, instance.made
    return None


def _changed_to(
    world: World, resource: Resource, field: Field, value: object, through: str = ""
) -> Told | None:
    """Return an object that is changed to the value, None where a change does not take it."""
    if field.changed:
        instance = world.make(resource)
        with suppress(Signal):
            change = world.change(instance, {field.changed: value}, through=through)
            return instance, world.need(change)
    return None


def _options(document: Document, schema: Json) -> list[object]:
    """Return the values that a request may choose from: listed ones, or true and false."""
    listed = facet(document, schema, "enum")
    return list(listed) if listed else [True, False] if "boolean" in types(document, schema) else []


def _within(bounds: Bounds) -> list[float]:
    """Return the bounds there are, as whole numbers where they are whole, and 0 between them."""
    low, high = bounds
    between = (low is None or low <= 0) and (high is None or high >= 0)
    found = (low, 0 if between else None, high)
    return list(dict.fromkeys(int(e) if e % 1 == 0 else e for e in found if e is not None))
