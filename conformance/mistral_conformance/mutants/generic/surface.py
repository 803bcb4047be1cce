"""Where defects can be: operations that the mock has, and the fields of their answers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.model import load_model
from mistral_conformance.model.document import is_endless
from mistral_conformance.model.schemas import answer_schema, facet, is_nullable, properties, types
from mistral_mock import registry, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import Field, Resource
    from mistral_conformance.model.document import Document, Json, Operation

ANY = "*"
DEEPEST = 4
SIMPLE = ({"string"}, {"integer"}, {"number"}, {"boolean"}, {"array"})


@frozen(eq=False)
class Leaf:
    """One field of an operation's answers; `path` leads there, `*` over all items of a list."""

    operation: str
    path: tuple[str, ...]
    schema: Json = field(repr=False)
    required: bool
    nullable: bool
    type: str
    known: Field | None
    """What the model knows of it, where it is a field of a resource's object."""
    resource: Resource | None

    @property
    def subject(self) -> str:
        """The leaf as part of a defect's id."""
        return f"{self.operation}:{'.'.join(self.path)}"

    @property
    def known_values(self) -> bool:
        """Whether the document lists its values."""
        return "enum" in self.schema or "const" in self.schema

    @property
    def is_time(self) -> bool:
        """Whether it tells a moment."""
        unit = self.known.unit if self.known else ""
        return "1970" in unit or "3339" in unit or self.schema.get("format") == "date-time"


@cache
def operations() -> tuple[Operation, ...]:
    """Return the operations that the mock has and that end, in the document's order."""
    resources.load()
    offered = registry.implemented()
    document = load_model().document
    return tuple(
        each for each in document.operations.values() if each.id in offered and not is_endless(each)
    )


@cache
def leaves() -> tuple[Leaf, ...]:
    """Return every field of every answer of success, as far as the document knows it."""
    document = load_model().document
    return tuple(leaf for each in operations() for leaf in _of_answer(document, each))


def _of_answer(document: Document, operation: Operation) -> Iterator[Leaf]:
    schema, _ = answer_schema(operation, document)
    if schema is not None:
        yield from _below(document, operation.id, schema, ())


def _below(
    document: Document, operation: str, schema: Json, path: tuple[str, ...]
) -> Iterator[Leaf]:
    if len(path) > DEEPEST:
        return
    items = facet(document, schema, "items")
    if items:
        yield from _below(document, operation, items, (*path, ANY))
    resource, at = _resource_at(operation)
    for name, each in properties(document, schema).items():
        inner = (*path, name)
        found = types(document, each.schema) - {"null"}
        if found in SIMPLE:
            of = resource if resource and path == at else None
            yield Leaf(
                operation,
                inner,
                document.resolve(each.schema),
                each.required,
                is_nullable(document, each.schema) or not found,
                next(iter(found)),
                of.fields.get(name) if of else None,
                of,
            )
        if found & {"object", "array"}:
            yield from _below(document, operation, each.schema, inner)


def _resource_at(operation: str) -> tuple[Resource | None, tuple[str, ...]]:
    """Return the resource whose object stands in an operation's answer, and where."""
    model = load_model()
    if operation in model.lists:
        view = model.lists[operation]
        at = tuple(view.items.split(".")) if view.items else ()
        return model.resources[view.resource], (*at, ANY)
    return model.resource_of(operation), ()


def change_at(
    value: Any,  # noqa: ANN401 - JSON
    path: tuple[str, ...],
    change: Callable[[dict[str, Any], str], None],
) -> None:
    """Change the objects that hold the last name of a path, in place, wherever it leads."""
    head, *rest = path
    if head == ANY:
        for each in value if isinstance(value, list) else ():
            change_at(each, tuple(rest), change)
    elif isinstance(value, dict) and head in value:
        if rest:
            change_at(value[head], tuple(rest), change)
        else:
            change(value, head)


def group_of(operation: str) -> str:
    """Return the group of an operation: `libraries` of `beta.libraries.get`."""
    return operation.removeprefix("beta.").partition(".")[0]
