"""Which function answers which operation of the document, and what else resources register.

Signed URLs have servers, the passing of time has keepers, fixture worlds have sections, and chat
traffic has listeners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

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
class Keeper:
    """A function that brings part of the state up to the present, see `agenda.py`.

    It gets the world and the present moment, and gives the moment at which it next has something
    to do by itself.
    """

    name: str
    """What tells it from the others."""
    run: Keep
    watches: tuple[type[Record], ...]


@frozen
class Section:
    """A part of a fixture world: the JSON schema of its data, and what loads them.

    The data that `load` puts into the world hold what the schema asks for.
    """

    schema: Mapping[str, Any]
    load: Load


HANDLERS: dict[str, Handler] = {}
SERVERS: dict[str, Server] = {}
KEEPERS: dict[str, Keeper] = {}
SECTIONS: dict[str, Section] = {}
LISTENERS: dict[str, Listen] = {}
READERS: dict[str, Read] = {}


def name_of(function: Callable[..., Any]) -> str:
    """A function's module and name."""
    return f"{function.__module__}:{function.__name__}"


def operation(*ids: str) -> Callable[[H], H]:
    """Registers a handler for the operations with these ids.

    A handler answers completely, without a look at the state after it has returned, and as if
    nothing else ran meanwhile. It may run on a thread and more than once, see `transactions.py`:
    what it changes has to be in the store.
    """

    def register(function: H) -> H:
        for id_ in ids:
            HANDLERS[id_] = function
        return function

    return register


def signed(kind: str) -> Callable[[S], S]:
    """Registers what serves the signed URLs of a kind, given the signed object's id."""

    def register(function: S) -> S:
        SERVERS[kind] = function
        return function

    return register


def keeper(*watches: type[Record]) -> Callable[[K], K]:
    """Registers a keeper of the tables of these record classes.

    It gets the world and the present moment, and gives the next moment at which it has something
    to do, later than the present one; `clock.NEVER` when only a change can make it work again.
    It goes through its records with `agenda.bring_up`, so that a failure hurts one of them alone.
    """

    def register(function: K) -> K:
        name = name_of(function)
        KEEPERS[name] = Keeper(name, function, watches)
        return function

    return register


def section(name: str, schema: Mapping[str, Any]) -> Callable[[L], L]:
    """Registers what loads the part of a fixture world with this name, see `fixtures.py`."""

    def register(function: L) -> L:
        SECTIONS[name] = Section(schema, function)
        return function

    return register


def listener(function: N) -> N:
    """Registers a function that hears of every completed chat, see `traffic.py`."""
    LISTENERS[name_of(function)] = function
    return function


def reads(*ids: str) -> Callable[[D], D]:
    """Registers what shows requests for these operations as chats, to the conditions of replies."""

    def register(function: D) -> D:
        for id_ in ids:
            READERS[id_] = function
        return function

    return register


def reader(operation_id: str) -> Read | None:
    """What shows a request for the operation as a chat, or None when its body is one."""
    return READERS.get(operation_id)


def keepers() -> list[Keeper]:
    """All keepers, in the order in which they were registered."""
    return list(KEEPERS.values())


def sections() -> Mapping[str, Section]:
    """All sections of fixture worlds, by name."""
    return SECTIONS


def listeners() -> list[Listen]:
    """All that hear of completed chats."""
    return list(LISTENERS.values())


def handler(operation_id: str) -> Handler | None:
    """The operation's handler, or None when the mock does not implement it."""
    return HANDLERS.get(operation_id)


def server(kind: str) -> Server | None:
    """What serves signed URLs of the kind, or None for an unknown kind."""
    return SERVERS.get(kind)


def is_implemented(operation_id: str) -> bool:
    """The operation has a handler."""
    return operation_id in HANDLERS


def implemented() -> frozenset[str]:
    """The ids of all operations that have a handler."""
    return frozenset(HANDLERS)
