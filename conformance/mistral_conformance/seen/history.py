"""The objects that recorded traffic is about, and what happened to each, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.laws.instance import key_of
from mistral_conformance.model.fields import tells_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.model import ListView, Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.seen.exchange import Seen

GONE = (404, 410)
STORED = "store"
"""The field of requests by which nothing is kept of what they make."""
Identity = tuple[str, tuple[tuple[str, str], ...], tuple[Any, ...]]


@frozen(eq=False)
class Event:
    """One thing that happened to an object.

    `kind` is `created`, `shown`, `listed`, `changed`, `deleted`, `missing` (it was refused as not
    there), `done` (something else was done to it or to something in it) or `gone` (with its
    parent). `fields` are what the answer shows of it, `sent` what the request said of it.
    """

    kind: str
    seen: Seen
    fields: Json = field(factory=dict, repr=False)
    sent: Json = field(factory=dict, repr=False)


@define(eq=False)
class Life:
    """One object: its resource, the ids of paths that lead to it, and its events."""

    resource: Resource
    ids: dict[str, str]
    key: tuple[Any, ...]
    events: list[Event] = field(factory=list, repr=False)


class History:
    """Follows the traffic once, and keeps the lives by resource."""

    def __init__(self, model: Model, traffic: Sequence[Seen]) -> None:
        self._model = model
        self._lives: dict[Identity, Life] = {}
        self._roles = dict(_roles(model))
        self._tell = {
            name
            for name, (resource, role) in self._roles.items()
            if role not in {"create", "change"} or tells_object(model.document, resource, name)
        }
        """The operations whose answers show their object."""
        self.twins: list[tuple[Life, Event, Event]] = []
        """Objects that were made twice under one id, with both creations."""
        for each in traffic:
            self._see(each)

    def lives(self, resource: str) -> Iterator[Life]:
        """Return the objects of a resource, in the order in which they came up."""
        return (each for each in self._lives.values() if each.resource.name == resource)

    def _see(self, each: Seen) -> None:
        resource, role = self._roles.get(each.operation, (None, ""))
        if resource is None or each.exchange.status >= 500:
            return
        if role == "list" and each.exchange.ok:
            self._list(resource, each)
        elif role == "create" and each.exchange.ok:
            self._create(resource, each)
        elif resource.parameter in each.ids:
            self._touch(resource, role, each)
        if each.exchange.method != "GET" and role != "create":
            self._shake_parents(resource, each)

    def _create(self, resource: Resource, each: Seen) -> None:
        told = each.told if isinstance(each.told, dict) else {}
        key = key_of(resource, told)
        if any(part is None for part in key) or each.sent.get(STORED) is False:
            return
        sent = {
            name: each.sent[one.sent]
            for name, one in resource.fields.items()
            if one.sent in each.sent and one.owner != "server"
        }
        life = self._life(resource, each.ids, key)
        if each.exchange.status == 200 and self._news(resource):
            life.events.append(Event("shown", each, told))
            return
        event = Event("created", each, told if each.operation in self._tell else {}, sent)
        before = next((one for one in reversed(life.events) if one.kind == "created"), None)
        if before:
            self.twins.append((life, before, event))
        life.events.append(event)

    def _news(self, resource: Resource) -> bool:
        """Say whether 201 tells that something was made, and 200 that it was there already."""
        documented = set(self._model.document.operations[resource.create].item["responses"])
        return documented >= {"200", "201"}

    def _touch(self, resource: Resource, role: str, each: Seen) -> None:
        own = each.ids[resource.parameter]
        life = self._life(resource, _without(each.ids, resource.parameter), (own,))
        told = each.told if isinstance(each.told, dict) else {}
        answer = each.exchange
        if any(life.ids.get(name, value) != value for name, value in each.ids.items()):
            return  # it was looked for below another parent than its own
        if role == "read" and each.query:
            return  # it may ask for another version
        if answer.status in GONE:
            if role == "read":
                life.events.append(Event("missing", each))
        elif not answer.ok:
            return
        elif role == "read":
            life.events.append(Event("shown", each, told))
        elif role == "change":
            fields = resource.fields.items()
            sent = {
                name: each.sent[one.changed] for name, one in fields if one.changed in each.sent
            }
            shown = told if each.operation in self._tell else {}
            life.events.append(Event("changed", each, shown, sent))
        elif role == "delete":
            life.events.append(Event("deleted", each))
            self._end_children(life, each)
        elif answer.method != "GET":
            life.events.append(Event("done", each))

    def _list(self, resource: Resource, each: Seen) -> None:
        view = self._model.lists[each.operation]
        for item in items_of(view, each.told):
            key = key_of(resource, item)
            if all(part is not None for part in key):
                life = self._life(resource, each.ids, key)
                life.events.append(Event("listed", each, item))

    def _life(self, resource: Resource, ids: dict[str, str], key: tuple[Any, ...]) -> Life:
        above = tuple(sorted(_without(ids, resource.parameter).items()))
        apart = () if gives_ids(resource) else above
        identity = (resource.name, apart, tuple(map(str, key)))
        own = {resource.parameter: str(key[0])} if resource.parameter else {}
        life = self._lives.setdefault(identity, Life(resource, own, key))
        for name, value in above:
            life.ids.setdefault(name, value)
        return life

    def _end_children(self, life: Life, each: Seen) -> None:
        for other in list(self._lives.values()):
            if other is not life and life.ids.items() <= other.ids.items() and life.ids:
                other.events.append(Event("gone", each))

    def _shake_parents(self, resource: Resource, each: Seen) -> None:
        """Note with what is above that something in it was changed."""
        above = self._model.resources.get(resource.parent)
        while above is not None:
            if above.parameter in each.ids:
                ids = {n: v for n, v in each.ids.items() if n != resource.parameter}
                life = self._life(
                    above, _without(ids, above.parameter), (each.ids[above.parameter],)
                )
                life.events.append(Event("done", each))
            above = self._model.resources.get(above.parent)


def gives_ids(resource: Resource) -> bool:
    """Say whether the server chooses the ids of new objects, so that no two have one."""
    key = resource.fields.get(resource.key[0])
    return bool(resource.parameter) and key is not None and key.owner == "server"


def items_of(view: ListView, told: object) -> list[Json]:
    """Return the objects on a page of a list; none where there is no such place."""
    found: Any = told
    for name in view.items.split(".") if view.items else ():
        found = found.get(name) if isinstance(found, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _without(ids: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in ids.items() if key != name}


def _roles(model: Model) -> Iterator[tuple[str, tuple[Resource, str]]]:
    for each in model.resources.values():
        for operation in each.operations:
            yield operation, (each, "")
        roles: dict[str, tuple[str, ...]] = {
            "create": (each.create,),
            "read": (each.read,),
            "delete": (each.delete,),
        }
        roles |= {"change": each.changes, "list": (each.list, *each.lists)}
        for role, operations in roles.items():
            for operation in operations:
                if operation:
                    yield operation, (each, role)
