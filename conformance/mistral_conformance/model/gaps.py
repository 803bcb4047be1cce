"""What nobody has declared and no shape tells, operation by operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model.behaviour import is_state, state_values, undeclared_options
from mistral_conformance.model.declarations import LINK, OPTION, REFERENCE, STATES
from mistral_conformance.model.lists import undeclared_parameters
from mistral_conformance.model.references import is_id, resource_named
from mistral_conformance.model.resources import without_resource
from mistral_conformance.model.schemas import deep_properties, facet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.model.reading import Model
    from mistral_conformance.model.schemas import Property


def find_gaps(model: Model, operation: Operation) -> Iterator[str]:
    """Yield each thing about an operation that is neither derived nor declared, with what to do."""
    resource = model.resource_of(operation.id)
    if resource is None and not without_resource(operation):
        yield "belongs to no resource: declare x-mistral-resource with name and role, or none"
    for each in operation.parameters:
        known = REFERENCE in each or resource_named(each["name"], model.resources)
        own = any(other.parameter == each["name"] for other in model.resources.values())
        if is_id(each["name"]) and not known and not own:
            yield f"the parameter {each['name']} is an id of nothing: declare {REFERENCE}"
    if operation.id in model.lists:
        for name in undeclared_parameters(model.document, model.lists[operation.id]):
            yield f"the parameter {name} is no paging, filter or sort: declare x-mistral-filter"
    for name in undeclared_options(model.document, operation) if resource is None else ():
        yield f"nothing says what the option {name} does: declare {OPTION}"
    is_link = resource is not None and operation.id in resource.links
    if is_link and all(each.operation != operation.id for each in model.lifetimes):
        yield f"nothing says how long its URL opens: declare {LINK}"
    yield from _of_fields(model, operation)


def _of_fields(model: Model, operation: Operation) -> Iterator[str]:
    """Yield what the fields of the request and of the answers leave open."""
    seen: set[int] = set()
    for schema, pointer in _bodies(model.document, operation):
        for each in deep_properties(model.document, schema, pointer, seen):
            known = REFERENCE in each.schema or resource_named(each.name, model.resources)
            if is_id(each.name) and not known:
                yield f"{each.pointer} is an id of nothing: declare {REFERENCE}"
            if is_state(model.document, each.name, each.schema) and not _is_told(model, each):
                yield f"{each.pointer} is a state without ends: declare {STATES}"


def _bodies(document: Document, operation: Operation) -> Iterator[tuple[Json, str]]:
    """Yield the schemas of all that is sent and answered on success, events of streams too."""
    answers = {
        f"responses/{status}": document.resolve(each)
        for status, each in operation.item.get("responses", {}).items()
        if status.startswith("2")
    }
    for where, each in {"requestBody": operation.body or {}, **answers}.items():
        for media, said in each.get("content", {}).items():
            at = f"{operation.pointer}/{where}/content/{media.replace('/', '~1')}/schema"
            yield said.get("schema", {}), at


def _is_told(model: Model, state: Property) -> bool:
    """Say whether the ends of a state are declared: here, or where a resource has the same one."""
    if facet(model.document, state.schema, STATES) or STATES in state.schema:
        return True
    values = tuple(state_values(model.document, state.schema))
    return any((each.field, each.values) == (state.name, values) for each in model.states)
