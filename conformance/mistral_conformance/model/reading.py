"""The model of a document: everything that is declared or follows from its shape."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from mistral_conformance.model.access import read_grants, read_levels, read_lifetimes
from mistral_conformance.model.behaviour import (
    read_options,
    read_settings,
    read_states,
    read_streams,
    read_texts,
)
from mistral_conformance.model.document import load_document
from mistral_conformance.model.fields import frame_of, read_fields
from mistral_conformance.model.lists import read_lists
from mistral_conformance.model.references import read_references
from mistral_conformance.model.resources import read_resources

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document
    from mistral_conformance.model.facts import (
        Grant,
        Level,
        Lifetime,
        ListView,
        Option,
        Reference,
        Resource,
        States,
        StreamView,
        Text,
    )


@frozen(eq=False)
class Model:
    """All facts: resources by name, lists and streams by operation."""

    document: Document = field(repr=False)
    resources: dict[str, Resource]
    references: tuple[Reference, ...]
    lists: dict[str, ListView]
    states: tuple[States, ...]
    streams: dict[str, StreamView]
    options: tuple[Option, ...]
    grants: tuple[Grant, ...] = ()
    levels: tuple[Level, ...] = ()
    lifetimes: tuple[Lifetime, ...] = ()
    texts: tuple[Text, ...] = ()
    settings: tuple[Option, ...] = ()
    """Options that stand inside an object of a request, or of what it names."""

    def resource_of(self, operation: str) -> Resource | None:
        """Return the resource that an operation belongs to, None where it belongs to none."""
        return next((e for e in self.resources.values() if operation in e.roles), None)

    def references_to(self, resource: str) -> tuple[Reference, ...]:
        """Return every place of a request that takes an id of the resource."""
        return tuple(each for each in self.references if each.resource == resource)

    def states_of(self, resource: str) -> States | None:
        """Return the states of a resource, None where none are declared."""
        return next((each for each in self.states if each.resource == resource), None)

    def keeper_of(self, resource: Resource) -> Resource:
        """Return the resource that decides who sees it: itself, or one above."""
        while resource.seen_by == "parent" and resource.parent:
            resource = self.resources[resource.parent]
        return resource


def read_model(document: Document) -> Model:
    """Return the model of a document."""
    bare = {
        name: evolve(each, frame=frame_of(document, each)) if each.read else each
        for name, each in read_resources(document).items()
    }
    resources = {
        name: evolve(each, fields=read_fields(document, each, bare)) for name, each in bare.items()
    }
    grants = read_grants(document, resources)
    references = tuple(read_references(document, resources))
    return Model(
        document,
        resources,
        references,
        read_lists(document, resources.values()),
        tuple(read_states(document, resources.values())),
        read_streams(document),
        tuple(read_options(document)),
        tuple(grants),
        tuple(read_levels(document, resources, grants)),
        tuple(read_lifetimes(document, resources.values())),
        tuple(read_texts(document, resources.values())),
        tuple(read_settings(document, resources.values(), references)),
    )


@cache
def model_of(document: Document) -> Model:
    """Return the model of a document; every call for a document returns the same object."""
    return read_model(document)


def load_model() -> Model:
    """Return the model of the document that this distribution carries."""
    return model_of(load_document())
