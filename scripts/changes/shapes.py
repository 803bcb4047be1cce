"""What a schema means, however it is written.

References and what stands in place, `nullable` and `anyOf` with null, `const` and an enum of one
value, `allOf` of one and its only member, bounds that are exclusive as numbers or as flags, a type
as text or as a list: each pair gives one shape. Words, titles, examples and orders have no part.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
from document.stripping import WORDS
from document.tree import follow

from changes.values import COMPONENT, Bound, Form, Located, Shape, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

NULL = "null"
_OF_PLACE = ("deprecated", "readOnly", "writeOnly")
_PLAIN = ("format", "pattern", "multipleOf", "contentEncoding", "contentMediaType")
_BOUNDS = (
    ("minLength", max),
    ("maxLength", min),
    ("minItems", max),
    ("maxItems", min),
    ("minProperties", max),
    ("maxProperties", min),
)
_CONDITIONS = (
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"),
    *("contains", "minContains", "maxContains", "unevaluatedItems"),
)
_IMPLIED = {
    "properties": "object",
    "additionalProperties": "object",
    "items": "array",
    "prefixItems": "array",
}
_OPEN = ("x-mistral-open", "x-speakeasy-unknown-values")


class Shapes:
    """The shapes of one document."""

    def __init__(self, document: Tree) -> None:
        self._document = document
        self._known: dict[int, tuple[Any, Shape]] = {}
        self._components: dict[str, Shape] = {}
        """The shapes of what references lead to, where nothing above refers to them."""

    def of(self, schema: Located) -> Shape:
        """Return the shape of the schema; computed once for each place."""
        known = self._known.get(id(schema.node))
        if known is None:
            known = (schema.node, self._shape(schema, frozenset()))
            self._known[id(schema.node)] = known
        return known[1]

    def _shape(self, schema: Located, seen: frozenset[str]) -> Shape:
        node = schema.node
        if node is True or not isinstance(node, dict):
            return Shape(schema.at, [] if node is False else [Form(schema.at)])
        rest = {key: value for key, value in node.items() if key not in {"$ref", "allOf"}}
        parts = [self._referenced(node["$ref"], schema.at, seen)] if "$ref" in node else []
        parts += [
            self._shape(Located(part, f"{schema.at}/allOf/{at}"), seen)
            for at, part in enumerate(node.get("allOf", ()))
        ]
        if not parts or _binds(rest):
            parts.append(self._plain(Located(rest, schema.at), seen))
        shape = parts[0] if len(parts) == 1 else _joined(parts, schema.at)
        place = {key: True for key in _OF_PLACE if node.get(key) is True}
        if node.get("default") is not None:
            place["default"] = node["default"]
        inherited = shape.place | place
        return attrs.evolve(
            shape, at=schema.at, place=inherited, nullable=shape.nullable or _is_nullable(node)
        )

    def _referenced(self, reference: Any, at: str, seen: frozenset[str]) -> Shape:  # noqa: ANN401 - JSON
        target = follow(self._document, reference) if isinstance(reference, str) else None
        if target is None or reference in seen:
            return Shape(at, [Form(at)])
        shape = self._components.get(reference) if not seen else None
        if shape is None:
            shape = self._shape(Located(target, reference), seen | {reference})
            if not seen:
                self._components[reference] = shape
        name = reference.removeprefix(COMPONENT)
        if shape.only and shape.only.name is None and name != reference:
            named = attrs.evolve(shape.only, name=name)
            return attrs.evolve(shape, forms=[named])
        return attrs.evolve(shape, name=name) if name != reference else shape

    def _plain(self, schema: Located, seen: frozenset[str]) -> Shape:
        """Return the shape of a schema without references and `allOf` at its top."""
        node = schema.node
        base = {key: value for key, value in node.items() if key not in {"anyOf", "oneOf"}}
        union = "anyOf" if "anyOf" in node else "oneOf" if "oneOf" in node else None
        if union is None:
            return _of_types(schema)
        members = [
            self._shape(Located(member, f"{schema.at}/{union}/{at}"), seen)
            for at, member in enumerate(node[union])
        ]
        nullable = any(member.nullable for member in members)
        kinds = [member for member in members if member.forms]
        if len(kinds) == 1 and not _binds(base):
            # Something or null: all that holds for the something holds here.
            return attrs.evolve(kinds[0], at=schema.at, nullable=nullable)
        # A description of an object around its kinds says nothing more than they do.
        around = _of_types(Located(base, schema.at)) if _binds(base) else None
        forms = [form for member in members for form in member.forms]
        if around is not None:
            forms = [_merged(form, outer, form.at) for form in forms for outer in around.forms]
        stated = node.get("discriminator") or {}
        inner = kinds[0].place if len(kinds) == 1 else {}
        return Shape(
            schema.at,
            list(_distinct(forms)),
            nullable,
            union == "oneOf" and len(forms) > 1,
            inner,
            stated.get("propertyName"),
            dict(stated.get("mapping") or {}),
        )


def _binds(node: Tree) -> bool:
    """Say whether anything of the schema limits what fits."""
    ignored = {
        *_OF_PLACE,
        "default",
        "title",
        "description",
        "summary",
        "example",
        "examples",
        "nullable",
    }
    ignored |= {"externalDocs", "xml", "$comment", "$schema", "$id", "$defs", "discriminator"}
    return any(key not in ignored and not str(key).startswith("x-") for key in node)


def _is_nullable(node: Tree) -> bool:
    return node.get("nullable") is True


def _of_types(schema: Located) -> Shape:
    """Return the forms of a schema without unions: one for each type that it lists."""
    node = schema.node
    types = node.get("type")
    listed = list(types) if isinstance(types, list) else [types] if types else _implied(node)
    values = _values(node)
    nullable = NULL in listed or (values is not None and None in values)
    kept = [one for one in listed if one != NULL]
    if not kept and NULL in listed:
        return Shape(schema.at, [], nullable=True)
    if {"integer", "number"} <= set(kept):
        kept.remove("integer")
    return Shape(schema.at, [_form(schema, one) for one in kept or [None]], nullable)


def _implied(node: Tree) -> list[str | None]:
    """Return the type that the other keywords imply."""
    found = next((kind for key, kind in _IMPLIED.items() if key in node), None)
    values = _values(node)
    if found is None and values:
        kinds: set[str | None] = {_type_of(value) for value in values if value is not None}
        return sorted(kinds, key=str)
    return [found]


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = ((int, "integer"), (float, "number"), (str, "string"), (list, "array"))
    return next((kind for each, kind in kinds if isinstance(value, each)), "object")


def _values(node: Tree) -> tuple[Any, ...] | None:
    if "const" in node:
        return (node["const"],)
    values = node.get("enum")
    return tuple(values) if isinstance(values, list) else None


def _form(schema: Located, kind: str | None) -> Form:
    node = schema.node
    form = Form(schema.at, type=kind)
    values = _values(node)
    if values is not None:
        form.values = tuple(value for value in values if value is not None)
    form.plain = {key: node[key] for key in _PLAIN if node.get(key) not in (None, "")}
    form.plain |= {
        key: node[key] for key, _ in _BOUNDS if node.get(key) is not None and _counts(key, node)
    }
    form.open = any(node.get(key) for key in _OPEN)
    if node.get("uniqueItems") is True:
        form.plain["uniqueItems"] = True
    form.minimum, form.maximum = _limits(node, kind)
    _add_members(form, schema)
    form.conditions = {key: _text(node[key]) for key in _CONDITIONS if key in node}
    if "propertyNames" in node:
        form.plain["propertyNames"] = _text(node["propertyNames"])
    return form


def is_same_schema(one: Located, other: Located) -> bool:
    """Say whether two schemas are written alike, apart from words."""
    return _text(one.node) == _text(other.node)


def _counts(key: str, node: Tree) -> bool:
    """Say whether the bound says anything; at least 0 of something is always there."""
    return not (key.startswith("min") and node[key] == 0)


def _text(node: Any) -> str:  # noqa: ANN401 - JSON of any kind
    return json.dumps(_without_words(node), sort_keys=True, default=str)


def _without_words(node: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    if isinstance(node, dict):
        return {
            key: _without_words(value)
            for key, value in node.items()
            if key not in WORDS or not isinstance(value, str)
        }
    return [_without_words(item) for item in node] if isinstance(node, list) else node


def _limits(node: Tree, kind: str | None) -> tuple[Bound | None, Bound | None]:
    """Least and greatest value; the next integer where a bound of integers is exclusive."""
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if above is True:
        above, low = low, None
    if below is True:
        below, high = high, None
    lows = [_bound(low, 0, kind), _bound(above, 1, kind)]
    highs = [_bound(high, 0, kind), _bound(below, -1, kind)]
    return (
        max((one for one in lows if one is not None), default=None),
        min((one for one in highs if one is not None), default=None),
    )


def _bound(value: object, beyond: int, kind: str | None) -> Bound | None:
    """Return the bound; `beyond` is the side of the value that fits, 0 where the value does too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return (value + beyond, 0) if kind == "integer" and value == int(value) else (value, beyond)


def _add_members(form: Form, schema: Located) -> None:
    """Compare fields, items and what keys that are not listed hold."""
    node, at = schema.node, schema.at
    for name, item in (node.get("properties") or {}).items():
        form.fields[name] = Located(item, f"{at}/properties/{escaped(name)}")
    required = node.get("required")
    form.required = {str(name) for name in required} if isinstance(required, list) else set()
    items = node.get("items")
    one = items[0] if isinstance(items, list) and len(items) == 1 else items
    if isinstance(one, dict) and one:
        form.items = Located(one, f"{at}/items")
    key = "items" if isinstance(one, list) else "prefixItems"
    for place, item in enumerate(node.get(key) or ()):
        form.places.append(Located(item, f"{at}/{key}/{place}"))
    extra = node.get("additionalProperties", node.get("unevaluatedProperties"))
    form.closed = extra is False
    if isinstance(extra, dict) and extra:
        form.extra = Located(extra, f"{at}/additionalProperties")


def _joined(parts: list[Shape], at: str) -> Shape:
    """Return the shape for which all parts hold at once."""
    result = parts[0]
    for part in parts[1:]:
        forms = [_merged(one, other, at) for one in result.forms for other in part.forms]
        result = Shape(
            at,
            [form for form in forms if form is not None],
            result.nullable and part.nullable,
            result.exclusive or part.exclusive,
            result.place | part.place,
            result.tag or part.tag,
            result.mapping | part.mapping,
        )
    return result


def _merged(one: Form, other: Form, at: str) -> Form:
    """Return the form for which both hold; the name stays with a form to which nothing is added."""
    if _is_anything(other):
        return one
    if _is_anything(one):
        return other
    plain = one.plain | other.plain
    for key, choose in _BOUNDS:
        if key in one.plain and key in other.plain:
            plain[key] = choose(one.plain[key], other.plain[key])
    return Form(
        at,
        None,
        one.type or other.type,
        _common(one.values, other.values),
        one.open or other.open,
        plain,
        _furthest(one.minimum, other.minimum, max),
        _furthest(one.maximum, other.maximum, min),
        one.fields | other.fields,
        one.required | other.required,
        other.items or one.items,
        one.places or other.places,
        other.extra or one.extra,
        one.closed or other.closed,
        one.conditions | other.conditions,
    )


def _is_anything(form: Form) -> bool:
    return form.name is None and _identity(form) == _ANYTHING


def _common(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if one is None or other is None:
        return one if other is None else other
    return tuple(value for value in one if value in other)


def _furthest(one: Bound | None, other: Bound | None, choose: Any) -> Bound | None:  # noqa: ANN401 - min or max
    values = [value for value in (one, other) if value is not None]
    chosen: Bound | None = choose(values) if values else None
    return chosen


def _distinct(forms: list[Form]) -> Iterator[Form]:
    """Yield the forms, each once; text of a format is no form of its own beside any text."""
    free = {form.type for form in forms if _is_free(form)}
    seen: set[Any] = set()
    for form in forms:
        if form.type in free and not _is_free(form) and form.type not in {"object", "array"}:
            continue
        key = form.name or _identity(form)
        if key not in seen:
            seen.add(key)
            yield form


def _is_free(form: Form) -> bool:
    """Say whether every value of the type fits."""
    bound = form.values, form.minimum, form.maximum
    return not form.plain and not form.conditions and bound == (None, None, None)


def _identity(form: Form) -> str:
    """Return what a form says itself, so that equal ones are equal."""
    return _text(
        [
            form.type,
            form.values,
            form.plain,
            form.minimum,
            form.maximum,
            {name: one.node for name, one in form.fields.items()},
            sorted(form.required),
            form.items and form.items.node,
            [one.node for one in form.places],
            form.extra and form.extra.node,
            form.closed,
            form.conditions,
        ]
    )


_ANYTHING = _identity(Form(""))
