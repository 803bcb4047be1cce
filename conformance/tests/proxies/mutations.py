"""A proxy on the suite's wire that spoils one field in the answers of one operation.

The fields are those that a rule was seen to read. A spoilt one is gone, of another type, or
a list of other items. Whether the answer still conforms is of no matter: no rule may break.
"""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from attrs import evolve, frozen
from tests.proxies.places import ITEM, Pattern, pattern_of

from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.record.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.record.reading import Place
    from mistral_conformance.record.wire import Message, Wire
    from mistral_conformance.session.identities import Identity

DROPPED: Any = object()
OTHERS: dict[str, Any] = {
    "dropped": DROPPED,
    "null": None,
    "number": 17,
    "text": "spoilt",
    "truth": True,
    "list": ["spoilt"],
    "empty-list": [],
    "object": {"spoilt": 1},
}
"""What may stand in a field's place, by name."""


@frozen(order=True)
class Mutation:
    """One field of one operation's answers, and what stands in its place."""

    operation: str
    pattern: Pattern
    kind: str

    def __str__(self) -> str:
        return f"{self.operation} {'.'.join(self.pattern) or '(all)'} {self.kind}"


class MutatingWire:
    """The wire of a session, with one mutation in it."""

    def __init__(self, wire: Wire, mutation: Mutation) -> None:
        self._wire = wire
        self._mutation = mutation

    @property
    def base_url(self) -> str:
        """That of the server."""
        return self._wire.base_url

    def send(self, message: Message, identity: Identity, operation: str = "") -> Exchange:
        """The exchange, spoilt if it is one of the operation's."""
        exchange = self._wire.send(message, identity, operation)
        if operation != self._mutation.operation:
            return exchange
        return evolve(exchange, content=spoil(exchange, self._mutation))

    def withhold(self, *arguments: Any) -> Exchange:
        """The exchange of a message that is not sent."""
        return self._wire.withhold(*arguments)


def spoil(exchange: Exchange, mutation: Mutation) -> bytes:
    """The body of an answer with the mutation in it: JSON, lines of JSON, or the data of events."""
    if exchange.media_type == EVENT_STREAM:
        lines = exchange.text.splitlines(keepends=True)
        return "".join(_spoil_line(each, mutation) for each in lines).encode()
    try:
        return json.dumps(spoil_value(json.loads(exchange.content), mutation)).encode()
    except ValueError:
        lines = exchange.text.splitlines(keepends=True)
        return "".join(_spoil_text(each, mutation) for each in lines).encode(errors="replace")


def _spoil_line(line: str, mutation: Mutation) -> str:
    name, separator, data = line.partition(":")
    return f"data: {_spoil_text(data, mutation)}" if separator and name == "data" else line


def _spoil_text(text: str, mutation: Mutation) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, dict):
        return text
    end = text[len(text.rstrip("\r\n")) :]
    return json.dumps(spoil_value(value, mutation)) + end


def spoil_value(value: Any, mutation: Mutation) -> Any:
    """A value with what stands at the mutation's places replaced."""
    other = OTHERS[mutation.kind]
    if not mutation.pattern:
        return {} if other is DROPPED else copy.deepcopy(other)
    spoilt = copy.deepcopy(value)
    *outer, last = mutation.pattern
    for holder in _holders([spoilt], outer):
        for key in _keys(holder, last):
            if other is DROPPED:
                del holder[key]
            elif type(holder[key]) is not type(other) or isinstance(other, list):
                holder[key] = copy.deepcopy(other)
    return spoilt


def _holders(values: list[Any], outer: list[str]) -> list[Any]:
    for step in outer:
        values = [each[key] for each in values for key in _keys(each, step)]
    return values


def _keys(holder: Any, step: str) -> list[Any]:
    """The keys or indices that a step stands for, the last first so that each can be deleted."""
    if isinstance(holder, list) and step == ITEM:
        return list(reversed(range(len(holder))))
    return [step] if isinstance(holder, dict) and step in holder else []


@contextmanager
def reads() -> Iterator[set[tuple[str, Pattern]]]:
    """The operations and places that are read inside, as they are read."""
    seen: set[tuple[str, Pattern]] = set()
    check = Reader.check

    def note(self: Reader, place: Place) -> None:
        if isinstance(self.source, Exchange):
            seen.add((self.source.operation, pattern_of(place)))
        check(self, place)

    with mock.patch.object(Reader, "check", note):
        yield seen


def mutations_of(
    seen: Iterable[tuple[str, Pattern]], kinds: Iterable[str] = OTHERS
) -> list[Mutation]:
    """Every kind of mutation of everything that was read, in a fixed order."""
    wanted = list(kinds)
    return [Mutation(*each, kind) for each in sorted(set(seen)) for kind in wanted]
