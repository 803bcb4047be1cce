"""The document's operations, made ready for requests; schemas are compiled on first use."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

import mistral_openapi
from mistral_mock.answers import JSON
from mistral_mock.schemas import Schema
from mistral_openapi.eras import NEWER, find_era

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_openapi.eras import Era

MULTIPART = "multipart/form-data"
FORMS = ("x-mistral-stream", "x-mistral-structured")
"""What names another method of clients for the same operation."""


@frozen(slots=False)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Schema
    exploded: bool = False
    """An object each of whose fields travels as a parameter of its own."""


@frozen(slots=False)
class Operation:
    """One operation: what a request for it may say."""

    id: str
    method: str
    path: str
    object: Mapping[str, Any]
    shared: tuple[Mapping[str, Any], ...] = ()
    """Parameters of the whole path item."""

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path template's parts."""
        return tuple(self.path.strip("/").split("/"))

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """In the order of the document."""
        return tuple(p for p in self._parameters if p.place == "path")

    @cached_property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """In the order of the document."""
        return tuple(p for p in self._parameters if p.place == "query")

    @cached_property
    def query_defaults(self) -> Mapping[str, Any]:
        """What an empty query means."""
        return MappingProxyType({p.name: p.schema.default for p in self.query_parameters})

    @cached_property
    def bodies(self) -> Mapping[str, Schema]:
        """The body's schema by media type; empty when the operation takes no body."""
        content = self._body.get("content", {})
        return {media: Schema(found["schema"]) for media, found in content.items()}

    @cached_property
    def newer_fields(self) -> tuple[str, ...]:
        """The fields of the body that a client of the vendor sends and no document of it has."""
        schemas = [schema.properties for schema in self.bodies.values()]
        return tuple(name for each in schemas for name, one in each.items() if NEWER in one.raw)

    @cached_property
    def body_required(self) -> bool:
        """A request without a body is wrong."""
        return bool(self._body.get("required", False))

    @cached_property
    def takes_form(self) -> bool:
        """The body is a multipart form."""
        return MULTIPART in self.bodies

    @cached_property
    def _body(self) -> Mapping[str, Any]:
        return mistral_openapi.resolve(self.object.get("requestBody", {}))

    @cached_property
    def _parameters(self) -> tuple[Parameter, ...]:
        found = [mistral_openapi.resolve(dict(p)) for p in self.shared]
        found += [mistral_openapi.resolve(p) for p in self.object.get("parameters", [])]
        return tuple(
            Parameter(
                p["name"], p["in"], p.get("required", False), Schema(_schema_of(p)), _explodes(p)
            )
            for p in found
        )


def _schema_of(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a parameter, also of one whose text is JSON (`content`)."""
    found: Mapping[str, Any] = parameter.get("schema") or parameter["content"][JSON]["schema"]
    return found


def _explodes(parameter: Mapping[str, Any]) -> bool:
    """Say whether an object query parameter is written field by field, unless it says otherwise."""
    types = Schema(parameter["schema"]).types if "schema" in parameter else frozenset()
    is_form = parameter.get("style", "form") == "form" and parameter.get("explode", True)
    return parameter["in"] == "query" and is_form and "object" in types and "string" not in types


@cache
def find_operation(id_: str) -> Operation:
    """Return the operation of the document with an id."""
    return next(one for one in load_operations() if one.id == id_)


@cache
def load_operations(era: Era | None = None) -> tuple[Operation, ...]:
    """Return all operations of an era, today's by default; the mocks of a process share them."""
    document = (era or find_era()).serving
    paths = document["paths"]
    return tuple(
        Operation(
            found.id,
            found.method,
            found.path,
            found.object,
            tuple(paths[found.path].get("parameters", ())),
        )
        for found in mistral_openapi.operations(document)
    )


def check_pattern(pattern: str) -> None:
    """Lets through a pattern that some operation of the document matches.

    Raises:
        ValueError: None does; the message says what was probably meant.

    """
    known = [operation.id for operation in load_operations()]
    if not any(fnmatchcase(one, pattern) for one in known):
        hint = find_twin(pattern) or "".join(
            f"; do you mean {near}?" for near in get_close_matches(pattern, known, n=1)
        )
        raise ValueError(f"operation {pattern!r} matches no operation of the document{hint}")


def find_twin(method: str) -> str:
    """Return what to write for a client's second method for an operation, such as `chat.stream`."""
    group, _, name = method.rpartition(".")
    for operation in load_operations():
        methods = [operation.object.get(form, {}).get("method") for form in FORMS]
        if operation.id.rpartition(".")[0] == group and name in methods:
            return f"; {method} is a method of clients for {operation.id}"
    return ""
