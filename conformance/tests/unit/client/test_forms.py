"""The schema of a class, and objects of the class out of JSON text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import attrs
import jsonschema
import pydantic
import pytest
import typing_extensions

from mistral_client.forms import read_form, schema_of

Cents = NewType("Cents", int)
Item = TypeVar("Item")


Title = Annotated[str, "As printed."]
Length = Annotated[Cents, "In cm."]


class Shelf(TypedDict):
    titles: list[Title]
    owner: Title | None
    notes: dict[str, Title]
    pair: tuple[Title, int]
    place: NotRequired[Title]
    length: Length


@dataclasses.dataclass
class Mixed:
    value: float | Annotated[int, "A whole number."]


class Colour(enum.Enum):
    RED = "red"
    ONE = 1


@dataclasses.dataclass
class Tree:
    name: str
    children: list[Tree] = dataclasses.field(default_factory=list)


@attrs.frozen
class Everything:
    text: str
    count: int
    share: float
    sure: bool
    price: Cents
    kind: Literal["a", 2]
    colour: Colour
    when: dt.datetime
    day: dt.date
    ident: UUID
    amount: Decimal
    pair: tuple[int, str]
    many: tuple[int, ...]
    labels: set[str]
    scores: dict[str, float]
    extra: Any
    noted: Annotated[str, "a note"]
    maybe: int | None
    either: int | str
    tree: Tree
    _hidden: str = "h"


EVERYTHING: dict[str, Any] = {
    "text": "t",
    "count": 1,
    "share": 1,
    "sure": True,
    "price": 5,
    "kind": 2,
    "colour": "red",
    "when": "2026-01-02T03:04:05+00:00",
    "day": "2026-01-02",
    "ident": "0197a000-0000-7000-8000-000000000001",
    "amount": "1.10",
    "pair": [1, "x"],
    "many": [1, 2],
    "labels": ["a", "a"],
    "scores": {"x": 0.5},
    "extra": [None],
    "noted": "n",
    "maybe": None,
    "either": "5",
    "tree": {"name": "root", "children": [{"name": "leaf"}]},
}


class Model(pydantic.BaseModel):
    name: str
    inner: list[dict[str, int]] = []


@attrs.frozen
class Holder:
    model: Model


@attrs.frozen
class Odd:
    stream: bytes


@dataclasses.dataclass
class Keyed:
    scores: dict[int, str]


@attrs.frozen
class Checked:
    count: int = attrs.field(validator=attrs.validators.lt(3))


class Place(TypedDict):
    town: str
    """Where it was printed."""
    country: NotRequired[str]


class Loose(TypedDict, total=False):
    shelf: Required[int]
    row: Annotated[NotRequired[int], "Counted from below."]


class Elsewhere(typing_extensions.TypedDict):
    depth: int
    floor: typing_extensions.NotRequired[typing_extensions.ReadOnly[int]]


class Edition(Place, total=False):
    number: int


class Span(NamedTuple):
    first: int
    """Its first page."""
    last: int = 9


@dataclasses.dataclass
class Printing:
    place: Place
    spans: list[Span]


def test_every_type_is_read_as_itself() -> None:
    found = read_form(Everything, json.dumps(EVERYTHING))
    assert found == Everything(
        text="t",
        count=1,
        share=1.0,
        sure=True,
        price=Cents(5),
        kind=2,
        colour=Colour.RED,
        when=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        day=dt.date(2026, 1, 2),
        ident=UUID("0197a000-0000-7000-8000-000000000001"),
        amount=Decimal("1.10"),
        pair=(1, "x"),
        many=(1, 2),
        labels={"a"},
        scores={"x": 0.5},
        extra=[None],
        noted="n",
        maybe=None,
        either="5",
        tree=Tree("root", [Tree("leaf")]),
    )


def test_schema_accepts_what_is_read() -> None:
    schema = schema_of(Everything)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(EVERYTHING, schema)


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_schema_refuses_what_cannot_be_read(name: str) -> None:
    wrong = {**EVERYTHING, name: {"an": ["odd", "value"]}}
    if name == "extra":
        del wrong[name]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema_of(Everything))
    with pytest.raises(ValueError, match=name):
        read_form(Everything, json.dumps(wrong))


def test_objects_have_no_unknown_properties_in_the_schema() -> None:
    schema = schema_of(Tree)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name"]
    assert schema_of(Model)["additionalProperties"] is False


def test_unknown_properties_of_an_answer_are_passed_over() -> None:
    assert read_form(Tree, '{"name": "a", "new": 1}') == Tree("a")


def test_class_that_reads_itself_is_left_to_it() -> None:
    assert read_form(Model, '{"name": "a", "inner": [{"x": 1}]}') == Model(
        name="a", inner=[{"x": 1}]
    )
    assert read_form(Holder, '{"model": {"name": "a"}}') == Holder(Model(name="a"))
    jsonschema.validate({"model": {"name": "a"}}, schema_of(Holder))


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Tree, "{", "Expecting"),
        (Tree, "[]", "Tree: object is expected, not \\[\\]"),
        (Tree, '{"name": "a", "children": [{}]}', r"Tree.children\[0\]: name is missing"),
        (Tree, '{"name": true}', "Tree.name: string is expected, not true"),
        (Checked, '{"count": 3}', "Checked: .*must be < 3"),
        (Checked, '{"count": true}', "integer is expected, not true"),
        (Model, '{"inner": []}', "name"),
        (Holder, '{"model": {}}', "Holder.model"),
        (Tree, "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(kind: type, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_form(kind, text)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Odd, "Odd.stream: <class 'bytes'> has no form"),
        (Keyed, "Keyed.scores: the keys of a JSON object are text"),
        (int, "which has no form in JSON: parse"),
        ("Tree", "has no form in JSON"),
    ],
)
def test_class_without_a_form_is_refused(kind: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        schema_of(kind)


def test_two_classes_of_one_name_keep_their_own_schemas() -> None:
    first = attrs.make_class("Same", {"a": attrs.field(type=int)})
    second = attrs.make_class("Same", {"b": attrs.field(type=str)})
    both = attrs.make_class("Both", {"x": attrs.field(type=first), "y": attrs.field(type=second)})
    schema = schema_of(both)
    jsonschema.validate({"x": {"a": 1}, "y": {"b": "t"}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"x": {"b": "t"}, "y": {"b": "t"}}, schema)


@pytest.mark.parametrize(
    ("kind", "required", "optional"),
    [
        (Place, ["town"], ["country"]),
        (Loose, ["shelf"], ["row"]),
        (Elsewhere, ["depth"], ["floor"]),
        (Edition, ["town"], ["country", "number"]),
        (Span, ["first"], ["last"]),
    ],
)
def test_typed_dict_and_named_tuple_are_objects(
    kind: type, required: list[str], optional: list[str]
) -> None:
    schema = schema_of(kind)
    assert schema["required"] == required
    assert sorted(schema["properties"]) == sorted([*required, *optional])
    assert schema["additionalProperties"] is False


def test_texts_of_a_typed_dict_and_a_named_tuple_reach_the_schema() -> None:
    properties = [schema_of(kind)["properties"] for kind in (Place, Loose, Span)]
    assert properties[0]["town"] == {"type": "string", "description": "Where it was printed."}
    assert properties[1]["row"] == {"type": "integer", "description": "Counted from below."}
    assert properties[2]["first"] == {"type": "integer", "description": "Its first page."}


def test_words_reach_the_schema_at_any_depth() -> None:
    schema = schema_of(Shelf)
    words = {"type": "string", "description": "As printed."}
    properties = schema["properties"]
    assert properties["titles"] == {"type": "array", "items": words}
    assert properties["owner"] == {"anyOf": [words, {"type": "null"}]}
    assert properties["notes"] == {"type": "object", "additionalProperties": words}
    assert properties["pair"]["prefixItems"] == [words, {"type": "integer"}]
    assert properties["place"] == words
    assert properties["length"] == {"type": "integer", "description": "In cm."}
    assert "place" not in schema["required"]


def test_value_with_words_about_it_is_read_as_without_them() -> None:
    text = '{"titles": ["a"], "owner": null, "notes": {}, "pair": ["b", 1], "length": 3}'
    assert read_form(Shelf, text) == json.loads(text) | {"pair": ("b", 1)}
    assert read_form(Mixed, '{"value": 1}') == Mixed(1)
    assert type(read_form(Mixed, '{"value": 1}').value) is int


def test_typed_dict_and_named_tuple_are_read_as_themselves() -> None:
    text = '{"place": {"town": "Ulm"}, "spans": [{"first": 1}, {"first": 3, "last": 4}]}'
    found = read_form(Printing, text)
    assert found == Printing({"town": "Ulm"}, [Span(1), Span(3, 4)])
    assert type(found.spans[0]) is Span


@pytest.mark.parametrize("text", ["{}", '{"town": 3}', "[]"])
def test_typed_dict_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Place"):
        read_form(Place, text)


@dataclasses.dataclass
class Box(Generic[Item]):
    value: Item
    more: list[Item] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Labelled(Box[list[Item]], Generic[Item]):
    label: Item | None = None


@attrs.frozen
class Pair(Generic[Item]):
    left: Box[Item]
    right: Box[str]


class Row(TypedDict, Generic[Item]):
    value: Item


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Box[int], '{"value": 1, "more": [2]}', Box(1, [2])),
        (Box[Tree], '{"value": {"name": "a"}}', Box(Tree("a"))),
        (Box, '{"value": {"any": 1}}', Box({"any": 1})),
        (Labelled[int], '{"value": [1], "label": 3}', Labelled([1], [], 3)),
        (Pair[int], '{"left": {"value": 1}, "right": {"value": "b"}}', Pair(Box(1), Box("b"))),
        (Row[int], '{"value": 1}', {"value": 1}),
    ],
)
def test_generic_class_is_read_with_its_types(kind: Any, text: str, expected: object) -> None:
    jsonschema.validate(json.loads(text), schema_of(kind))
    assert read_form(kind, text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        (Box[int], '{"value": "a"}', "Box.value"),
        (Labelled[int], '{"value": 1}', "Labelled.value"),
        (Labelled[int], '{"value": [1], "label": "a"}', "Labelled.label"),
        (Pair[int], '{"left": {"value": "a"}, "right": {"value": "b"}}', "Pair.left.value"),
    ],
)
def test_types_of_a_generic_class_are_checked(kind: Any, text: str, place: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), schema_of(kind))
    with pytest.raises(ValueError, match=place):
        read_form(kind, text)


def test_field_whose_type_cannot_be_found_is_told() -> None:
    hidden = dataclasses.make_dataclass("Hidden", [("part", "NoneSuch")])
    with pytest.raises(TypeError, match="Hidden: name 'NoneSuch' is not defined"):
        schema_of(hidden)
