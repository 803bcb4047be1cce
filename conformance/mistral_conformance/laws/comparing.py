"""Compares what views show, and says the first place where two differ."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.reading import read_time
from mistral_conformance.model.schemas import facet, items_of, properties

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.laws.instance import Shown
    from mistral_conformance.model import Field
    from mistral_conformance.model.document import Document, Json

ABSENT: Any = object()
LONGEST = 60
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
"""A duration without years and months, which are not always as long."""
SPANS_S = (604_800, 86_400, 3_600, 60, 1)


def is_same(field: Field, left: object, right: object) -> bool:
    """Say whether two values of a field are the same: times by their moment, else as they are."""
    if field.unit and left is not None and right is not None:
        one, other = read_time(left), read_time(right)
        if one is not None and other is not None:
            return one == other
    return is_equal(left, right)


def is_equal(left: object, right: object) -> bool:
    """Say whether two JSON values are the same; `true` is not 1, wherever it stands."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_equal(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(is_equal(one, other) for one, other in pairs)
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def settled(plain: Any, again: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value with what moves by itself as it was: what two like answers tell differently.

    Lists that grow or shrink meanwhile move as a whole; in what comes in another order each time,
    the order is nothing.
    """
    if is_equal(plain, again):
        return other
    if all(isinstance(each, dict) for each in (plain, again, other)):
        told = {
            name: settled(*(each.get(name, ABSENT) for each in (plain, again, other)))
            for name in dict.fromkeys((*plain, *other))
        }
        return {name: each for name, each in told.items() if each is not ABSENT}
    if all(isinstance(each, list | tuple) for each in (plain, again, other)):
        alike = len(plain) == len(again) == len(other)
        if alike and _sorted(plain) == _sorted(again) == _sorted(other):
            return plain
        return type(plain)(map(settled, plain, again, other)) if alike else plain
    return plain


def _sorted(values: Iterable[Any]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True, default=str) for each in values)


def is_cleared(found: object, sent: object) -> bool:
    """Say whether nothing was sent, as null or as an empty map or list, and nothing is shown."""
    return sent in (None, {}, []) and found in (None, {}, [], "")


def first_difference(
    document: Document, fields: Iterable[Field], left: Json, right: Json
) -> tuple[str, object, object] | None:
    """Return the first field that both sides have and show differently; None when they agree.

    A field that one side leaves out is free, and so is what no schema knows inside of one.
    """
    for each in fields:
        one, other = left.get(each.name, ABSENT), right.get(each.name, ABSENT)
        if one is ABSENT or other is ABSENT:
            continue
        told, due = shared(document, each.schema, one, other)
        if not is_same(each, told, due):
            nested = isinstance(told, dict | list)
            return inside(each.name, told, due) if nested else (each.name, one, other)
    return None


def first_change(
    document: Document, fields: Iterable[Field], before: Json, after: Json
) -> tuple[str, object, object] | None:
    """Return the first field that one view shows otherwise than it did; None when all are alike.

    A field that the view leaves out is null there, so what it leaves out from now on is lost.
    """
    known_fields = [each for each in fields if each.name in before or each.name in after]
    nulls = {each.name: None for each in known_fields}
    return first_difference(document, known_fields, {**nulls, **before}, {**nulls, **after})


def inside(path: str, left: object, right: object) -> tuple[str, object, object]:
    """Return the first place inside two values where they differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*left, *right)):
            if not is_equal(left.get(name, ABSENT), right.get(name, ABSENT)):
                return inside(f"{path}.{name}", left.get(name, ABSENT), right.get(name, ABSENT))
    if isinstance(left, list) and isinstance(right, list):
        for number, (one, other) in enumerate(zip(left, right, strict=False)):
            if not is_equal(one, other):
                return inside(f"{path}.{number}", one, other)
    return path, left, right


def shared(document: Document, schema: Json, left: Any, right: Any) -> tuple[Any, Any]:  # noqa: ANN401 - JSON
    """Return what two values have to share: the known parts, without what only one of them tells.

    That is free for objects whose fields the schema lists; a map of somebody's own is compared
    whole, and so are lists of different lengths.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        found = properties(document, schema)
        pairs = {
            name: shared(document, found[name].schema, left[name], right[name])
            for name in left
            if name in right and name in found
        }
        if found:
            return {n: one for n, (one, _) in pairs.items()}, {n: o for n, (_, o) in pairs.items()}
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        inner = items_of(document, schema)
        both = [shared(document, inner, a, b) for a, b in zip(left, right, strict=True)]
        return [one for one, _ in both], [other for _, other in both]
    return known(document, schema, left), known(document, schema, right)


def known(document: Document, schema: Json, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what a schema knows of a value, without what is spelling: what two answers share.

    Times are moments, and the letters of a UUID may be large or small.
    """
    if isinstance(value, list):
        return [known(document, items_of(document, schema), each) for each in value]
    if isinstance(value, dict):
        found = properties(document, schema)
        return (
            {
                name: known(document, found[name].schema, each)
                for name, each in value.items()
                if name in found
            }
            if found
            else value
        )
    form = facet(document, schema, "format")
    if form == "duration" and isinstance(value, str):
        return duration_of(value)
    if form == "uuid" and isinstance(value, str):
        return value.lower()
    return read_time(value) if form == "date-time" else value


def duration_of(text: str) -> object:
    """Return the seconds of an ISO 8601 duration, the text itself where it tells none for sure."""
    told = DURATION.fullmatch(text)
    if not told or not any(told.groups()):
        return text
    pairs = zip(told.groups(), SPANS_S, strict=True)
    return sum(float(number) * span_s for number, span_s in pairs if number)


def describe(place: str, left: object, right: object, one: Shown, other: Shown) -> str:
    """Return a difference as a sentence."""
    first, second = shorten(left, right)
    return f"`{place}` is {first} in {one.view} and {second} in {other.view}"


def tell_difference(what: str, left: object, right: object) -> tuple[str, str, str]:
    """Return the first place in something that differs, as words, and both values there.

    What has no name of its own is told by the place alone.
    """
    place, one, other = inside("", left, right)
    path = f"`{place.removeprefix('.')}`"
    named = what if not place else f"{path} of {what}" if what else path
    return named, *shorten(one, other)


def describe_change(place: str, before: object, after: object, view: str) -> str:
    """Return what a view shows otherwise than before, as the end of a sentence."""
    was, now = shorten(before, after)
    return f"`{place}` in {view} from {was} to {now}"


def shorten(left: object, right: object) -> tuple[str, str]:
    """Return both values as JSON, cut to the part where they begin to differ."""
    one, other = _spell(left), _spell(right)
    if max(len(one), len(other)) <= LONGEST:
        return one, other
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = max(0, same - 20)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _spell(value: object) -> str:
    return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False, default=repr)
