"""Fields that a published SDK sends and the document does not have: taken, and told.

They do nothing. A field that nobody publishes is refused where the document closes the schema, as
on live servers.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

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
    """The schemas of the fields by name, for each operation and place."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    found: dict[tuple[str, str], dict[str, Schema]] = {}
    for entry in table["fields"]:
        schemas = {name: Schema(raw) for name, raw in entry["schemas"].items()}
        for operation in entry["operations"]:
            found.setdefault((operation, entry["place"]), {}).update(schemas)
    return found


def find(operation: Operation, place: str, era: Era) -> Mapping[str, Schema]:
    """The fields of an operation; an earlier state of the API had none."""
    return load().get((operation.id, place), NONE) if era.name in {TODAY, ANNOUNCED} else NONE


def find_sent(
    operation: Operation, era: Era, body: object, query: Mapping[str, str]
) -> tuple[str, ...]:
    """Those of the fields that a request has, of the body first."""
    fields = body if isinstance(body, dict) else {}
    of_body = (*find(operation, "body", era), *operation.newer_fields)
    return (
        *(name for name in of_body if name in fields),
        *(name for name in find(operation, "query", era) if name in query),
    )
