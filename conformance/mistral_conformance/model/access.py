"""Who may do what: levels that operations take, what gives others a level, how long links open.

What lies below a resource that can be shared takes the level of its method: looking takes `view`,
all else `edit`; only `own` and exceptions are declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model.declarations import ACCESS, LINK, derived, origin_of
from mistral_conformance.model.facts import Grant, Level, Lifetime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.model.facts import Resource

VIEW, EDIT, OWN = "view", "edit", "own"
RANKS = (VIEW, EDIT, OWN)
"""From the lowest level to the highest."""
LOOKING = ("GET", "HEAD")


def read_grants(document: Document, resources: dict[str, Resource]) -> list[Grant]:
    """Return the resources whose objects give somebody a level of access to their parent."""
    found = []
    for each in resources.values():
        operation = document.operations.get(each.create)
        said: Json = operation.item.get(ACCESS, {}) if operation else {}
        if operation and each.parent and "grants" in said:
            told = said["grants"]
            origin = origin_of(said, operation.pointer, ACCESS)
            found.append(
                Grant(
                    each.name,
                    each.parent,
                    str(told["level"]),
                    dict(told["levels"]),
                    str(told["kind"]),
                    dict(told["kinds"]),
                    str(told["whom"]),
                    origin,
                )
            )
    return found


def read_levels(
    document: Document, resources: dict[str, Resource], grants: Iterable[Grant]
) -> list[Level]:
    """Return the level that each operation on what can be shared takes, in the document's order."""
    names = {name for each in grants for name in _family(resources, each.parent)}
    return [
        _level(document, name, operation)
        for name in names
        for operation in resources[name].operations
        if document.operations[operation].path_ids
    ]


def read_lifetimes(document: Document, resources: Iterable[Resource]) -> list[Lifetime]:
    """Return how long the URLs of links open their content, where it is declared."""
    found = []
    for link in (link for each in resources for link in each.links):
        operation = document.operations[link]
        said: Json = operation.item.get(LINK, {})
        if not said:
            continue
        name = str(said.get("parameter", ""))
        schema: Json = next(
            (each.get("schema", {}) for each in operation.parameters if each["name"] == name), {}
        )
        found.append(
            Lifetime(
                link,
                said.get("lifetime_s", schema.get("default", 0) * said.get("unit_s", 1)),
                origin_of(said, operation.pointer, LINK),
                name,
                said.get("unit_s", 1),
                schema.get("minimum"),
                schema.get("maximum"),
            )
        )
    return found


def _family(resources: dict[str, Resource], name: str) -> Iterator[str]:
    """Yield a resource and all below it."""
    yield name
    for child in resources[name].children:
        yield from _family(resources, child)


def _level(document: Document, resource: str, operation: str) -> Level:
    spec = document.operations[operation]
    said: Json = spec.item.get(ACCESS, {})
    if "level" in said:
        origin = origin_of(said, spec.pointer, ACCESS)
        return Level(operation, resource, str(said["level"]), origin)
    level = VIEW if spec.method in LOOKING else EDIT
    return Level(operation, resource, level, derived(f"the method {spec.method}"))
