"""What laws are over: the subjects that a model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.law import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.model import Model, Resource

    Test = Callable[[Resource], object]


def resources(
    model: Model,
    test: Test = lambda _: True,
    *,
    lent: bool = False,
    done: Callable[[Resource], Iterable[str]] = lambda _: (),
) -> Iterator[Subject]:
    """Yield each resource that the suite can make and read back, and that passes the test.

    With `lent` those too of which one that is there can be changed. `done` gives what is done to
    it, which a verdict is about too.
    """
    for each in model.resources.values():
        if (each.whole or (lent and each.lent)) and test(each):
            found = of_resource(each)
            yield evolve(found, operations=(*found.operations, *filter(None, done(each))))


def deletable(model: Model, test: Test = lambda _: True) -> Iterator[Subject]:
    """Return each such resource that can be deleted."""
    return resources(
        model, lambda each: each.delete and test(each), done=lambda each: (each.delete,)
    )


def newest_change(resource: Resource) -> tuple[str, ...]:
    """Return the newest way to change a resource, if there is any."""
    return resource.changes[:1]


def of_resource(resource: Resource) -> Subject:
    """Return a resource as a subject; what shows it is needed as far as the document has it."""
    return Subject(
        resource.name,
        resource,
        _shown(resource),
        (resource.create or resource.changes[0],),
        needs=needs_of(resource),
    )


def changeable(model: Model) -> Iterator[Subject]:
    """Yield each field of each resource that a change takes, as a pair of both."""
    for resource in model.resources.values():
        for each in resource.fields.values():
            ways = (each.through,) if each.through else resource.changes
            if (resource.whole or resource.lent) and ways and each.changed:
                yield Subject(
                    f"{resource.name}.{each.name}",
                    (resource, each),
                    (ways[0], *_shown(resource)),
                    (resource.create or ways[0],),
                    (each.origin,),
                    needs_of(resource),
                )


def changes(model: Model) -> Iterator[Subject]:
    """Yield each changeable field and each way to change it: resource, field, operation.

    The operation is empty for the newest way that the server offers; older ones, which do the same,
    are subjects of their own.
    """
    for subject in changeable(model):
        resource, field = subject.value
        yield evolve(subject, value=(resource, field, ""))
        for each in resource.changes[1:] if not field.through else ():
            yield evolve(
                subject,
                name=f"{subject.name} by {each}",
                value=(resource, field, each),
                operations=(each, *_shown(resource)),
                needed=(*subject.needed, each),
            )


def needs_of(resource: Resource) -> tuple[str, ...]:
    """Return the identities that making one takes: whom an access is for."""
    return () if resource.parameter else ("colleague",)


def _shown(resource: Resource) -> tuple[str, ...]:
    return tuple(each for each in (resource.create, resource.read, resource.list) if each)
