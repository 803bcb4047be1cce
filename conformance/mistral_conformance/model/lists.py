"""Lists: how they are paged, filtered and ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model.declarations import FILTER, LIST, PAGING, SORT, derived, origin_of
from mistral_conformance.model.facts import Filter, ListView, Sort
from mistral_conformance.model.fields import shown_by
from mistral_conformance.model.schemas import facet, types

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.model.facts import Origin, Resource

ASKING = ("page", "size", "token", "offset", "before", "after")
"""Keys of `x-mistral-paging` that name parameters."""


def read_lists(document: Document, resources: Iterable[Resource]) -> dict[str, ListView]:
    """Return the lists by operation."""
    return {
        name: _read_list(document, each, document.operations[name])
        for each in resources
        for name in (each.list, *each.lists)
        if name
    }


def undeclared_parameters(document: Document, view: ListView) -> list[str]:
    """Query parameters of a list of which nothing is known."""
    known = {each.parameter for each in view.filters} | set(view.others)
    known |= {str(view.paging[key]) for key in ASKING if key in view.paging}
    if view.sort:
        known |= {view.sort.by, view.sort.direction}
    operation = document.operations[view.operation]
    names = [each["name"] for each in operation.parameters if each["in"] == "query"]
    return [each for each in names if each not in known]


def _read_list(document: Document, resource: Resource, operation: Operation) -> ListView:
    paging: Json = operation.item.get(PAGING, {})
    said: Json = operation.item.get(LIST, {})
    shown = set(shown_by(document, resource, operation.id))
    filters, others, related = [], {}, []
    picky: dict[str, Origin] = {}
    keeps: dict[str, str] = {}
    fills: dict[str, tuple[str, Origin]] = {}
    for number, each in enumerate(operation.parameters):
        pointer = f"{operation.pointer}/parameters/{number}"
        if each["in"] != "query" or each["name"] in paging.values():
            continue
        found = _read_filter(document, each, pointer, shown)
        if "is" in (told := each.get(FILTER, {})):
            others[each["name"]] = str(told["is"])
            origin = origin_of(told, pointer, FILTER)
            picky |= {each["name"]: origin} if told.get("unknown") == "nothing" else {}
            keeps |= {each["name"]: told["keeps"]} if "keeps" in told else {}
            fills |= {each["name"]: (told["fills"], origin)} if "fills" in told else {}
            related += [found] if found and found.told_by else []
        elif found:
            filters.append(found)
    size = next((e for e in operation.parameters if e["name"] == paging.get("size")), {})
    return ListView(
        operation.id,
        resource.name,
        paging or {"items": "data"},
        tuple(filters),
        origin_of(said, operation.pointer, LIST) if said else derived("a list of the resource"),
        sort=_read_sort(operation),
        order=str(said.get("order", "")),
        largest=facet(document, size.get("schema", {}), "maximum"),
        usual=facet(document, size.get("schema", {}), "default"),
        others=others,
        picky=picky,
        keeps=keeps,
        exact=said.get("totals") != "estimates",
        show=said.get("show", {}),
        related=tuple(related),
        fills=fills,
    )


def _read_sort(operation: Operation) -> Sort | None:
    said: Json = operation.item.get(SORT, {})
    if not said:
        return None
    origin = origin_of(said, operation.pointer, SORT)
    told = said["fields"]
    fields = dict(told) if isinstance(told, dict) else {each: each for each in told}
    return Sort(said["by"], str(said.get("direction", "")), fields, origin)


def _read_filter(
    document: Document, parameter: Json, pointer: str, shown: set[str]
) -> Filter | None:
    """Return the filter that a query parameter is: declared, or named like a field of the items."""
    name, said = parameter["name"], parameter.get(FILTER, {})
    schema = parameter.get("schema") or _content(parameter)
    told = said.get("field") or next((e for e in (name, name.removesuffix("s")) if e in shown), "")
    if not told:
        return None
    field, *others = told if isinstance(told, list) else [told]
    why = f"the parameter {name} is named like the field {field} of the items"
    is_map = "object" in types(document, schema)
    return Filter(
        name,
        str(field),
        str(said.get("compare", "holds" if is_map else "equals")),
        origin_of(said, pointer, FILTER) if said else derived(why),
        case=str(said.get("case", "")),
        repeats="array" in types(document, schema),
        every=bool(said.get("every")),
        inclusive=bool(said.get("inclusive")),
        others=tuple(others),
        beyond=bool(said.get("beyond")),
        values=said.get("values", {}),
        schema=schema,
        told_by=str(said.get("told_by", "")),
        where=said.get("where", {}),
        unsure=tuple(said.get("unsure", ())),
    )


def _content(parameter: Json) -> Json:
    """Return the schema of a parameter that is spelled as a media type."""
    found: Json = next((each["schema"] for each in parameter.get("content", {}).values()), {})
    return found
