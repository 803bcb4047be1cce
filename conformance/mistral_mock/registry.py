"""Which function answers which operation of the document, and what else resources register.

Signed URLs have servers, the passing of time has keepers, fixture worlds have sections, chat
traffic has listeners, uploads have what reads them ahead, what models answer has kinds, and groups
have errors of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mistral_mock.answers import Answer, EventStream, Later
    from mistral_mock.context import Context, Upload
    from mistral_mock.errors import APIError, Problem
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
    Open = Callable[[Context, Sequence[Mapping[str, Any]]], Iterable[str]]
    ReadAhead = Callable[[Upload], Awaitable[None]]

    H = TypeVar("H", bound=Handler)
    S = TypeVar("S", bound=Server)
    K = TypeVar("K", bound=Keep)
    L = TypeVar("L", bound=Load)
    N = TypeVar("N", bound=Listen)
    D = TypeVar("D", bound=Read)
    P = TypeVar("P", bound="Open")
    A = TypeVar("A", bound=ReadAhead)

FileLimit = Literal["max_upload", "max_file"]
"""The setting that says how large a file in a form may be."""


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


@frozen
class ErrorShape:
    """How the errors of a group of operations look; each function gives one that can be raised."""

    make: Callable[[int, str, str | None], APIError]
    """An error of a status, with a message and a code, if there is one."""
    invalid: Callable[[Sequence[Problem]], APIError]
    """For input that does not hold what the document asks for."""
    failed: Callable[[], APIError]
    """For what the mock did not expect."""


HANDLERS: dict[str, Handler] = {}
SERVERS: dict[str, Server] = {}
KEEPERS: dict[str, Keeper] = {}
SECTIONS: dict[str, Section] = {}
LISTENERS: dict[str, Listen] = {}
READERS: dict[str, Read] = {}
OPENERS: dict[str, Open] = {}
READERS_AHEAD: dict[str, ReadAhead] = {}
FILE_LIMITS: dict[str, FileLimit] = {}
ANSWER_KINDS: dict[str, frozenset[str]] = {}
LABELS: dict[str, frozenset[str]] = {}
ERROR_SHAPES: dict[tuple[str, ...], ErrorShape] = {}


def name_of(function: Callable[..., Any]) -> str:
    """Return a function's module and name."""
    return f"{function.__module__}:{function.__name__}"


def operation(
    *ids: str,
    file_limit: FileLimit = "max_upload",
    answers: Iterable[str] | None = None,
    labels: Iterable[str] | None = None,
) -> Callable[[H], H]:
    """Register a handler for the operations with these ids, and how large their files may be.

    Where a model answers, `answers` has the kinds of answers that a reply may have, see
    `replies/reply.py`, and `labels` those that its scores are for, where they do not depend on the
    model.

    A handler answers completely, without a look at the state after it has returned, and as if
    nothing else ran meanwhile. It may run on a thread and more than once, see `transactions.py`:
    what it changes has to be in the store.
    """

    def register(function: H) -> H:
        for id_ in ids:
            HANDLERS[id_] = function
            FILE_LIMITS[id_] = file_limit
            if answers is not None:
                ANSWER_KINDS[id_] = frozenset(answers)
            if labels is not None:
                LABELS[id_] = frozenset(labels)
        return function

    return register


def signed(kind: str) -> Callable[[S], S]:
    """Register what serves the signed URLs of a kind, given the signed object's id."""

    def register(function: S) -> S:
        SERVERS[kind] = function
        return function

    return register


def keeper(*watches: type[Record]) -> Callable[[K], K]:
    """Register a keeper of the tables of these record classes.

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
    """Register what loads the part of a fixture world with this name, see `fixtures.py`."""

    def register(function: L) -> L:
        SECTIONS[name] = Section(schema, function)
        return function

    return register


def listener(function: N) -> N:
    """Register a function that hears of every completed chat, see `traffic.py`."""
    LISTENERS[name_of(function)] = function
    return function


def reads(*ids: str) -> Callable[[D], D]:
    """Register what shows requests for these operations as chats, to the conditions of replies."""

    def register(function: D) -> D:
        for id_ in ids:
            READERS[id_] = function
        return function

    return register


def opens(function: P) -> P:
    """Register what tells the texts of all that messages bring, to the conditions of replies."""
    OPENERS[name_of(function)] = function
    return function


def reads_ahead(*ids: str) -> Callable[[A], A]:
    """Register what reads a file that these operations bring, while other requests go on."""

    def register(function: A) -> A:
        for id_ in ids:
            READERS_AHEAD[id_] = function
        return function

    return register


def shapes_errors(*segments: str, shape: ErrorShape) -> None:
    """Register how errors look below the path of these segments."""
    ERROR_SHAPES[segments] = shape


def error_shape(segments: tuple[str, ...]) -> ErrorShape | None:
    """Return how errors look at a path of these segments, where its group has its own shape."""
    for length in {len(each) for each in ERROR_SHAPES}:
        if segments[:length] in ERROR_SHAPES:
            return ERROR_SHAPES[segments[:length]]
    return None


def file_limit(operation_id: str) -> FileLimit:
    """Return the setting that says how large the operation's files may be."""
    return FILE_LIMITS.get(operation_id, "max_upload")


def answer_kinds(operation_id: str) -> frozenset[str] | None:
    """Return the kinds of answers that a reply to the operation may have.

    None where no model answers.
    """
    return ANSWER_KINDS.get(operation_id)


def labels(operation_id: str) -> frozenset[str] | None:
    """Return the labels that the operation scores.

    None where the model decides, or there are none.
    """
    return LABELS.get(operation_id)


def answering(kind: str) -> frozenset[str]:
    """Return the operations that replies with this kind of answer are for."""
    return frozenset(id_ for id_, kinds in ANSWER_KINDS.items() if kind in kinds)


def reader_ahead(operation_id: str) -> ReadAhead | None:
    """Return what reads the files that the operation brings before it runs, or None."""
    return READERS_AHEAD.get(operation_id)


def reader(operation_id: str) -> Read | None:
    """Return what shows a request for the operation as a chat, or None when its body is one."""
    return READERS.get(operation_id)


def open_messages(ctx: Context, messages: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the texts of all that messages bring."""
    return tuple(text for open_ in OPENERS.values() for text in open_(ctx, messages))


def keepers() -> list[Keeper]:
    """Return all keepers, in the order in which they were registered."""
    return list(KEEPERS.values())


def sections() -> Mapping[str, Section]:
    """Return all sections of fixture worlds, by name."""
    return SECTIONS


def listeners() -> list[Listen]:
    """Return all that hear of completed chats."""
    return list(LISTENERS.values())


def handler(operation_id: str) -> Handler | None:
    """Return the operation's handler, or None when the mock does not implement it."""
    return HANDLERS.get(operation_id)


def server(kind: str) -> Server | None:
    """Return what serves signed URLs of the kind, or None for an unknown kind."""
    return SERVERS.get(kind)


def implemented() -> frozenset[str]:
    """Return the ids of all operations that have a handler."""
    return frozenset(HANDLERS)
