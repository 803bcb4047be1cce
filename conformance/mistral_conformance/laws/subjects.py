"""What laws are over: the subjects that a model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import Field, Model, Resource

    Test = Callable[[Resource], object]


def resources(model: Model, test: Test = lambda _: True) -> Iterator[Subject]:
    """Each resource that the suite can make and read back, and that passes the test."""
    for each in model.resources.values():
        if each.whole and test(each):
            yield of_resource(model, each)


def of_resource(model: Model, resource: Resource) -> Subject:
    """A resource as a subject; what shows it is needed as far as the document has it."""
    return Subject(
        resource.name,
        resource,
        _shown(resource),
        (resource.create,),
        needs=needs_of(model, resource),
    )


def changeable(model: Model) -> Iterator[Subject]:
    """Each field of each resource that a change takes, as a pair of both."""
    for resource in model.resources.values():
        for each in resource.fields.values():
            if resource.whole and resource.changes and each.changed:
                yield Subject(
                    f"{resource.name}.{each.name}",
                    (resource, each),
                    (*resource.changes[:1], *_shown(resource)),
                    (resource.create,),
                    _declared(each),
                    needs_of(model, resource),
                )


def needs_of(model: Model, resource: Resource) -> tuple[str, ...]:
    """The identities that making one takes: whom an access is for."""
    del model
    return () if resource.parameter else ("colleague",)


def _declared(field: Field) -> tuple:  # type: ignore[type-arg]
    return (field.origin,)


def _shown(resource: Resource) -> tuple[str, ...]:
    return tuple(each for each in (resource.create, resource.read, resource.list) if each)
