"""The forms that values take in JSON: the schema of a class, and its objects out of JSON text.

Classes are attrs classes, dataclasses, or classes that do both themselves with
`model_json_schema` and `model_validate_json`, as those of pydantic do. The types of their fields
are those that JSON has, and the classes, enums, literals, times and ids that JSON texts spell.
A `Form` stands for one type: it writes the schema and reads values.

Why this is no library's: cattrs reads values and writes no schema; msgspec writes schemas, but
reads neither docstrings of fields nor `Annotated` texts of classes that are not its own, and its
schemas leave open what strict servers want closed; pydantic does all of it, and users who want it
give its classes. Each would be one more dependency of every install, for a call that few make.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)
from uuid import UUID

import attr

from mistral_client.class_fields import Kind, bare, fields_of

T = TypeVar("T")
Schema: TypeAlias = dict[str, Any]
Json: TypeAlias = Any

_PLAIN: Final[Mapping[Kind, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
}
# Texts that stand for something: the schema's `format`, if it has one, and how the text is read.
_SPELT: Final[Mapping[Kind, tuple[Schema, Callable[[str], object]]]] = {
    datetime: ({"format": "date-time"}, datetime.fromisoformat),
    date: ({"format": "date"}, date.fromisoformat),
    time: ({"format": "time"}, time.fromisoformat),
    UUID: ({"format": "uuid"}, UUID),
    Decimal: ({}, Decimal),
}
_LISTS: Final[Mapping[Kind, Callable[[list[Json]], object]]] = {
    list: list,
    Sequence: list,
    set: set,
    frozenset: frozenset,
    AbstractSet: frozenset,
}
_SHOWN: Final = 60

# The beginning of a block of code in Markdown, up to the code.
_FENCE: Final = re.compile(r"```\w*\s*")


class Form(Protocol):
    """How values of one type look in JSON; `place` says where a value stands, for messages."""

    def schema(self) -> Schema:
        """Return the JSON schema."""
        ...

    def read(self, value: Json, place: str) -> object:
        """Return the object that a JSON value means. Raises ValueError."""
        ...


def is_self_made(kind: Kind) -> bool:
    """Say whether a class writes its schema and reads its JSON itself."""
    return (
        isinstance(kind, type)
        and callable(getattr(kind, "model_json_schema", None))
        and callable(getattr(kind, "model_validate_json", None))
    )


def schema_of(kind: type) -> Schema:
    """Return the JSON schema of a class; its objects have no properties but the known ones.

    Raises TypeError for what is no class, and for a class, or a field's type, without a form in
    JSON.
    """
    if not isinstance(kind, type) or not (is_self_made(kind) or fields_of(kind) is not None):
        raise TypeError(
            f"response_format is {_told(kind)}, which has no form in JSON: parse() takes an attrs "
            "class, a dataclass or a class with model_json_schema and model_validate_json; a "
            "schema of your own goes to complete(response_format=...)"
        )
    forms = Forms()
    whole = forms.of(kind, getattr(kind, "__name__", str(kind)))
    if isinstance(whole, _SelfMade):
        return whole.schema()
    definitions = forms.definitions()
    text = json.dumps(definitions)
    used = {name: each for name, each in definitions.items() if f'"#/$defs/{name}"' in text}
    own = cast("_Object", whole).definition()
    return {**own, **({"$defs": used} if used else {})}


def _told(value: object) -> str:
    """Return what a value is that stands in the place of a class with fields."""
    if get_origin(value) is not None or value is None or isinstance(value, type):
        return repr(value)
    return f"an object of {type(value).__name__}"


def read_form(kind: type[T], text: str) -> T:
    """Return the object that a JSON text holds.

    Raises ValueError when it is not JSON, or holds no such object; it names the place.
    """
    text = _without_fence(text)
    if is_self_made(kind):
        return cast("T", cast("Any", kind).model_validate_json(text))
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return cast("T", Forms().of(kind, kind.__name__).read(value, kind.__name__))


def _without_fence(text: str) -> str:
    """Return the JSON of an answer that a model wrapped in Markdown, or the text as it is.

    Models do so where a server does not hold them to the schema.
    """
    text = text.removeprefix("\ufeff").strip()
    fence = None if text.startswith(("{", "[", '"')) else _FENCE.search(text)
    if fence is None:
        return text
    try:
        _, end = json.JSONDecoder().raw_decode(text, fence.end())
    except (ValueError, RecursionError):
        return text
    return text[fence.end() : end]


class Forms:
    """The forms of one schema; each class has one form and one definition."""

    def __init__(self) -> None:
        self._objects: dict[type, _Object] = {}

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas of all classes by name."""
        return {each.name: each.definition() for each in self._objects.values()}

    def of(self, kind: Kind, place: str) -> Form:
        """Return the form of a type. Raises TypeError when it has none."""
        kind = bare(kind)
        outer: Kind = get_origin(kind)
        origin, inner = (kind if outer is None else outer), get_args(kind)
        if kind in _PLAIN:
            return _Plain(kind)
        if kind in _SPELT:
            return _Spelt(*_SPELT[kind])
        for make in (self._of_choice, self._of_container, self._of_class):
            found = make(origin, inner, place)
            if found is not None:
                return found
        raise TypeError(f"{place}: {kind!r} has no form in JSON")

    def _of_choice(self, origin: Kind, inner: tuple[Kind, ...], place: str) -> Form | None:
        if origin is Any:
            return _Anything()
        if origin in {Union, UnionType}:
            return _Union(tuple(self.of(each, place) for each in inner))
        if origin is Literal:
            return _Choice({(type(each), each): each for each in inner})
        if isinstance(origin, type) and issubclass(origin, enum.Enum):
            return _Choice({(type(each.value), each.value): each for each in origin})
        return None

    def _of_container(self, origin: Kind, inner: tuple[Kind, ...], place: str) -> Form | None:
        if origin in _LISTS:
            return _List(self.of(inner[0] if inner else Any, f"{place}[]"), _LISTS[origin])
        if origin is tuple and (not inner or inner[-1] is ...):
            return _List(self.of(inner[0] if inner else Any, f"{place}[]"), tuple)
        if origin is tuple:
            return _Tuple([self.of(each, f"{place}[{n}]") for n, each in enumerate(inner)])
        if origin in {dict, Mapping}:
            if inner and bare(inner[0]) is not str:
                raise TypeError(f"{place}: the keys of a JSON object are text, not {inner[0]!r}")
            return _Map(self.of(inner[1] if inner else Any, f"{place}.*"))
        return None

    def _of_class(self, origin: Kind, _inner: tuple[Kind, ...], _place: str) -> Form | None:
        if is_self_made(origin):
            return _SelfMade(origin)
        fields = fields_of(origin)
        if fields is None:
            return None
        if origin not in self._objects:
            taken = sum(each.kind.__name__ == origin.__name__ for each in self._objects.values())
            name = f"{origin.__name__}{taken + 1}" if taken else origin.__name__
            form = self._objects[origin] = _Object(origin, name)
            for each in fields:
                form.parts[each.name] = self.of(each.kind, f"{origin.__name__}.{each.name}")
                form.required += [each.name] if each.is_required else []
                form.texts[each.name] = each.description
        return self._objects[origin]


@attr.frozen
class _Anything:
    def schema(self) -> Schema:
        return {}

    def read(self, value: Json, place: str) -> object:  # noqa: ARG002 - as in every form
        return value


@attr.frozen
class _Plain:
    kind: Kind

    def schema(self) -> Schema:
        return {"type": _PLAIN[self.kind]}

    def read(self, value: Json, place: str) -> object:
        if self.kind is float and type(value) is int:
            return float(value)
        if type(value) is self.kind:
            return value
        raise _wrong(place, _PLAIN[self.kind], value)


@attr.frozen
class _Spelt:
    facts: Schema
    spelt: Callable[[str], object]

    def schema(self) -> Schema:
        return {"type": "string", **self.facts}

    def read(self, value: Json, place: str) -> object:
        if not isinstance(value, str):
            raise _wrong(place, "string", value)
        return _made(lambda: self.spelt(value), place)


@attr.frozen
class _Choice:
    """Listed values, told apart by type too: 1 is not true."""

    values: Mapping[tuple[type, Json], object]

    def schema(self) -> Schema:
        return {"enum": [value for _, value in self.values]}

    def read(self, value: Json, place: str) -> object:
        key = (type(value), value)
        if isinstance(value, list | dict) or key not in self.values:
            raise _wrong(place, f"one of {[each for _, each in self.values]}", value)
        return self.values[key]


@attr.frozen
class _Union:
    members: tuple[Form, ...]

    def schema(self) -> Schema:
        return {"anyOf": [each.schema() for each in self.members]}

    def read(self, value: Json, place: str) -> object:
        """Return the value as the first member that it fits; one of just its type goes first."""
        problems: dict[str, None] = {}
        for form in sorted(self.members, key=lambda each: each != _Plain(type(value))):
            try:
                return form.read(value, place)
            except ValueError as error:
                problems[str(error)] = None
        raise ValueError("; or ".join(problems))


@attr.frozen
class _List:
    item: Form
    collect: Callable[[list[Json]], object]

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}

    def read(self, value: Json, place: str) -> object:
        items = _expect(list, "array", value, place)
        found = [self.item.read(each, f"{place}[{n}]") for n, each in enumerate(items)]
        return _made(lambda: self.collect(found), place)


@attr.frozen
class _Tuple:
    items: list[Form]

    def schema(self) -> Schema:
        inner = [each.schema() for each in self.items]
        bounds = {"minItems": len(inner), "maxItems": len(inner)}
        return {"type": "array", "prefixItems": inner, "items": False, **bounds}

    def read(self, value: Json, place: str) -> object:
        values = _expect(list, "array", value, place)
        if len(values) != len(self.items):
            raise _wrong(place, f"array of {len(self.items)}", value)
        pairs = enumerate(zip(self.items, values, strict=True))
        return tuple(form.read(each, f"{place}[{n}]") for n, (form, each) in pairs)


@attr.frozen
class _Map:
    value: Form

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.value.schema()}

    def read(self, value: Json, place: str) -> object:
        items = _expect(dict, "object", value, place).items()
        return {name: self.value.read(each, f"{place}.{name}") for name, each in items}


@attr.frozen
class _SelfMade:
    kind: Kind

    def schema(self) -> Schema:
        schema: Schema = _closed(self.kind.model_json_schema())
        return schema

    def read(self, value: Json, place: str) -> object:
        return _made(lambda: self.kind.model_validate_json(json.dumps(value)), place)


@attr.define(eq=False)
class _Object:
    """The form of an attrs class or a dataclass; its parts are filled in later."""

    kind: type
    name: str
    parts: dict[str, Form] = attr.field(factory=dict)
    required: list[str] = attr.field(factory=list)
    texts: dict[str, str] = attr.field(factory=dict)

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}

    def definition(self) -> Schema:
        """Return the schema itself."""
        return {
            "title": self.kind.__name__,
            "type": "object",
            "properties": {name: self._part(name) for name in self.parts},
            "required": self.required,
            "additionalProperties": False,
        }

    def _part(self, name: str) -> Schema:
        """Return the schema of one property, with its description."""
        schema, text = self.parts[name].schema(), self.texts.get(name)
        return {**schema, "description": text} if text else schema

    def read(self, value: Json, place: str) -> object:
        fields = _expect(dict, "object", value, place)
        missing = [name for name in self.required if name not in fields]
        if missing:
            raise ValueError(f"{place}: {', '.join(missing)} is missing")
        known = {name: form for name, form in self.parts.items() if name in fields}
        given = {name: form.read(fields[name], f"{place}.{name}") for name, form in known.items()}
        return _made(lambda: self.kind(**given), place)


def _closed(value: Json) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema whose objects have no properties but the known ones, in all its depth."""
    if isinstance(value, list):
        return [_closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    closed = {key: _closed(each) for key, each in value.items()}
    if isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def _expect(kind: type[T], words: str, value: Json, place: str) -> T:
    if isinstance(value, kind):
        return value
    raise _wrong(place, words, value)


def _made(make: Callable[[], object], place: str) -> object:
    """Return what a class or a reader makes; whatever it raises tells the place."""
    try:
        return make()
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"{place}: {error}") from error


def _wrong(place: str, wanted: str, value: Json) -> ValueError:
    shown = json.dumps(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return ValueError(f"{place}: {wanted} is expected, not {shown}")
