"""Which function answers which operation of the document, and which serves which signed URL.

A function is found by its module and name at every call, so that a test may replace it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.answers import Answer, EventStream
    from mistral_mock.context import Context

    Handler = Callable[[Context], Answer | EventStream]
    Server = Callable[[Context, str], Answer]

    H = TypeVar("H", bound=Handler)
    S = TypeVar("S", bound=Server)


@frozen
class Reference:
    """A function's place."""

    module: str
    name: str

    def resolve(self) -> object:
        """The function that stands there now."""
        return getattr(sys.modules[self.module], self.name)


_HANDLERS: dict[str, Reference] = {}
_SERVERS: dict[str, Reference] = {}


def operation(*ids: str) -> Callable[[H], H]:
    """Registers a handler for the operations with these ids.

    A handler answers at once and completely: nothing else runs meanwhile.
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


def handler(operation_id: str) -> Handler | None:
    """The operation's handler, or None when the mock does not implement it."""
    place = _HANDLERS.get(operation_id)
    return None if place is None else cast("Handler", place.resolve())


def server(kind: str) -> Server | None:
    """What serves signed URLs of the kind, or None for an unknown kind."""
    place = _SERVERS.get(kind)
    return None if place is None else cast("Server", place.resolve())


def implemented() -> frozenset[str]:
    """The ids of all operations that have a handler."""
    return frozenset(_HANDLERS)
