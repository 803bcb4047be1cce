"""Which function answers which operation of the document, and what else resources register.

Signed URLs have servers, the passing of time has keepers, fixture worlds have sections, and chat
traffic has listeners. A function is found by its module and name at every call, so that a test may
replace it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mistral_mock.answers import Answer, EventStream, Later
    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding
    from mistral_mock.store import Record
    from mistral_mock.traffic import Chat
    from mistral_mock.world import World

    Handler = Callable[[Context], Answer | EventStream | Later]
    Server = Callable[[Context, str], Answer]
    Keep = Callable[[World, datetime], datetime]
    Load = Callable[[Seeding, Any], None]
    Listen = Callable[[Context, Chat], None]
    Read = Callable[[Context], Mapping[str, Any]]

    H = TypeVar("H", bound=Handler)
    S = TypeVar("S", bound=Server)
    K = TypeVar("K", bound=Keep)
    L = TypeVar("L", bound=Load)
    N = TypeVar("N", bound=Listen)
    D = TypeVar("D", bound=Read)


@frozen
class Reference:
    """A function's place."""

    module: str
    name: str

    def resolve(self) -> object:
        """The function that stands there now."""
        return getattr(sys.modules[self.module], self.name)


@frozen
class Keeper:
    """A function that brings part of the state up to the present, see `agenda.py`."""

    place: Reference
    watches: tuple[type[Record], ...]

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.place.module}:{self.place.name}"

    def run(self, world: World, now: datetime) -> datetime:
        """Lets it work; gives the moment at which it next has something to do by itself."""
        return cast("Keep", self.place.resolve())(world, now)


@frozen
class Section:
    """A part of a fixture world: the JSON schema of its data, and what loads them."""

    schema: Mapping[str, Any]
    place: Reference

    def load(self, seeding: Seeding, data: object) -> None:
        """Puts the data, which hold what the schema asks for, into the world."""
        cast("Load", self.place.resolve())(seeding, data)


_HANDLERS: dict[str, Reference] = {}
_SERVERS: dict[str, Reference] = {}
_KEEPERS: dict[str, Keeper] = {}
_SECTIONS: dict[str, Section] = {}
_LISTENERS: dict[str, Reference] = {}
_READERS: dict[str, Reference] = {}


def operation(*ids: str) -> Callable[[H], H]:
    """Registers a handler for the operations with these ids.

    A handler answers completely, without a look at the state after it has returned, and as if
    nothing else ran meanwhile. It may run on a thread and more than once, see `transactions.py`:
    what it changes has to be in the store.
    """

    def register(function: H) -> H:
        for id_ in ids:
            _HANDLERS[id_] = Reference(function.__module__, function.__name__)
        return function

    return register


def signed(kind: str) -> Callable[[S], S]:
    """Registers what serves the signed URLs of a kind, given the signed object's id."""

    def register(function: S) -> S:
        _SERVERS[kind] = Reference(function.__module__, function.__name__)
        return function

    return register


def keeper(*watches: type[Record]) -> Callable[[K], K]:
    """Registers a keeper of the tables of these record classes.

    It gets the world and the present moment, and gives the next moment at which it has something
    to do, later than the present one; `clock.NEVER` when only a change can make it work again.
    It goes through its records with `agenda.bring_up`, so that a failure hurts one of them alone.
    """

    def register(function: K) -> K:
        found = Keeper(Reference(function.__module__, function.__name__), watches)
        _KEEPERS[found.name] = found
        return function

    return register


def section(name: str, schema: Mapping[str, Any]) -> Callable[[L], L]:
    """Registers what loads the part of a fixture world with this name, see `fixtures.py`."""

    def register(function: L) -> L:
        place = Reference(function.__module__, function.__name__)
        _SECTIONS[name] = Section(schema, place)
        return function

    return register


def listener(function: N) -> N:
    """Registers a function that hears of every completed chat, see `traffic.py`."""
    place = Reference(function.__module__, function.__name__)
    _LISTENERS[f"{place.module}:{place.name}"] = place
    return function


def reads(*ids: str) -> Callable[[D], D]:
    """Registers what shows requests for these operations as chats, to the conditions of replies."""

    def register(function: D) -> D:
        for id_ in ids:
            _READERS[id_] = Reference(function.__module__, function.__name__)
        return function

    return register


def reader(operation_id: str) -> Read | None:
    """What shows a request for the operation as a chat, or None when its body is one."""
    place = _READERS.get(operation_id)
    return None if place is None else cast("Read", place.resolve())


def keepers() -> list[Keeper]:
    """All keepers, in the order in which they were registered."""
    return list(_KEEPERS.values())


def sections() -> Mapping[str, Section]:
    """All sections of fixture worlds, by name."""
    return _SECTIONS


def listeners() -> list[Listen]:
    """All that hear of completed chats."""
    return [cast("Listen", place.resolve()) for place in _LISTENERS.values()]


def handler(operation_id: str) -> Handler | None:
    """The operation's handler, or None when the mock does not implement it."""
    place = _HANDLERS.get(operation_id)
    return None if place is None else cast("Handler", place.resolve())


def server(kind: str) -> Server | None:
    """What serves signed URLs of the kind, or None for an unknown kind."""
    place = _SERVERS.get(kind)
    return None if place is None else cast("Server", place.resolve())


def is_implemented(operation_id: str) -> bool:
    """The operation has a handler."""
    return operation_id in _HANDLERS


def implemented() -> frozenset[str]:
    """The ids of all operations that have a handler."""
    return frozenset(_HANDLERS)
