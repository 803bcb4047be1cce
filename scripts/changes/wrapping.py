"""Objects that came around what stood in a place alone: a list that became a page with the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from changes.forms import ALIKE
from changes.shapes import is_same_schema

if TYPE_CHECKING:
    from changes.shapes import Shapes
    from changes.values import Form, Shape


def holder(inner: Shape, outer: Shape, shapes: Shapes) -> str | None:
    """Return the field of the outer object that holds what the inner shape is; None if none does.

    `shapes` are those of the document with the outer one. A list is held by the list with the same
    items, or by the only list that the object has.
    """
    around = outer.only
    if around is None or around.type != "object" or _is_same_object(inner.only, around):
        return None
    fields = {name: shapes.of(field) for name, field in around.fields.items()}
    if inner.only and inner.only.type == "array":
        lists = {
            name: shape.only
            for name, shape in fields.items()
            if shape.only and shape.only.type == "array"
        }
        same = [name for name, form in lists.items() if _has_same_items(inner.only, form)]
        return _one_of(same) or _one_of(list(lists))
    names = _names(inner)
    return _one_of([name for name, shape in fields.items() if names and _names(shape) == names])


def _is_same_object(inner: Form | None, around: Form) -> bool:
    """Say whether the object around is the old one with other fields."""
    if inner is None or inner.type != "object":
        return False
    shared, all_ = inner.fields.keys() & around.fields.keys(), {*inner.fields, *around.fields}
    return inner.name == around.name or len(shared) >= ALIKE * len(all_)


def _has_same_items(one: Form, other: Form) -> bool:
    if one.items is None or other.items is None:
        return one.items is other.items
    return is_same_schema(one.items, other.items)


def _names(shape: Shape) -> set[str]:
    """Return the components that fit; none where something fits that is no component."""
    names = {form.name for form in shape.forms}
    return set() if None in names else {str(name) for name in names}


def _one_of(names: list[str]) -> str | None:
    return names[0] if len(names) == 1 else None
