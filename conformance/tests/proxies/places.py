"""Places in JSON, one for all items of a list, and the documented schemas that stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.model.forms import Form, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Json
    from mistral_conformance.record.reading import Place

ITEM = "*"
Pattern = tuple[str, ...]
"""A place, with `*` for any item of a list."""


def pattern_of(place: Place) -> Pattern:
    """The place without the indices of its items."""
    return tuple(ITEM if isinstance(each, int) else each for each in place)


def schemas_at(form: Form, place: Place) -> list[Json]:
    """All that the document says about the value at a place: every member of every union."""
    found = [form.schema]
    for key in (*form.prefix, *place):
        found = list(form.below(found, key))
    return [node for each in found for node in members(form.document, each)]


def walk(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value in a JSON value with its place, outer ones first."""
    yield place, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from walk(each, (*place, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from walk(each, (*place, index))
