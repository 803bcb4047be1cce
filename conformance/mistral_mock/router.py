"""Finds the operation of a request by its method and path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from mistral_mock import texts
from mistral_mock.errors import method_not_allowed, no_route
from mistral_mock.operations import load_operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mistral_mock.operations import Operation
    from mistral_mock.settings import Settings

TWINS = frozenset({"PUT", "PATCH"})


@define
class Node:
    """A place in the tree of path segments."""

    literals: dict[str, Node] = field(factory=dict)
    wildcard: Node | None = None
    operations: dict[str, Operation] = field(factory=dict)

    def child(self, segment: str) -> Node:
        """Return the node for a template's segment; made when absent."""
        if not segment.startswith("{"):
            return self.literals.setdefault(segment, Node())
        self.wildcard = self.wildcard or Node()
        return self.wildcard


class Router:
    """All routes of one mock."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = Node()
        for operation in operations:
            node = self._root
            for segment in operation.segments:
                node = node.child(segment)
            node.operations[operation.method] = operation

    def find(
        self, method: str, raw_path: str, request_id: str
    ) -> tuple[Operation, Mapping[str, str]]:
        """Return the operation and its path parameters, decoded.

        Raises:
            APIError: 404 of the gateway for an unknown path, 405 for a method that it lacks.

        """
        segments = raw_path.split("/")[1:]
        node = walk(self._root, segments)
        if node is None:
            raise no_route(request_id)
        operation = node.operations.get(method)
        if operation is None:
            raise method_not_allowed(sorted(node.operations))
        return operation, bind(operation, segments)


def walk(node: Node, segments: list[str]) -> Node | None:
    """Return the node with operations at the end of the path; literal segments win over parameters.

    A literal that leads nowhere does not hide a parameter: a scope may be named like a folder.
    """
    if not segments:
        return node if node.operations else None
    first, *rest = segments
    literal = node.literals.get(first)
    found = walk(literal, rest) if literal else None
    if found is None and first and node.wildcard:
        return walk(node.wildcard, rest)
    return found


def bind(operation: Operation, segments: list[str]) -> dict[str, str]:
    """Return the path parameters by name, decoded; `inputs` finds what is broken in them."""
    pairs = zip(operation.segments, segments, strict=True)
    return {name[1:-1]: texts.decode_segment(text) for name, text in pairs if name.startswith("{")}


def offered(settings: Settings) -> Iterable[Operation]:
    """Return the operations of the era without the twins that the settings take away."""
    operations = load_operations(None if settings.the_era.is_today else settings.the_era)
    away = {"PUT": settings.without_put, "PATCH": settings.without_patch}
    methods: dict[str, set[str]] = {}
    for operation in operations:
        methods.setdefault(operation.path, set()).add(operation.method)
    return [
        operation
        for operation in operations
        if not (methods[operation.path] >= TWINS and away.get(operation.method, False))
    ]
