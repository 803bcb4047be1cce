"""What the official SDK sends inside of arguments: fields and values, compared place by place.

A place is a path of fields through the body; all members of the unions there count together. What
the SDK has beyond the document is in the mock's list (`undocumented.toml`), or the document leaves
the place open.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from attrs import define, field

import mistral_openapi
from mistral_conformance.model.document import load_document
from mistral_conformance.running.plan import profile_operations
from mistral_mock.undocumented import load_values
from mistral_openapi import operations

official = pytest.importorskip("mistralai.client", reason="the official SDK is not installed")
MODEL: Any = pytest.importorskip("pydantic").BaseModel

DEEPEST = 8
UNREAD = "is_unknown"
"""A field of classes that stand for what the SDK could not read; nobody sends them."""
NOT_SENT = {"additional_properties"}
SEED = set(profile_operations(load_document(), "seed"))
THEIRS = official.Mistral(api_key="not-a-key")


def find_method(name: str) -> Any:
    try:
        return attrgetter(name)(THEIRS)
    except AttributeError:
        return None


METHODS = {one.id: find_method(one.id) for one in operations() if one.id in SEED}
COMPARED = [one for one, method in METHODS.items() if method is not None]


def find_fields(annotation: Any) -> dict[str, Any] | None:
    """The fields of a class of the SDK for objects; None for other types."""
    if not (inspect.isclass(annotation) and issubclass(annotation, MODEL)):
        return None
    cls: Any = annotation
    return dict(cls.model_fields)


@define
class Sent:
    """What the SDK can send at a place."""

    fields: dict[str, list[Any]] = field(factory=dict)
    values: set[str] = field(factory=set)
    items: list[Any] = field(factory=list)

    def take(self, annotation: Any) -> None:
        """Adds what a type says."""
        fields = find_fields(annotation)
        if fields is not None:
            for name, one in fields.items() if UNREAD not in fields else ():
                self.fields.setdefault(one.alias or name, []).append(one.annotation)
        elif inspect.isclass(annotation) and issubclass(annotation, enum.Enum):
            self.values |= {one.value for one in annotation}
        elif get_origin(annotation) is Literal:
            self.values |= {one for one in get_args(annotation) if isinstance(one, str)}
        elif get_origin(annotation) in {list, Iterable}:
            self.items += get_args(annotation)
        elif get_origin(annotation) is not dict:
            for one in get_args(annotation):
                self.take(one)


@define
class Said:
    """What the document says of a place."""

    fields: dict[str, list[Any]] = field(factory=dict)
    values: set[str] = field(factory=set)
    items: list[Any] = field(factory=list)
    is_closed: bool = False
    """No member takes fields that it does not list."""
    is_open_text: bool = False

    def take(self, raw: Mapping[str, Any]) -> None:
        """Adds what a schema says."""
        raw = mistral_openapi.resolve(dict(raw))
        for each in ("anyOf", "oneOf", "allOf"):
            for one in raw.get(each, ()):
                self.take(one)
        for name, one in raw.get("properties", {}).items():
            self.fields.setdefault(name, []).append(one)
        self.is_closed |= raw.get("additionalProperties") is False
        listed = [*raw.get("enum", ()), *([raw["const"]] if "const" in raw else [])]
        self.values |= {one for one in listed if isinstance(one, str)}
        self.is_open_text |= raw.get("type") == "string" and not listed
        self.items += [raw["items"]] if "items" in raw else []


def compare(
    place: str, annotations: Iterable[Any], schemas: Iterable[Any], depth: int = 0
) -> Iterator[str]:
    """What the SDK has at a place, and below it, that the document refuses."""
    sent, said = Sent(), Said()
    for annotation in annotations:
        sent.take(annotation)
    for schema in schemas:
        said.take(schema)
    if said.values and not said.is_open_text:
        yield from (f"{place}={one}" for one in sorted(sent.values - said.values))
    if said.is_closed:
        yield from (f"{place}.{one}" for one in sent.fields.keys() - said.fields - NOT_SENT)
    if depth < DEEPEST and sent.items and said.items:
        yield from compare(f"{place}[]", sent.items, said.items, depth + 1)
    for name in sent.fields.keys() & said.fields if depth < DEEPEST else ():
        yield from compare(f"{place}.{name}", sent.fields[name], said.fields[name], depth + 1)


def find_differences(operation: str) -> set[str]:
    """What the SDK's method sends inside of the body that the document refuses, by place."""
    (found,) = (one for one in operations() if one.id == operation)
    said = Said()
    body = mistral_openapi.resolve(found.object.get("requestBody", {}))
    for content in body.get("content", {}).values():
        said.take(content["schema"])
    hints = get_type_hints(METHODS[operation])
    return {
        one
        for name, schemas in said.fields.items()
        if name in hints
        for one in compare(name, [hints[name]], schemas)
    }


def test_there_are_arguments_to_compare() -> None:
    assert len(COMPARED) > 100
    sent = Sent()
    sent.take(get_type_hints(METHODS["chat.complete"])["messages"])
    inner = Sent()
    for one in sent.items:
        inner.take(one)
    assert {"role", "content", "tool_calls"} <= inner.fields.keys()


@pytest.mark.parametrize("operation", COMPARED)
def test_what_the_sdk_sends_inside_of_arguments_is_taken(operation: str) -> None:
    listed = {f"{one.place}={one.value}" for one in load_values().get(operation, ())}
    assert find_differences(operation) == listed
