"""What changed between two schemas, on the side of requests or of answers.

Components are compared once for each side, however many operations reach them: a `Comparer` keeps
which comparison led to which, so that every change knows all its operations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from changes.change import Change, Text, change
from changes.facets import compare_facets
from changes.forms import pair_forms
from changes.renaming import probably_renamed, renamed
from changes.shapes import Shapes, is_same_schema
from changes.values import COMPONENT, Form, Located, Shape, escaped
from changes.wrapping import holder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from document.tree import Tree

    from changes.kinds import Side

_Part = TypeVar("_Part")
_IN_WHOLE = re.compile(r"(the (?:body|answer \w+))([.\[].*)?")


@attrs.define(eq=False)
class Finding:
    """The changes that one comparison of components found itself, and those it led to."""

    changes: list[Change] = attrs.field(factory=list)
    led_to: set[tuple[str, str, Side]] = attrs.field(factory=set)


class Comparer:
    """Compares schemas of an old document with those of a new one."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self.old = Shapes(old)
        self.new = Shapes(new)
        self.components: dict[tuple[str, str, Side], Finding] = {}
        self.names: dict[str, set[str]] = {}
        """What components of the old document are called where they are found in the new one."""
        self._open: set[tuple[int, int]] = set()

    def compare(self, old: Located, new: Located, side: Side, name: str) -> Finding:
        """Return what changed between two schemas, and the components that were compared for it."""
        finding = Finding()
        self._compare(old, new, _Place(finding, side, name))
        return finding

    def reached(self, finding: Finding) -> Iterator[tuple[str, str, Side]]:
        """Yield every comparison of components that the finding led to, directly or not."""
        seen: set[tuple[str, str, Side]] = set()
        waiting = list(finding.led_to)
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting.extend(self.components[key].led_to)
                yield key

    def _compare(self, old: Located, new: Located, place: _Place) -> None:
        pair = (id(old.node), id(new.node))
        if pair in self._open:
            return
        self._open.add(pair)
        before, after = self.old.of(old), self.new.of(new)
        self._compare_places(before, after, place)
        if before.name and after.name:
            one = attrs.evolve(before, at=COMPONENT + before.name)
            other = attrs.evolve(after, at=COMPONENT + after.name)
            self._compare_once((before.name, after.name), place, self._compare_kinds, one, other)
        else:
            self._compare_kinds(before, after, place)
        self._open.discard(pair)

    def _compare_places(self, old: Shape, new: Shape, place: _Place) -> None:
        """Null and default."""
        free = any(form.type is None for form in (*old.forms, *new.forms))
        if new.nullable != old.nullable and old.forms and new.forms and not free:
            place.add(f"nullable-{'added' if new.nullable else 'removed'}", new.at)
        one, other = old.place.get("default"), new.place.get("default")
        if not _same(one, other) and not (_is_constant(old) and _is_constant(new)):
            way = "added" if one is None else "removed" if other is None else "changed"
            place.add(f"default-{way}", new.at, old=one, new=other)

    def _compare_kinds(self, old: Shape, new: Shape, place: _Place) -> None:
        """Compare which forms there are, and how they are told apart."""
        if self._compare_wrapped(old, new, place):
            return
        if len(old.forms) > 1 and len(new.forms) > 1:
            _compare_tags(old, new, place)
        pairs, gone, added = pair_forms(old.forms, new.forms)
        for before, after in pairs:
            self._compare_form(before, after, place)
        # What is free takes all that the other forms are: their coming and going says no more.
        if any(_is_free(form) for form in added):
            gone, added = [], [form for form in added if _is_free(form)]
        elif any(_is_free(form) for form in gone):
            gone, added = [form for form in gone if _is_free(form)], []
        elif len(old.forms) == len(new.forms) == len(gone) == len(added) == 1:
            place.add("type-changed", new.at, old=_called(gone[0]), new=_called(added[0]))
            return
        is_union = max(len(old.forms), len(new.forms)) > 1
        for form in gone:
            member = is_union and form.type == "object"
            place.add(
                "union-member-removed" if member else "type-narrowed", form.at, old=_called(form)
            )
        for form in added:
            member = is_union and form.type == "object"
            place.add(
                "union-member-added" if member else "type-widened", form.at, new=_called(form)
            )

    def _compare_wrapped(self, old: Shape, new: Shape, place: _Place) -> bool:
        """Tell that an object came around what was there, or went; whether it is so."""
        if (name := holder(old, new, self.new)) and new.only:
            place.add("wrapped", new.at, old=_all_called(old), new=Text(f"`{name}`"))
            inner = attrs.evolve(place, name=f"{place.name}.{name}")
            self._compare_kinds(old, self.new.of(new.only.fields[name]), inner)
            return True
        if (name := holder(new, old, self.old)) and old.only:
            place.add("unwrapped", new.at, old=Text(f"`{name}`"), new=_all_called(new))
            self._compare_kinds(self.old.of(old.only.fields[name]), new, place)
            return True
        return False

    def _compare_form(self, old: Form, new: Form, place: _Place) -> None:
        """Compare two forms; those of components only once."""
        if old.name and new.name:
            self._compare_once((old.name, new.name), place, self._compare_inside, old, new)
        else:
            self._compare_inside(old, new, place)

    def _compare_once(
        self,
        names: tuple[str, str],
        place: _Place,
        compare: Callable[[_Part, _Part, _Place], None],
        old: _Part,
        new: _Part,
    ) -> None:
        """Compare two components where nothing has led to them yet, and note that this did."""
        self.names.setdefault(names[0], set()).add(names[1])
        key = (*names, place.side)
        place.finding.led_to.add(key)
        if key not in self.components:
            self.components[key] = finding = Finding()
            compare(old, new, _Place(finding, place.side, names[1]))

    def _compare_inside(self, old: Form, new: Form, place: _Place) -> None:
        compare_facets(old, new, place.add)
        self._compare_fields(old, new, place)
        if old.type == new.type == "array":
            anything = Located(True, new.at)  # noqa: FBT003 - `true` is a schema
            items = (old.items or anything, new.items or anything)
            self._compare(*items, attrs.evolve(place, name=f"{place.name}[]"))
        if old.extra and new.extra:
            self._compare(old.extra, new.extra, attrs.evolve(place, name=f"{place.name}.*"))
        self._compare_tuples(old, new, place)

    def _compare_tuples(self, old: Form, new: Form, place: _Place) -> None:
        """Compare items with places of their own; the first difference stands for all."""
        if not (old.places or new.places):
            return
        if len(old.places) == len(new.places):
            for before, after in zip(old.places, new.places, strict=True):
                inner = Comparer.compare(self, before, after, place.side, place.name)
                if inner.changes:
                    place.add("tuple-changed", after.at)
                    return
            return
        place.add("tuple-changed", new.at)

    def _compare_fields(self, old: Form, new: Form, place: _Place) -> None:
        called = renamed(old.fields, new.fields, is_same_schema)
        maybe = _probably_renamed(old, new, called)
        for name, field in old.fields.items():
            inner = attrs.evolve(place, name=f"{place.name}.{name}")
            if now := called.get(name) or maybe.get(name):
                kind = "field-renamed" if name in called else "field-probably-renamed"
                self._compare_renamed(kind, (name, now), (old, new), inner)
                continue
            if name not in new.fields:
                if not self._is_of_other_side(self.old.of(field), place.side):
                    kind = "required" if name in old.required else "optional"
                    inner.add(f"{kind}-field-removed", field.at)
                continue
            self._compare_field((name, name), (old, new), inner)
        for name, field in new.fields.items():
            if (
                name not in old.fields
                and name not in {*called.values(), *maybe.values()}
                and not self._is_of_other_side(self.new.of(field), place.side)
            ):
                needed = name in new.required
                if needed and place.side == "request":
                    needed = self.new.of(field).place.get("default") is None
                kind = "required" if needed else "optional"
                attrs.evolve(place, name=f"{place.name}.{name}").add(
                    f"{kind}-field-added", field.at
                )
        for name in sorted((old.required ^ new.required) - {*old.fields, *new.fields}):
            kind = "field-became-required" if name in new.required else "field-became-optional"
            attrs.evolve(place, name=f"{place.name}.{name}").add(kind, new.at)

    def _compare_renamed(
        self, kind: str, names: tuple[str, str], forms: tuple[Form, Form], place: _Place
    ) -> None:
        """Tell that a field is called otherwise, and what else became of it."""
        field, other = forms[0].fields[names[0]], forms[1].fields[names[1]]
        shapes = (self.old.of(field), self.new.of(other))
        if not all(self._is_of_other_side(shape, place.side) for shape in shapes):
            place.add(kind, other.at, new=Text(f"`{names[1]}`"))
        self._compare_field(names, forms, place)

    def _is_of_other_side(self, shape: Shape, side: Side) -> bool:
        """Say whether a field never comes on this side."""
        return bool(shape.place.get("readOnly" if side == "request" else "writeOnly"))

    def _compare_field(
        self, names: tuple[str, str], forms: tuple[Form, Form], place: _Place
    ) -> None:
        old, new = forms
        field, other = old.fields[names[0]], new.fields[names[1]]
        before, after = self.old.of(field).place, self.new.of(other).place
        for keyword, words in (("readOnly", "read-only"), ("writeOnly", "write-only")):
            if before.get(keyword) != after.get(keyword):
                kind = "field-became" if after.get(keyword) else "field-no-longer"
                place.add(f"{kind}-{words}", other.at)
        if before.get("deprecated") != after.get("deprecated"):
            kind = "field-deprecated" if after.get("deprecated") else "field-undeprecated"
            place.add(kind, other.at)
        if self._is_of_other_side(self.new.of(other), place.side):
            return
        was_required, is_required = names[0] in old.required, names[1] in new.required
        if was_required != is_required:
            kind = "field-became-required" if is_required else "field-became-optional"
            with_default = is_required and after.get("default") is not None
            place.add(f"{kind}-with-default" if with_default else kind, other.at)
        self._compare(field, other, place)


@attrs.frozen
class _Place:
    """Where a comparison is: what it adds to, its side, what a person calls the place."""

    finding: Finding
    side: Side
    name: str

    def add(self, kind: str, pointer: str, **values: object) -> None:
        """Add a change of that kind, as this side knows it."""
        told: dict[str, Any] = {"name": _named(self.name), **values}
        self.finding.changes.append(change(f"{self.side}-{kind}", pointer, **told))


def _probably_renamed(old: Form, new: Form, called: dict[str, str]) -> dict[str, str]:
    """Return the fields that are gone with what they probably are now, sure ones left aside."""
    before, after = (
        {
            name: (field, name in form.required)
            for name, field in form.fields.items()
            if name not in known
        }
        for form, known in ((old, called.keys()), (new, called.values()))
    )
    return probably_renamed(
        before, after, lambda one, other: one[1] == other[1] and is_same_schema(one[0], other[0])
    )


def _is_constant(shape: Shape) -> bool:
    """Say whether there is one value alone, so that a default says no more."""
    values = shape.only.values if shape.only else None
    return values is not None and len(values) == 1 and shape.place.get("default") in (None, *values)


def _same(one: object, other: object) -> bool:
    """Say whether two values are equal; true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_free(form: Form) -> bool:
    """Say whether every type fits."""
    return form.type is None and form.values is None


def _named(name: str) -> Text:
    """Return the name as a sentence has it; what is inside a body or an answer is told as such."""
    if found := _IN_WHOLE.fullmatch(name):
        whole, inside = found[1], (found[2] or "").removeprefix(".")
        return Text(f"`{inside}` in {whole}" if inside else whole)
    return Text(f"`{name}`")


def _called(form: Form) -> Text:
    """Return what a person calls a form."""
    if form.type == "array" and not form.name and form.items:
        item = form.items.node.get("$ref", form.items.node.get("type"))
        if isinstance(item, str):
            return Text(f"array of {item.rpartition('/')[2]}")
    if form.name and form.type != "object":
        return Text(f"{form.type or 'anything'} ({form.name})")
    return Text(form.name or form.type or "anything")


def _all_called(shape: Shape) -> Text:
    """Return what a person calls all that fits in one place."""
    return Text(" or ".join(dict.fromkeys(_called(form) for form in shape.forms)))


def _compare_tags(old: Shape, new: Shape, place: _Place) -> None:
    """Compare how the forms of two unions are told apart."""
    if old.exclusive != new.exclusive:
        place.add("union-exclusive" if new.exclusive else "union-inclusive", new.at)
    one, other = old.tag, new.tag
    if one != other:
        way = "added" if not one else "removed" if not other else "changed"
        place.add(f"discriminator-{way}", f"{new.at}/discriminator", old=one, new=other)
        return
    there = {target: value for value, target in new.mapping.items()}
    for value, target in old.mapping.items():
        now = new.mapping.get(value)
        renamed = now is not None and target not in there and now not in old.mapping.values()
        if target in there and now != target and not renamed:
            pointer = f"{new.at}/discriminator/mapping/{escaped(there[target])}"
            place.add("mapping-changed", pointer, old=value, new=there[target])
