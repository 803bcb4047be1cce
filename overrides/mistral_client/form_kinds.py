"""How values of one type look in JSON: a class for each kind of type.

Each writes its part of the schema and reads its values.
"""

from __future__ import annotations

import json
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

import attr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_client.class_fields import Kind

T = TypeVar("T")
Schema: TypeAlias = dict[str, Any]
Json: TypeAlias = Any

PLAIN: Final[Mapping[Kind, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
}
_SHOWN: Final = 60


class Form(Protocol):
    """How values of one type look in JSON; `path` says where a value stands, for messages."""

    def schema(self) -> Schema:
        """Return the JSON schema."""
        ...

    def read(self, value: Json, path: str) -> object:
        """Return the object that a JSON value means.

        Raises:
            ValueError: It means none.

        """
        ...


@attr.frozen
class Anything:
    """A value of any kind, kept as it is."""

    def schema(self) -> Schema:
        return {}

    def read(self, value: Json, path: str) -> object:  # noqa: ARG002 - as in every form
        return value


@attr.frozen
class Plain:
    """A value that JSON has itself."""

    kind: Kind

    def schema(self) -> Schema:
        return {"type": PLAIN[self.kind]}

    def read(self, value: Json, path: str) -> object:
        if self.kind is float and type(value) is int:
            return float(value)
        if type(value) is self.kind:
            return value
        raise _wrong(path, PLAIN[self.kind], value)


@attr.frozen
class Spelt:
    """A value that a text spells."""

    facts: Schema
    spelt: Callable[[str], object]

    def schema(self) -> Schema:
        return {"type": "string", **self.facts}

    def read(self, value: Json, path: str) -> object:
        if not isinstance(value, str):
            raise _wrong(path, "string", value)
        return _made(lambda: self.spelt(value), path)


@attr.frozen
class Choice:
    """Listed values, told apart by type too: 1 is not true."""

    values: Mapping[tuple[type, Json], object]

    def schema(self) -> Schema:
        return {"enum": [value for _, value in self.values]}

    def read(self, value: Json, path: str) -> object:
        key = (type(value), value)
        if isinstance(value, list | dict) or key not in self.values:
            raise _wrong(path, f"one of {[each for _, each in self.values]}", value)
        return self.values[key]


@attr.frozen
class Described:
    """A value that words say more of."""

    form: Form
    text: str

    def schema(self) -> Schema:
        return {**self.form.schema(), "description": self.text}

    def read(self, value: Json, path: str) -> object:
        return self.form.read(value, path)


@attr.frozen
class UnionOf:
    """A value of one of several types."""

    members: tuple[Form, ...]

    def schema(self) -> Schema:
        return {"anyOf": [each.schema() for each in self.members]}

    def read(self, value: Json, path: str) -> object:
        """Return the value as the first member that it fits; one of just its type goes first."""
        problems: dict[str, None] = {}
        for form in sorted(self.members, key=lambda each: _undescribed(each) != Plain(type(value))):
            try:
                return form.read(value, path)
            except ValueError as error:
                problems[str(error)] = None
        raise ValueError("; or ".join(problems))


@attr.frozen
class ListOf:
    """An array, and what collects its items."""

    item: Form
    collect: Callable[[list[Json]], object]

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}

    def read(self, value: Json, path: str) -> object:
        items = _expect(list, "array", value, path)
        found = [self.item.read(each, f"{path}[{n}]") for n, each in enumerate(items)]
        return _made(lambda: self.collect(found), path)


@attr.frozen
class TupleOf:
    """An array of fixed length."""

    items: list[Form]

    def schema(self) -> Schema:
        inner = [each.schema() for each in self.items]
        bounds = {"minItems": len(inner), "maxItems": len(inner)}
        return {"type": "array", "prefixItems": inner, "items": False, **bounds}

    def read(self, value: Json, path: str) -> object:
        values = _expect(list, "array", value, path)
        if len(values) != len(self.items):
            raise _wrong(path, f"array of {len(self.items)}", value)
        pairs = enumerate(zip(self.items, values, strict=True))
        return tuple(form.read(each, f"{path}[{n}]") for n, (form, each) in pairs)


@attr.frozen
class MapOf:
    """An object whose names are free."""

    value: Form

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.value.schema()}

    def read(self, value: Json, path: str) -> object:
        items = _expect(dict, "object", value, path).items()
        return {name: self.value.read(each, f"{path}.{name}") for name, each in items}


@attr.frozen
class SelfMade:
    """An object of a class that writes and reads JSON itself."""

    kind: Kind

    def schema(self) -> Schema:
        schema: Schema = _closed(self.kind.model_json_schema())
        return schema

    def read(self, value: Json, path: str) -> object:
        return _made(lambda: self.kind.model_validate_json(json.dumps(value)), path)


@attr.define(eq=False)
class ObjectOf:
    """The form of a class that only holds values; its parts are filled in later."""

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

    def read(self, value: Json, path: str) -> object:
        fields = _expect(dict, "object", value, path)
        missing = [name for name in self.required if name not in fields]
        if missing:
            raise ValueError(f"{path}: {', '.join(missing)} is missing")
        known = {name: form for name, form in self.parts.items() if name in fields}
        given = {name: form.read(fields[name], f"{path}.{name}") for name, form in known.items()}
        return _made(lambda: self.kind(**given), path)


def _undescribed(form: Form) -> Form:
    """Return a form without the words about it."""
    return form.form if isinstance(form, Described) else form


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


def _expect(kind: type[T], words: str, value: Json, path: str) -> T:
    if isinstance(value, kind):
        return value
    raise _wrong(path, words, value)


def _made(make: Callable[[], object], path: str) -> object:
    """Return what a class or a reader makes; whatever it raises tells the path."""
    try:
        return make()
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"{path}: {error}") from error


def _wrong(path: str, wanted: str, value: Json) -> ValueError:
    shown = json.dumps(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return ValueError(f"{path}: {wanted} is expected, not {shown}")
