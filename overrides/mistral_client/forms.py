"""The forms that values take in JSON: the schema of a class, and its objects out of JSON text.

Classes are attrs classes, dataclasses, typed dicts, named tuples, or classes that do both
themselves with `model_json_schema` and `model_validate_json`, as those of pydantic do. The types
of their fields are those that JSON has, and the classes, enums, literals, times and ids that JSON
texts spell. A `Form` of `form_kinds` stands for one type: it writes the schema and reads values.

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
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

from mistral_client.class_fields import Kind, bare, fields_of, unsubscripted, words_of
from mistral_client.form_kinds import (
    PLAIN,
    Anything,
    Choice,
    Described,
    Form,
    Json,
    ListOf,
    MapOf,
    ObjectOf,
    Plain,
    Schema,
    SelfMade,
    Spelt,
    TupleOf,
    UnionOf,
)

T = TypeVar("T")

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

# The beginning of a block of code in Markdown, up to the code.
_FENCE: Final = re.compile(r"```\w*\s*")


def is_self_made(kind: Kind) -> bool:
    """Say whether a class writes its schema and reads its JSON itself."""
    return (
        isinstance(kind, type)
        and callable(getattr(kind, "model_json_schema", None))
        and callable(getattr(kind, "model_validate_json", None))
    )


def schema_of(kind: type) -> Schema:
    """Return the JSON schema of a class; its objects have no properties but the known ones.

    Raises:
        TypeError: It is no class, or the class, or a field's type, has no form in JSON.

    """
    if not is_self_made(kind) and fields_of(kind) is None:
        raise TypeError(
            f"response_format is {_told(kind)}, which has no form in JSON: parse() takes an attrs "
            "class, a dataclass, a TypedDict, a NamedTuple or a class with model_json_schema and "
            "model_validate_json; a schema of your own goes to complete(response_format=...)"
        )
    forms = Forms()
    whole = forms.of(kind, name_of(kind))
    if isinstance(whole, SelfMade):
        return whole.schema()
    definitions = forms.definitions()
    text = json.dumps(definitions)
    used = {name: each for name, each in definitions.items() if f'"#/$defs/{name}"' in text}
    own = cast("ObjectOf", whole).definition()
    return {**own, **({"$defs": used} if used else {})}


def _told(value: object) -> str:
    """Return what a value is that stands in the place of a class with fields."""
    if get_origin(value) is not None or value is None or isinstance(value, type):
        return repr(value)
    return f"an object of {type(value).__name__}"


def read_form(kind: type[T], text: str) -> T:
    """Return the object that a JSON text holds.

    Raises:
        ValueError: It is not JSON, or holds no such object; the error names the path.

    """
    text = _without_fence(text)
    if is_self_made(kind):
        return cast("T", cast("Any", kind).model_validate_json(text))
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return cast("T", Forms().of(kind, name_of(kind)).read(value, name_of(kind)))


def name_of(kind: Kind) -> str:
    """Return the name of a class, without the types that a generic one comes with."""
    name: str = unsubscripted(kind).__name__
    return name


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
        self._objects: dict[Kind, ObjectOf] = {}

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas of all classes by name."""
        return {each.name: each.definition() for each in self._objects.values()}

    def of(self, kind: Kind, path: str) -> Form:
        """Return the form of a type, with the words about it.

        Raises:
            TypeError: It has none.

        """
        words, form = words_of(kind), self._of_bare(bare(kind), path)
        return Described(form, words) if words else form

    def _of_bare(self, kind: Kind, path: str) -> Form:
        origin, inner = unsubscripted(kind), get_args(kind)
        if kind in PLAIN:
            return Plain(kind)
        if kind in _SPELT:
            return Spelt(*_SPELT[kind])
        found = self._of_choice(origin, inner, path) or self._of_container(origin, inner, path)
        found = found or self._of_class(kind)
        if found is not None:
            return found
        raise TypeError(f"{path}: {kind!r} has no form in JSON")

    def _of_choice(self, origin: Kind, inner: tuple[Kind, ...], path: str) -> Form | None:
        if origin is Any:
            return Anything()
        if origin in {Union, UnionType}:
            return UnionOf(tuple(self.of(each, path) for each in inner))
        if origin is Literal:
            return Choice({(type(each), each): each for each in inner})
        if isinstance(origin, type) and issubclass(origin, enum.Enum):
            return Choice({(type(each.value), each.value): each for each in origin})
        return None

    def _of_container(self, origin: Kind, inner: tuple[Kind, ...], path: str) -> Form | None:
        if origin in _LISTS:
            return ListOf(self.of(inner[0] if inner else Any, f"{path}[]"), _LISTS[origin])
        if origin is tuple and (not inner or inner[-1] is ...):
            return ListOf(self.of(inner[0] if inner else Any, f"{path}[]"), tuple)
        if origin is tuple:
            return TupleOf([self.of(each, f"{path}[{n}]") for n, each in enumerate(inner)])
        if origin in {dict, Mapping}:
            if inner and bare(inner[0]) is not str:
                raise TypeError(f"{path}: the keys of a JSON object are text, not {inner[0]!r}")
            return MapOf(self.of(inner[1] if inner else Any, f"{path}.*"))
        return None

    def _of_class(self, kind: Kind) -> Form | None:
        if is_self_made(kind):
            return SelfMade(kind)
        if kind in self._objects:
            return self._objects[kind]
        fields = fields_of(kind)
        if fields is None:
            return None
        name = name_of(kind)
        taken = sum(each.kind.__name__ == name for each in self._objects.values())
        form = ObjectOf(unsubscripted(kind), f"{name}{taken + 1}" if taken else name)
        self._objects[kind] = form
        for each in fields:
            form.parts[each.name] = self.of(each.kind, f"{name}.{each.name}")
            form.required += [each.name] if each.is_required else []
            form.texts[each.name] = each.description
        return form
