"""Which form of a new union was which of the old one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from changes.values import Form

ALIKE = 0.5
"""Two objects with this share of their fields in common, or more, are taken for the same."""
Pairs = list[tuple["Form", "Form"]]


def pair_forms(old: list[Form], new: list[Form]) -> tuple[Pairs, list[Form], list[Form]]:
    """Return the forms that belong together, those that are gone and those that are new."""
    if len(old) == len(new) == 1 and _may_be_same(old[0], new[0]):
        return [(old[0], new[0])], [], []
    pairs: Pairs = []
    gone, added = list(old), list(new)
    for key in (
        _by_name,
        _by_tag,
        _by_values,
        _by_items,
        _by_type,
        _by_fields,
        _by_kind_of_number,
    ):
        _take(pairs, gone, added, key)
    _take_alike(pairs, gone, added)
    return pairs, gone, added


def _may_be_same(one: Form, other: Form) -> bool:
    numbers = {"integer", "number"}
    return one.type == other.type or {one.type, other.type} == numbers


def _take(
    pairs: Pairs, gone: list[Form], added: list[Form], key: Callable[[Form], Hashable | None]
) -> None:
    """Move forms with the same key to the pairs."""
    waiting: dict[Hashable, list[Form]] = {}
    for form in added:
        waiting.setdefault(key(form), []).append(form)
    for form in list(gone):
        found = key(form)
        if found is not None and waiting.get(found):
            partner = waiting[found].pop(0)
            pairs.append((form, partner))
            gone.remove(form)
            added.remove(partner)


def _by_name(form: Form) -> Hashable | None:
    return form.name


def _by_tag(form: Form) -> Hashable | None:
    """Return the constants of an object's fields: what tells kinds of a union apart."""
    found: list[tuple[str, str]] = []
    for name, field in form.fields.items():
        node = field.node if isinstance(field.node, dict) else {}
        values = [node["const"]] if "const" in node else node.get("enum", [])
        if len(values) == 1:
            found.append((name, json.dumps(values[0])))
    return tuple(sorted(found)) or None


def _by_values(form: Form) -> Hashable | None:
    return (form.type, json.dumps(form.values)) if form.values else None


def _by_items(form: Form) -> Hashable | None:
    """Return what a list is a list of."""
    if form.items is None or not isinstance(form.items.node, dict):
        return None
    return form.items.node.get("$ref") or json.dumps(form.items.node.get("type"))


def _by_type(form: Form) -> Hashable | None:
    """Return the type of what is no object; free values before listed ones."""
    if form.type == "object" or form.type is None:
        return None
    return (form.type, form.values is None, form.items is not None)


def _by_fields(form: Form) -> Hashable | None:
    if form.type is None:
        return "anything"
    return tuple(sorted(form.fields)) if form.type == "object" else form.type


def _by_kind_of_number(form: Form) -> Hashable | None:
    return "number" if form.type in {"integer", "number"} else None


def _take_alike(pairs: Pairs, gone: list[Form], added: list[Form]) -> None:
    """Move objects that share most of their fields to the pairs, the closest first."""
    scored = [
        (len(one.fields.keys() & other.fields.keys()) / len(union), at, one, other)
        for at, one in enumerate(gone)
        for other in added
        if one.type == other.type == "object"
        and _by_tag(one) == _by_tag(other)
        and (union := one.fields.keys() | other.fields.keys())
    ]
    for score, _, one, other in sorted(scored, key=lambda entry: (-entry[0], entry[1])):
        if score >= ALIKE and one in gone and other in added:
            pairs.append((one, other))
            gone.remove(one)
            added.remove(other)
