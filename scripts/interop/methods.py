"""The methods that are called, and what became of their calls."""

from __future__ import annotations

import warnings
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from interop.world import all_calls
from mistral_conformance.model.document import is_endless

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable

    from interop.world import CallOf

EVENTS_OF_ENDLESS = 1
"""How many events of a stream without an end are read."""
SHOWN = 300
"""How much of an error's text is kept, in characters."""


@frozen
class Method:
    """A method by its dotted name, and one call that it makes."""

    name: str
    call: CallOf
    streams: bool = False

    @property
    def id(self) -> str:
        """A name for the method's call that no other has."""
        return f"{self.name} {self.call.about}".rstrip()

    @property
    def most(self) -> int | None:
        """How many events of its stream are read; None for all."""
        return EVENTS_OF_ENDLESS if is_endless(self.call.operation) else None


@frozen
class Outcome:
    """What became of a call: the kinds of objects that were read, or why it failed."""

    kinds: tuple[str, ...] = ()
    failure: str = ""


def all_methods() -> list[Method]:
    """Return every call by every method that the document has for it, plain and streamed."""
    found: list[Method] = []
    for call in all_calls():
        stream = call.operation.item.get("x-mistral-stream")
        tag, _, last = call.operation.id.rpartition(".")
        method = stream["method"] if stream else ""
        if method != last:
            found.append(Method(call.operation.id, call))
        if method:
            found.append(Method(f"{tag}.{method}", call, streams=True))
    return found


def find(root: object, name: str) -> Any:  # noqa: ANN401 - a method of whatever signature
    """Return the method, None where there is no such one."""
    try:
        return attrgetter(name)(root)
    except AttributeError:
        return None


def outcome_of(
    read: Callable[[], list[object]], doubts: Callable[[list[object]], Iterable[str]]
) -> Outcome:
    """Return what became of a call: what `read` gave, and what of it `doubts` does not understand.

    Warnings are not looked at: the calls use what is deprecated too.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parts = read()
        except Exception as error:  # noqa: BLE001 - whatever a call raises is its outcome
            text = " ".join(str(error).split())[:SHOWN]
            return Outcome(failure=f"{type(error).__name__}: {text}")
    named = sorted(set(doubts(parts)))
    if named:
        return Outcome(failure=f"not understood: {', '.join(named)}")
    if not parts:
        return Outcome(failure="the stream has no event")
    return Outcome(tuple(dict.fromkeys(kind(part) for part in parts)))


def take(events: Iterable[Any], most: int | None) -> list[Any]:
    """Return what the first events carry, all of them where `most` is None."""
    found: list[Any] = []
    for event in events:
        found.append(event.data)
        if len(found) == most:
            break
    return found


async def async_take(events: AsyncIterable[Any], most: int | None) -> list[Any]:
    """Return what the first events carry, all of them where `most` is None."""
    found: list[Any] = []
    async for event in events:
        found.append(event.data)
        if len(found) == most:
            break
    return found


def kind(value: object) -> str:
    """Return what a value is, in a word or two."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"list of {kind(value[0])}" if value else "empty list"
    return type(value).__name__
