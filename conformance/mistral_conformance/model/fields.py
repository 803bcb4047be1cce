"""Fields of resources: who owns them, what sets and changes them, what they add up from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.model.declarations import FIELD, REFERENCE, STATES, derived, origin_of
from mistral_conformance.model.facts import Field, Origin
from mistral_conformance.model.references import resource_named
from mistral_conformance.model.schemas import (
    Property,
    answer_schema,
    at_path,
    body_properties,
    facet,
    is_nullable,
    items_of,
    properties,
    types,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.model.facts import Resource

UPDATE_STAMPS = frozenset({"updated_at", "modified_at", "updatedAt", "modifiedAt"})


def read_fields(
    document: Document, resource: Resource, resources: dict[str, Resource]
) -> dict[str, Field]:
    """Return the fields that any answer about the resource shows, by name."""
    shown = _shown(document, resource)
    sent, changed = _taken(document, resource.create), _taken(document, _first(resource.changes))
    names = dict.fromkeys(name for each in shown for name in each)
    found = {name: _read_field(document, name, shown, sent, changed) for name in names}
    for name, operation in _own_ways(document, resource):
        if name in found and not found[name].changed:
            found[name] = evolve(found[name], changed=name, through=operation)
    return {name: evolve(each, refers=_refers(each, resources)) for name, each in found.items()}


def _own_ways(document: Document, resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield the actions that put one field, which their path and their body name."""
    for each in resource.actions:
        operation = document.operations[each]
        name = operation.path.rpartition("/")[2]
        if operation.method == "PUT" and set(_taken(document, each)) == {name}:
            yield name, each


def _refers(field: Field, resources: dict[str, Resource]) -> str:
    said: Json = field.schema.get(REFERENCE, {})
    return str(said.get("resource", resource_named(field.name, resources)) or "")


def shown_by(document: Document, resource: Resource, operation: str) -> dict[str, Property]:
    """Return the properties of the object in an operation's answer, a list's item among them."""
    schema, pointer = answer_schema(document.operations[operation], document)
    if schema is None:
        return {}
    if operation in {resource.list, *resource.lists}:
        paging: Json = document.operations[operation].item.get("x-mistral-paging", {})
        items = str(paging.get("items", ""))
        if not items and "array" not in types(document, schema):
            items = "data"
        schema = items_of(document, at_path(document, schema, items))
    found = properties(document, schema, pointer)
    framed = found.get(resource.frame)
    return properties(document, framed.schema, framed.pointer) if framed else found


def frame_of(document: Document, resource: Resource) -> str:
    """Return the property of a read's answer that holds the object, empty if it is the answer."""
    schema, _ = answer_schema(document.operations[resource.read], document)
    found = properties(document, schema) if schema else {}
    framed = (
        name
        for name, each in found.items()
        if properties(document, each.schema).keys() >= set(resource.key)
    )
    return "" if found.keys() >= set(resource.key) else next(framed, "")


def tells_object(document: Document, resource: Resource, operation: str) -> bool:
    """Say whether an answer is the object: its constant `object` is that of the one read."""
    told = [
        facet(document, found["object"].schema, "const")
        for each in (resource.read, operation)
        if each and "object" in (found := shown_by(document, resource, each))
    ]
    return len(set(told)) <= 1


def _shown(document: Document, resource: Resource) -> list[dict[str, Property]]:
    roles = (resource.read, resource.create, resource.list, *resource.changes)
    telling = [each for each in roles if each and tells_object(document, resource, each)]
    found = [shown_by(document, resource, each) for each in telling]
    return [each for each in found if each]


def _taken(document: Document, operation: str) -> dict[str, Property]:
    """Return the properties of an operation's request body, none without one."""
    if not operation:
        return {}
    return body_properties(document, document.operations[operation])


def _first(operations: tuple[str, ...]) -> str:
    return operations[0] if operations else ""


def _read_field(
    document: Document,
    name: str,
    shown: list[dict[str, Property]],
    sent: dict[str, Property],
    changed: dict[str, Property],
) -> Field:
    having = [each[name] for each in shown if name in each]
    schema = having[0].schema
    said, where = _declaration(having)
    source = str(said.get("from", name if name in sent else ""))
    change = str(said.get("changed", name if name in changed else ""))
    owner = "client" if source or change else "server"
    return Field(
        name,
        str(said.get("owner", owner)),
        origin_of(said, where, FIELD) if said else _origin(source, change),
        schema=schema,
        required=len(having) == len(shown) and all(each.required for each in having),
        beside=frozenset.intersection(*(each.beside for each in having)),
        deprecated=any(bool(each.schema.get("deprecated")) for each in having),
        sent=source,
        changed=change,
        null=str(said.get("null", _null(document, changed.get(change), having))),
        unit=unit_of(document, name, schema),
        moves=str(said.get("moves", _moves(document, name, schema))),
        moved_by=tuple(said.get("moved_by", ())),
        count=str(said.get("count", "")),
        sum=str(said.get("sum", "")),
        adds=tuple(said.get("adds", ())),
        listed=_listed(document, sent.get(source) or changed.get(change)),
        seen_by=dict(said.get("seen_by", {})),
        ends=bool(said.get("ends")),
        after=str(said.get("after", "")),
        after_s=float(said.get("after_s", 1)),
        known=bool(said.get("known")),
    )


def _moves(document: Document, name: str, schema: Json) -> str:
    """Return when a server's field changes: a state goes its way, whoever asks for what."""
    if name in UPDATE_STAMPS:
        return "change"
    return "alone" if STATES in schema or facet(document, schema, STATES) else "never"


def _declaration(having: list[Property]) -> tuple[Json, str]:
    for each in having:
        if FIELD in each.schema:
            return each.schema[FIELD], each.pointer
    return {}, ""


def _origin(sent: str, changed: str) -> Origin:
    if sent and changed:
        return derived("the creating and the changing request take it, and answers show it")
    if sent or changed:
        which = "creating" if sent else "changing"
        return derived(f"the {which} request takes it, and answers show it")
    return derived("answers show it, and no request takes it")


def _null(document: Document, changed: Property | None, having: list[Property]) -> str:
    """Return what null does in an update: what no answer can show as null it cannot clear."""
    if changed is None:
        return ""
    if not is_nullable(document, changed.schema):
        return "refused"
    shown = any(is_nullable(document, each.schema) for each in having)
    return "clears" if shown else "leaves"


def unit_of(document: Document, name: str, schema: Json) -> str:
    """Return the unit of a value, as its schema and its name say; empty for what is no time."""
    if said := schema.get(FIELD, {}).get("unit"):
        return str(said)
    if facet(document, schema, "format") == "date-time":
        return "RFC 3339"
    is_time = name.endswith("_at") or name == "created"
    return "seconds since 1970" if is_time and "integer" in types(document, schema) else ""


def _listed(document: Document, taken: Property | None) -> tuple[str, ...]:
    values = facet(document, taken.schema, "enum") if taken else ()
    return tuple(each for each in values or () if each is not None)
