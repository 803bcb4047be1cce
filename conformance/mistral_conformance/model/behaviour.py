"""States, streams and request options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.model.declarations import (
    OPTION,
    STATES,
    STREAM,
    TEXT,
    derived,
    origin_of,
)
from mistral_conformance.model.facts import Option, States, StreamView, Text
from mistral_conformance.model.schemas import answer_schema, body_schema, facet, members, properties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.model.facts import Reference, Resource

STATE_NAMES = ("status", "state")
SAID = {"choices", "outputs"}
"""Where an answer holds what a model said."""


def read_states(document: Document, resources: Iterable[Resource]) -> list[States]:
    """Return the declared states of all resources."""
    return [
        _read_states(document, resource, name, each.schema, each.origin.pointer)
        for resource in resources
        for name, each in resource.fields.items()
        if _said(document, each.schema)
    ]


def is_state(document: Document, name: str, schema: Json) -> bool:
    """Say whether a field is a state by its name, and has several values by its schema."""
    return name.endswith(STATE_NAMES) and len(state_values(document, schema)) > 1


def state_values(document: Document, schema: Json) -> list[Any]:
    """Return the values that a field may have: of an enum, or of constants beside each other."""
    found = [
        each["enum"] if "enum" in each else [each["const"]]
        for each in members(document, schema)
        if "enum" in each or "const" in each
    ]
    return [value for each in found for value in each]


def read_streams(document: Document) -> dict[str, StreamView]:
    """Return the operations whose stream has a plain answer that it must equal."""
    found = {}
    for each in document.operations.values():
        said: Json = each.item.get(STREAM, {})
        if said.get("when"):
            origin = derived("the same request without these fields has a plain answer")
            data, end = str(said.get("data", "")), str(said.get("end", ""))
            found[each.id] = StreamView(each.id, said["when"], data, end, origin)
    return found


def read_texts(document: Document, resources: Iterable[Resource]) -> list[Text]:
    """Return the views that give the text of what was uploaded."""
    found = []
    for resource in resources:
        for each in (*resource.views, *resource.links):
            operation = document.operations[each]
            said: Json | None = operation.item.get(TEXT)
            if said is not None:
                origin = origin_of(said, operation.pointer, TEXT)
                found.append(Text(each, resource.name, str(said.get("at", "")), origin))
    return found


def read_options(document: Document) -> list[Option]:
    """Return the request options whose effect is declared."""
    return [option for each in document.operations.values() for option in _options(document, each)]


def read_settings(
    document: Document, resources: Iterable[Resource], references: Iterable[Reference]
) -> list[Option]:
    """Return the options inside an object of a request, and of a kept one that a request names."""
    found, named = [], list(references)
    makers = {each.create: each.name for each in resources}
    for operation in document.operations.values():
        inner = list(_inner_options(document, operation))
        if _speaks(document, operation):
            found += inner
            continue
        for each in named if inner and operation.id in makers else ():
            asked = document.operations[each.place.operation]
            whole = each.place.where == "body" and "." not in each.place.name
            if each.resource == makers[operation.id] and whole and _speaks(document, asked):
                by, kept_by = each.place.name, makers[operation.id]
                found += [evolve(e, operation=asked.id, by=by, kept_by=kept_by) for e in inner]
    return found


def _speaks(document: Document, operation: Operation) -> bool:
    """Say whether a model answers: with what it says, and what that takes."""
    schema, _ = answer_schema(operation, document)
    shown = properties(document, schema or {})
    return "usage" in shown and not SAID.isdisjoint(shown)


def _inner_options(document: Document, operation: Operation) -> Iterator[Option]:
    _, schema = body_schema(operation)
    for name, each in properties(document, schema).items() if schema else ():
        for option in _declared(document, operation.id, each.schema):
            yield evolve(option, inside=name)


def undeclared_options(document: Document, operation: Operation) -> list[str]:
    """Return optional properties of a request of which nobody says what they do."""
    _, schema = body_schema(operation)
    found = properties(document, schema) if schema else {}
    streams = operation.item.get(STREAM, {}).get("when", {})
    optional = [each for each in found.values() if not each.required and each.name not in streams]
    return [each.name for each in optional if OPTION not in each.schema]


def _options(document: Document, operation: Operation) -> Iterator[Option]:
    _, schema = body_schema(operation)
    return _declared(document, operation.id, schema or {})


def _declared(document: Document, operation: str, schema: Json) -> Iterator[Option]:
    for name, each in properties(document, schema).items():
        said: Json = each.schema.get(OPTION, {})
        if said:
            origin = origin_of(said, each.pointer, OPTION)
            effect, at = str(said["effect"]), str(said.get("at", ""))
            value, other = said.get("value"), said.get("other")
            yield Option(operation, name, effect, origin, at, value, other)


def _said(document: Document, schema: Json) -> Json:
    if STATES in schema:
        found: Json = schema[STATES]
        return found
    return facet(document, schema, STATES) or {}


def _pointer(document: Document, schema: Json) -> str:
    """Return where the states stand, empty where it is beside the field itself."""
    for each in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if "$ref" in each and STATES not in schema and STATES in document.resolve(each):
            return str(each["$ref"]).removeprefix("#")
    return ""


def _read_states(
    document: Document, resource: Resource, name: str, schema: Json, pointer: str
) -> States:
    said = _said(document, schema)
    where = _pointer(document, schema) or pointer.partition("/x-mistral-")[0]
    return States(
        resource.name,
        name,
        tuple(facet(document, schema, "enum") or ()),
        tuple(said.get("ends", ())),
        origin_of(said, where, STATES),
        moves={state: tuple(each) for state, each in said.get("moves", {}).items()},
        actions={action: tuple(each) for action, each in said.get("actions", {}).items()},
        stops={action: tuple(each) for action, each in said.get("stops", {}).items()},
        asked_in={action: tuple(each) for action, each in said.get("asked_in", {}).items()},
        words=dict(said.get("words", {})),
        said_by=str(said.get("said_by", "")),
        null_in={state: tuple(each) for state, each in said.get("null_in", {}).items()},
        set_in={state: tuple(each) for state, each in said.get("set_in", {}).items()},
    )
