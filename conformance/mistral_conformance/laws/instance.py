"""One object that a law has made or looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from mistral_conformance.model import Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange


@frozen(eq=False)
class Instance:
    """An object: the path ids that lead to it, who made it, what was sent for it.

    `sent` is by the names of answers: what each field has to show. `content` are the bytes of an
    upload. `made` is the creating exchange.
    """

    resource: Resource
    ids: dict[str, str]
    by: str
    made: Exchange = field(repr=False)
    sent: dict[str, Any] = field(factory=dict)
    content: bytes = field(default=b"", repr=False)
    parent: Instance | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of the fields that identify it in answers."""
        return key_of(self.resource, self.made.json())

    @property
    def parent_ids(self) -> dict[str, str]:
        """The path ids of the parent, none without one."""
        return self.parent.ids if self.parent else {}


@frozen(eq=False)
class Shown:
    """An object as one view shows it; `value` is None where the view does not have it."""

    view: str
    exchange: Exchange = field(repr=False)
    value: Json | None

    @property
    def fields(self) -> Json:
        """The fields, none where the view does not have the object."""
        return self.value or {}


def bare(resource: Resource, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the object in an answer, without what some answers have around it."""
    framed = value.get(resource.frame) if isinstance(value, dict) else None
    return framed if isinstance(framed, dict) else value


def key_of(resource: Resource, value: object) -> tuple[Any, ...]:
    """Return the values of an object's identifying fields, as far as it has them.

    Some answers name an id as paths do: `conversation_id` for the `id` of a conversation.
    """
    found = bare(resource, value)
    told = found if isinstance(found, dict) else {}
    names = {each: each for each in resource.key}
    if len(names) == 1 and resource.key[0] not in told and resource.parameter in told:
        names = {resource.key[0]: resource.parameter}
    values = (told.get(each) for each in names.values())
    return tuple(each if isinstance(each, str | int | None) else repr(each) for each in values)
