"""Facts: what upstream documents say, by group, without their words."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import attrs

from document.fingerprints import of_document
from document.folding import normalise, rename_paths, rename_placeholders, shape
from document.grouping import SHARED
from document.naming import rename_schemas
from document.problems import DocumentProblem
from document.sources import Origin, SourceList
from document.stripping import keep_operation, keep_own_schema, keep_security
from document.tree import METHODS, Tree, follow, operations, reachable, references

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from document.upstream import Upstream

SCHEMAS = "#/components/schemas/"
P = ParamSpec("P")
R = TypeVar("R")


class Dated(Protocol):
    """A document with its day."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def date(self) -> dt.date:
        """Its day."""
        ...


@attrs.frozen
class Facts:
    """The facts by file stem, and where they came from."""

    files: dict[str, Tree]
    origins: tuple[Origin, ...]
    fingerprints: set[str]
    """Hashes of the sentences that were dropped."""


@attrs.define
class _Merged:
    """All documents as one; the newest comes first and wins."""

    paths: Tree = attrs.field(factory=dict)
    definitions: Tree = attrs.field(factory=dict)
    groups: dict[str, str] = attrs.field(factory=dict)
    """Group of each path and method, as `get /v1/models`."""

    def path_like(self, path: str) -> str:
        """Return the path as it is already known, maybe with other placeholder names."""
        return next((known for known in self.paths if shape(known) == shape(path)), path)


def gather(upstreams: Sequence[Upstream], sources: SourceList) -> Facts:
    """Return the facts of all documents together; where two differ the newest wins.

    Raises:
        DocumentProblem: Two documents are of one day, nothing matches, or one is broken.

    """
    newest_first = sorted(upstreams, key=lambda one: one.date, reverse=True)
    refuse_ties(newest_first)
    documents = [_of(one, normalise, one.document) for one in newest_first]
    for document in documents:
        rename_schemas(document, sources.schemas)
        rename_paths(document, sources.paths)
    merged = _Merged()
    origins: list[Origin] = []
    gone: str | None = None
    for one, document in zip(newest_first, documents, strict=True):
        taken = _of(one, _merge, merged, document, sources, gone)
        origins.append(origin_of(one, taken))
        gone = one.date.isoformat()
    if not origins[0].taken:
        raise DocumentProblem(
            f"no operation of {origins[0].name} matches; compare [[group]] in openapi/source.toml "
            "with the paths there"
        )
    dropped = set[str]().union(*(of_document(one.document) for one in newest_first))
    return Facts(_split(merged, documents[0], sources), tuple(origins), dropped)


def origin_of(one: Upstream, taken: int = 0, *, history: bool = False) -> Origin:
    """Return what `source.toml` says of a document."""
    count = one.operation_count
    return Origin(
        one.name, one.title, one.date, one.sha256, count, taken, one.address, history=history
    )


def _of(upstream: Upstream, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what the function gives; a problem that it finds names the document.

    Raises:
        DocumentProblem: The document is broken.

    """
    try:
        return function(*args, **kwargs)
    except DocumentProblem as problem:
        raise DocumentProblem(f"{upstream.name}: {problem}") from problem


def refuse_ties(newest_first: Sequence[Dated]) -> None:
    """Refuse two documents of one day, which have no order.

    Raises:
        DocumentProblem: There are two.

    """
    for one, other in itertools.pairwise(newest_first):
        if one.date == other.date:
            raise DocumentProblem(
                f"{one.name} and {other.name} are both of {one.date}; which is newer? "
                "Give one of them its day under [dates] in openapi/source.toml"
            )


def _merge(merged: _Merged, document: Tree, sources: SourceList, gone: str | None) -> int:
    """Add the wanted operations that no newer document has; how many they are."""
    taken = 0
    wanted: list[Tree] = []
    for path, method, operation in operations(document):
        group = sources.group_of(method, path)
        known = merged.path_like(path)
        places = (known, sources.moved.get(known, known))
        if group is None or any(method in merged.paths.get(one, {}) for one in places):
            continue
        kept = keep_operation(operation, f"{method.upper()} {path}")
        rename_placeholders(kept, path, known)
        merged.paths.setdefault(known, {})[method] = kept | (
            {"x-mistral-gone": gone} if gone else {}
        )
        merged.groups[f"{method} {known}"] = group
        taken += 1
        wanted.append(operation)
    _refuse_dangling(document, wanted)
    for name, definition in document["components"]["schemas"].items():
        merged.definitions.setdefault(name, definition)
    return taken


def _refuse_dangling(document: Tree, wanted: list[Tree]) -> None:
    """Let every schema be there that the operations need; another document's would hide the loss.

    Raises:
        DocumentProblem: One is not there.

    """
    for reference in sorted(reachable(document, wanted)):
        if follow(document, reference) is None:
            name = reference.removeprefix(SCHEMAS)
            raise DocumentProblem(
                f"the schema {name} is used but does not exist upstream; is the document cut short?"
            )


def _split(merged: _Merged, newest: Tree, sources: SourceList) -> dict[str, Tree]:
    """Return the facts by file: what one group alone uses is in its file, the rest is shared."""
    files: dict[str, Tree] = {SHARED: _frame(newest, merged)}
    users: dict[str, set[str]] = {}
    schemas: Tree = {}
    for group in sources.groups:
        paths = _paths_of(merged, group.name)
        if paths:
            files[group.name] = {"paths": paths}
        for name in _closure(merged, paths, schemas):
            users.setdefault(name, set()).add(group.name)
    for name in sorted(users):
        owner = next(iter(users[name])) if len(users[name]) == 1 else SHARED
        files[owner].setdefault("components", {}).setdefault("schemas", {})[name] = schemas[name]
    return files


def _frame(newest: Tree, merged: _Merged) -> Tree:
    """Return what belongs to the document as a whole."""
    components = newest["components"]
    security = newest.get("security", [])
    taken = [operation for _, _, operation in operations({"paths": merged.paths})]
    own = [requirement for operation in taken for requirement in operation.get("security", [])]
    used = {name for requirement in (*security, *own) for name in requirement}
    schemes = {
        name: keep_security(scheme, f"security scheme {name}")
        for name, scheme in components.get("securitySchemes", {}).items()
        if name in used
    }
    return {
        "openapi": newest["openapi"],
        "servers": [{"url": server["url"]} for server in newest.get("servers", [])],
        "security": security,
        "components": {"securitySchemes": schemes},
    }


def _paths_of(merged: _Merged, group: str) -> Tree:
    """Return the group's operations by path, in a stable order."""
    paths: Tree = {}
    for path in sorted(merged.paths):
        for method in METHODS:
            if merged.groups.get(f"{method} {path}") == group:
                paths.setdefault(path, {})[method] = merged.paths[path][method]
    return paths


def _closure(merged: _Merged, node: Tree, stripped: Tree) -> Iterator[str]:
    """Yield the names of all schemas that the node needs; they are added to `stripped`.

    Raises:
        DocumentProblem: One of them does not exist.

    """
    seen: set[str] = set()
    waiting = list(references(node))
    while waiting:
        name = waiting.pop().removeprefix(SCHEMAS)
        if name in seen:
            continue
        if name not in merged.definitions:
            raise DocumentProblem(
                f"the schema {name} is used but does not exist in any of the documents; "
                "is one of them cut short?"
            )
        seen.add(name)
        stripped.setdefault(name, keep_own_schema(merged.definitions[name], name))
        waiting.extend(references(stripped[name]))
        yield name
