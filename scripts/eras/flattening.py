"""An operation as places: what may stand in each, whatever the schemas are called.

A place is a path such as `query/page`, `body/tools/*/type`, `answer/200/data/*/name` or
`events/data/choices`: names of fields, `*` for any item of a list and any key of a map. Members of
a union share their places. What differs between two documents of one operation is then a
difference of two mappings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from changes.api import read_endpoints
from changes.shapes import Shapes
from changes.values import Located, escaped
from document.events import EVENTS
from document.folding import normalise, shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from changes.api import Endpoint
    from changes.values import Form, Shape
    from document.tree import Tree

ANY = "*"
_BOUNDS = ("minLength", "maxLength", "minItems", "maxItems")
_MIXED = object()
"""Stands for a constraint that the members of a union do not share."""


@attrs.define
class Facts:
    """What holds in one place."""

    types: set[str] = attrs.field(factory=set)
    """Empty where any type fits."""
    values: set[Any] | None = None
    """The only texts or numbers, where they are listed."""
    required: bool = False
    limits: dict[str, Any] = attrs.field(factory=dict)
    """Bounds, `default`, and `closed` where fields that are not listed are refused."""
    is_cut: bool = False
    """What is below repeats what is above."""
    deprecated: bool = False

    def constraints(self) -> dict[str, Any]:
        """Return all of it but the values, as JSON."""
        found = {key: value for key, value in self.limits.items() if value is not _MIXED}
        return {"type": sorted(self.types), "required": self.required, **found}

    def add(self, other: Facts) -> None:
        """Take in what another member of a union says of the same place."""
        self.types = self.types | other.types if self.types and other.types else set()
        both = self.values is not None and other.values is not None
        self.values = (self.values or set()) | (other.values or set()) if both else None
        self.required = self.required and other.required
        for key in self.limits.keys() | other.limits.keys():
            if self.limits.get(key) != other.limits.get(key):
                self.limits[key] = _MIXED
        self.is_cut = self.is_cut or other.is_cut
        self.deprecated = self.deprecated and other.deprecated


Places = dict[str, Facts]


def flatten_document(document: Tree) -> dict[tuple[str, str], Places]:
    """Return the places of each operation, by its method and path with nameless placeholders."""
    plain = normalise(document)
    flattener = _Flattener(plain)
    return {
        (one.method.upper(), shape(one.path)): flattener.places(one)
        for one in read_endpoints(plain)
    }


class _Flattener:
    def __init__(self, document: Tree) -> None:
        self._shapes = Shapes(document)
        self._found: Places = {}

    def places(self, endpoint: Endpoint) -> Places:
        """Return all places of the operation."""
        self._found = {}
        for (kind, _), parameter in endpoint.parameters.items():
            at = f"{kind}/{escaped(parameter.name)}"
            if kind != "path":
                self._visit(parameter.schema, at, (), required=parameter.required)
                self._found[at].deprecated |= parameter.node.get("deprecated") is True
        for media in (endpoint.body or {}).values():
            self._visit(media.schema, "body", (), required=endpoint.body_required)
        for note in endpoint.node.get("x-mistral-folded", ()):
            for schema in note.get("request", {}).values():
                self._visit(Located(schema, ""), "body", (), required=endpoint.body_required)
        for status, answer in endpoint.answers.items():
            answered = self._found.setdefault(f"answer/{status}", Facts())
            for name, media in answer.content.items():
                at = "events" if name == EVENTS else f"answer/{status}"
                self._visit(media.schema, at, (), required=False)
            answered.deprecated = "x-mistral-deprecated" in answer.node
        return self._found

    def _visit(self, located: Located, at: str, above: tuple[str, ...], *, required: bool) -> None:
        whole = self._shapes.of(located)
        facts = _facts(whole, required=required)
        facts.is_cut = any(form.name in above for form in whole.forms if form.name)
        if at in self._found and at.partition("/")[2]:
            self._found[at].add(facts)
        else:
            self._found[at] = facts
        for form in whole.forms:
            if form.name is None or form.name not in above:
                self._descend(form, at, (*above, form.name) if form.name else above)

    def _descend(self, form: Form, at: str, above: tuple[str, ...]) -> None:
        for name, field in form.fields.items():
            self._visit(field, f"{at}/{escaped(name)}", above, required=name in form.required)
        for inner in (form.items, form.extra, *form.places):
            if inner is not None:
                self._visit(inner, f"{at}/{ANY}", above, required=False)


def _facts(whole: Shape, *, required: bool) -> Facts:
    facts = Facts(required=required, deprecated=whole.place.get("deprecated") is True)
    kinds = [form.type for form in whole.forms]
    if None not in kinds:
        facts.types = {str(kind) for kind in kinds} | ({"null"} if whole.nullable else set())
    listed = [form.values for form in whole.forms]
    if listed and all(values is not None for values in listed):
        facts.values = {value for values in listed for value in values or ()}
    if "default" in whole.place:
        facts.limits["default"] = whole.place["default"]
    if whole.only:
        facts.limits |= dict(_limits(whole.only))
    return facts


def _limits(form: Form) -> Iterator[tuple[str, Any]]:
    for key in _BOUNDS:
        if key in form.plain:
            yield key, form.plain[key]
    if form.minimum:
        yield ("exclusiveMinimum" if form.minimum[1] else "minimum"), form.minimum[0]
    if form.maximum:
        yield ("exclusiveMaximum" if form.maximum[1] else "maximum"), form.maximum[0]
    if form.closed:
        yield "closed", True
