"""Resources: which operations belong together, and what each does to the object.

The shape of paths tells most: `/things` lists and creates, `/things/{thing_id}` reads, changes and
deletes, what lies below without an id of its own is a view (GET) or an action.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from mistral_conformance.model.declarations import RESOURCE, STREAM, derived, origin_of
from mistral_conformance.model.facts import Origin, Resource
from mistral_conformance.model.schemas import answer_schema, properties, types

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document, Json, Operation

SUFFIX = re.compile(r"_(id|uuid|identifier|name|id_or_name)$")
LAST = re.compile(r"^(.*)/\{(\w+)\}$")
SINGLE = {"create", "read", "list", "delete", "content"}
PLURAL = {
    "change": "changes",
    "view": "views",
    "action": "actions",
    "link": "links",
    "list": "lists",
}
WITHOUT_ROLE = "none"


@define
class _Draft:
    """What is known of a resource so far."""

    name: str
    origin: Origin
    parameter: str = ""
    single: dict[str, str] = field(factory=dict)
    plural: dict[str, list[str]] = field(factory=dict)
    roles: dict[str, Origin] = field(factory=dict)
    facts: Json = field(factory=dict)
    seen_origin: Origin = field(factory=lambda: Origin("nothing says it"))

    def take(self, operation: str, role: str, origin: Origin) -> None:
        """Note what an operation does; of two that do the same once, the first counts."""
        self.roles[operation] = origin
        if role in SINGLE and role not in self.single:
            self.single[role] = operation
        else:
            name = PLURAL.get(role, PLURAL["view"])
            self.plural.setdefault(name, []).append(operation)


def read_resources(document: Document) -> dict[str, Resource]:
    """Return the resources by name, in the document's order."""
    drafts: dict[str, _Draft] = {}
    collections = _collections(document)
    for operation in document.operations.values():
        _place(document, operation, collections, drafts)
    finished = {name: _finish(document, draft, drafts) for name, draft in drafts.items()}
    return {
        name: evolve(each, children=_children(name, finished)) for name, each in finished.items()
    }


def without_resource(operation: Operation) -> str:
    """Return why an operation belongs to no resource, empty where nothing is said."""
    return str(operation.item.get(RESOURCE, {}).get(WITHOUT_ROLE, ""))


def name_of(parameter: str) -> str:
    """Return the resource that a path parameter names: `library_id` is of a library."""
    return SUFFIX.sub("", parameter)


@frozen
class _Collection:
    """A path whose items have paths of their own: their resource, and their path parameter."""

    name: str
    parameter: str


def _collections(document: Document) -> dict[str, _Collection]:
    """Return the collections by path.

    Where several that can be listed or added to have items of one name, the word before tells them
    apart: jobs of `/v1/batch/jobs` are batch jobs.
    """
    parameters: dict[str, str] = {}
    for each in document.operations.values():
        match = LAST.match(each.path)
        if match:
            parameters.setdefault(match[1], match[2])
    own = {each.path for each in document.operations.values()}
    listed = Counter(name_of(name) for path, name in parameters.items() if path in own)
    return {
        path: _Collection(_told_apart(path, name_of(name), listed[name_of(name)]), name)
        for path, name in parameters.items()
    }


def _told_apart(path: str, name: str, namesakes: int) -> str:
    if namesakes <= 1:
        return name
    words = [each for each in path.split("/")[:-1] if each and not each.startswith("{")]
    return f"{words[-1].removesuffix('s').replace('-', '_')}_{name}"


def _place(
    document: Document,
    operation: Operation,
    collections: dict[str, _Collection],
    drafts: dict[str, _Draft],
) -> None:
    said: Json = operation.item.get(RESOURCE, {})
    if WITHOUT_ROLE in said:
        return
    pointer = operation.pointer
    name, role, origin, parameter = _by_shape(document, operation, collections)
    if "name" in said or "role" in said:
        name, role = said.get("name", name), said.get("role", role)
        origin = origin_of(said, pointer, RESOURCE)
        parameter = said.get("parameter", parameter if "name" not in said else "")
    if not name or not role:
        return
    draft = drafts.setdefault(name, _Draft(name, origin))
    draft.parameter = draft.parameter or parameter
    draft.take(operation.id, role, origin)
    for key in ("key", "seen_by", "parent", "comes_with"):
        if key in said:
            draft.facts[key] = said[key]
    if "seen_by" in said:
        draft.seen_origin = origin_of(said, pointer, RESOURCE)


def _by_shape(
    document: Document, operation: Operation, collections: dict[str, _Collection]
) -> tuple[str, str, Origin, str]:
    """Name, role, origin and item parameter, as the path tells them; empty where it does not."""
    path, method = operation.path, operation.method
    if path in collections:
        of = collections[path]
        role = {"GET": "list", "POST": "create"}.get(method, "")
        why = f"{method} on the collection above {{{of.parameter}}}"
        return of.name, role, derived(why), of.parameter
    if match := LAST.match(path):
        roles = {"GET": "read", "PATCH": "change", "PUT": "change", "DELETE": "delete"}
        why = f"{method} on a path that ends in {{{match[2]}}}"
        return collections[match[1]].name, roles.get(method, "action"), derived(why), match[2]
    above, _, word = path.rpartition("/")
    match = LAST.match(above)
    if match and match[1] in collections:
        role = _part_role(document, operation, word) if method == "GET" else "action"
        why = f"{method} below a path that ends in {{{match[2]}}}"
        return collections[match[1]].name, role, derived(why), match[2]
    return "", "", Origin(""), ""


def _part_role(document: Document, operation: Operation, word: str) -> str:
    """Return what a GET below an object gives: a link, the stored bytes, or a view."""
    schema, _ = answer_schema(operation, document)
    if schema is None:
        return "view" if STREAM in operation.item else "content"
    is_text = types(document, schema) == {"string"} or set(properties(document, schema)) == {"url"}
    return "link" if is_text and "url" in word else "view"


def _finish(document: Document, draft: _Draft, drafts: dict[str, _Draft]) -> Resource:
    parent = draft.facts.get("parent", _parent(document, draft, drafts))
    by_role: dict[str, Any] = {name: tuple(each) for name, each in draft.plural.items()}
    by_role["changes"] = tuple(sorted(by_role.get("changes", ()), key=_twins_last(document)))
    by_role |= draft.single
    return Resource(
        draft.name,
        draft.origin,
        parameter=draft.parameter,
        key=tuple(draft.facts.get("key") or _key(document, draft, parent)),
        parent=parent,
        seen_by=str(draft.facts.get("seen_by", "parent" if parent else "")),
        seen_origin=draft.seen_origin,
        comes_with=str(draft.facts.get("comes_with", "")),
        roles=draft.roles,
        **by_role,
    )


def _key(document: Document, draft: _Draft, parent: str) -> tuple[str, ...]:
    """Return the field that tells objects apart: `id`, or what its path calls it below a parent.

    The versions of an object may all show its id, and are told apart by their number.
    """
    shown: Json = {}
    if parent and draft.parameter == name_of(draft.parameter) and "read" in draft.single:
        schema, _ = answer_schema(document.operations[draft.single["read"]], document)
        shown = properties(document, schema) if schema else {}
    return (draft.parameter,) if draft.parameter in shown else ("id",)


def _twins_last(document: Document) -> Any:  # noqa: ANN401 - a sort key
    return lambda operation: "x-mistral-deprecated" in document.operations[operation].item


def _parent(document: Document, draft: _Draft, drafts: dict[str, _Draft]) -> str:
    """Return the resource of the last path parameter that is not the object's own."""
    for role in ("create", "list", "read"):
        if role in draft.single:
            above = document.operations[draft.single[role]].path_ids
            owners = {each.parameter: each.name for each in reversed(drafts.values())}
            names = [owners[e] for e in above if e != draft.parameter and e in owners]
            return names[-1] if names else ""
    return ""


def _children(name: str, found: dict[str, Resource]) -> tuple[str, ...]:
    return tuple(each.name for each in found.values() if each.parent == name)
