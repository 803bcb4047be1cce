"""JSON schemas that tests draw: such as people send, each with at least one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    Schema = dict[str, Any]

FORMATS = ("date", "date-time", "time", "email", "uuid", "uri", "ipv4", "ipv6", "hostname")
PATTERNS = (r"^[A-Z]{2}\d{3,5}$", r"^(yes|no|may-?be)$", r"[a-z]+@[a-z]+\.(com|org)", r"^\S*$")
NAMES = st.sampled_from(["name", "city", "id", "items", "größe", "a b", "$x"])


@st.composite
def strings(draw: DrawFn) -> Schema:
    least, more = draw(st.integers(0, 30)), draw(st.integers(0, 30))
    bounds = draw(st.sampled_from([{}, {"minLength": least}, {"maxLength": more}]))
    both = {"minLength": least, "maxLength": least + more}
    form = st.sampled_from(FORMATS).map(lambda name: {"format": name})
    pattern = st.sampled_from(PATTERNS).map(lambda text: {"pattern": text})
    return {"type": "string", **draw(st.one_of(st.just(bounds), st.just(both), form, pattern))}


@st.composite
def numbers(draw: DrawFn) -> Schema:
    type_ = draw(st.sampled_from(["integer", "number"]))
    low = draw(st.integers(-1000, 1000))
    bounds: list[Schema] = [
        {},
        {"minimum": low},
        {"maximum": low},
        {"exclusiveMinimum": low, "maximum": low + 1},
        {"minimum": low, "exclusiveMaximum": low + 1},
        {"minimum": low, "maximum": low + 7, "multipleOf": 7},
        {"exclusiveMinimum": low, "multipleOf": 3},
        {"minimum": low, "maximum": low + 1, "multipleOf": 0.25},
    ]
    return {"type": type_, **draw(st.sampled_from(bounds))}


def scalars() -> SearchStrategy[Schema]:
    values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
    return st.one_of(
        strings(),
        numbers(),
        st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, {"type": ["null", "string"]}]),
        values.map(lambda value: {"const": value}),
        st.lists(values, min_size=1, max_size=3).map(lambda options: {"enum": options}),
    )


@st.composite
def arrays(draw: DrawFn, items: SearchStrategy[Schema]) -> Schema:
    least = draw(st.integers(0, 3))
    bounds = {"minItems": least, "maxItems": least + draw(st.integers(0, 3))}
    first = draw(st.sampled_from([{}, {"prefixItems": [draw(items), draw(items)]}]))
    return {"type": "array", "items": draw(items), **first, **draw(st.sampled_from([{}, bounds]))}


@st.composite
def objects(draw: DrawFn, members: SearchStrategy[Schema]) -> Schema:
    properties = draw(st.dictionaries(NAMES, members, max_size=4))
    required = draw(st.lists(st.sampled_from([*properties, "other"]), unique=True, max_size=3))
    known = [name for name in required if name in properties]
    strict = {"required": known, "additionalProperties": False}
    extra = {"required": required, "additionalProperties": draw(members)}
    many = {"minProperties": 5}
    shapes: list[Schema] = [strict, extra, many]
    shape = draw(st.sampled_from(shapes))
    return {"type": "object", "properties": properties, **shape}


def unions(members: SearchStrategy[Schema]) -> SearchStrategy[Schema]:
    return st.lists(members, min_size=1, max_size=3).map(lambda options: {"anyOf": options})


def schemas() -> SearchStrategy[Schema]:
    """Schemas of any depth that is usual, some with a definition that refers to itself."""
    nested = st.recursive(
        scalars(),
        lambda inner: st.one_of(arrays(inner), objects(inner), unions(inner)),
        max_leaves=8,
    )
    return st.one_of(nested, nested.map(make_tree))


def make_tree(leaf: Schema) -> Schema:
    """A schema of nodes that hold further nodes."""
    kids = {"type": "array", "items": {"$ref": "#/$defs/node"}}
    later = {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}
    properties = {"leaf": leaf, "kids": kids, "next": later}
    node = {"type": "object", "properties": properties, "required": ["leaf", "kids", "next"]}
    return {"$ref": "#/$defs/node", "$defs": {"node": {**node, "additionalProperties": False}}}
