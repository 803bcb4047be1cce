"""Fields and values that a published SDK sends and the document does not have: taken, and told.

The fields do nothing; a value does what the nearest documented one does. A field that nobody
publishes is refused where the document closes the schema, as on live servers.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.schemas import Schema
from mistral_openapi.eras import ANNOUNCED, TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.operations import Operation
    from mistral_openapi.eras import Era

TABLE = files("mistral_mock").joinpath("undocumented.toml")
NONE: Mapping[str, Schema] = {}


@cache
def load() -> Mapping[tuple[str, str], Mapping[str, Schema]]:
    """Return the schemas of the fields by name, for each operation and place."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    found: dict[tuple[str, str], dict[str, Schema]] = {}
    for entry in table["fields"]:
        schemas = {name: Schema(raw) for name, raw in entry["schemas"].items()}
        for operation in entry["operations"]:
            found.setdefault((operation, entry["place"]), {}).update(schemas)
    return found


def find(operation: Operation, place: str, era: Era) -> Mapping[str, Schema]:
    """Return the fields of an operation; an earlier state of the API had none."""
    return load().get((operation.id, place), NONE) if era.name in {TODAY, ANNOUNCED} else NONE


@frozen
class Value:
    """A value of a field that the document's enum does not have yet."""

    place: str
    """The field's names from the body down, with dots between."""
    value: str
    like: str
    """The nearest documented value: where that may stand, this one may."""


@cache
def load_values() -> Mapping[str, tuple[Value, ...]]:
    """Return the newer values by operation."""
    found: dict[str, tuple[Value, ...]] = {}
    for entry in tomllib.loads(TABLE.read_text("utf-8")).get("values", ()):
        one = Value(entry["place"], entry["value"], entry["like"])
        for operation in entry["operations"]:
            found[operation] = (*found.get(operation, ()), one)
    return found


def find_values(operation: Operation, body: object, era: Era) -> tuple[Value, ...]:
    """Return the newer values that a body holds; an earlier state of the API had none."""
    known = load_values().get(operation.id, ()) if era.name in {TODAY, ANNOUNCED} else ()
    return tuple(one for one in known if look_up(body, one.place) == one.value)


def look_up(body: object, place: str) -> object:
    """Return what stands at a place of a body; None for nothing."""
    for name in place.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def put(body: object, place: str, value: str) -> Any:  # noqa: ANN401 - JSON
    """Return a body with another value at a place that it has."""
    if not isinstance(body, dict):
        return value
    name, _, rest = place.partition(".")
    return {**body, name: put(body[name], rest, value)}


def find_sent(
    operation: Operation, era: Era, body: object, query: Mapping[str, str]
) -> tuple[str, ...]:
    """Return those of a request's fields, of the body first, and those with newer values."""
    fields = body if isinstance(body, dict) else {}
    of_body = (*find(operation, "body", era), *operation.newer_fields)
    return (
        *(name for name in of_body if name in fields),
        *(one.place for one in find_values(operation, body, era)),
        *(name for name in find(operation, "query", era) if name in query),
    )
