"""Where two values differ in what the document knows.

Fields that the document does not know are nobody's business, a field that may be absent says
nothing by its absence, and null is as good as nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.record.reading import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.record.reading import Place


def first_difference(one: object, other: object, place: Place = ()) -> Place | None:
    """Return the first place where two values differ, None where they are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs: Iterable[tuple[str | int, Any, Any]] = _pairs(one, other)
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if len(one) != len(other):
            return place
        pairs = [(index, *both) for index, both in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other else place
    found = (first_difference(a, b, (*place, key)) for key, a, b in pairs)
    return next((each for each in found if each is not None), None)


def differing(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    """Return the names under which two objects differ."""
    return (key for key, a, b in _pairs(one, other) if first_difference(a, b) is not None)


def _pairs(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield what stands under each name that both sides are held to."""
    sides = [each.known for each in (one, other) if isinstance(each, Fields)]
    known = [each for each in sides if each is not None]
    for key in sorted({*one, *other}, key=str):
        on_both = key in one and key in other
        if all(key in each for each in known) and (on_both or not known):
            yield key, one.get(key), other.get(key)
