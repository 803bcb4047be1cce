"""A completion as a stream of chunks: the role, the pieces, the reason with the usage, the end.

Several choices take turns, piece by piece; a reader tells them apart by their index.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from mistral_mock import events
from mistral_mock.completion import bodies, tokens
from mistral_mock.completion.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.completion.engine import Choice, Completion

    Part = dict[str, Any]

DONE = "[DONE]"
PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"


def make_events(completion: Completion, id_: str, created: int) -> Iterator[bytes]:
    """Yield the events of the answer, the terminator at the end."""
    for chunk in make_chunks(completion, id_, created):
        yield events.json_event(chunk)
    yield terminator()


def terminator() -> bytes:
    """Return the event that ends the stream."""
    return events.event(DONE)


def make_chunks(completion: Completion, id_: str, created: int) -> Iterator[Part]:
    """Yield the chunks of the answer; `created` is in seconds since 1970."""
    head = {"id": id_, "object": "chat.completion.chunk", "created": created}
    head |= {"model": completion.model}
    dice = Dice(blake2b(id_.encode()).digest())
    first, *between, last = make_parts(completion)
    yield {**head, "choices": [first]}
    for part in between:
        yield {**head, "choices": [part], "p": make_padding(dice)}
    yield {**head, "choices": [last], "usage": completion.usage, "p": make_padding(dice)}


def make_padding(dice: Dice) -> str:
    """Letters that hide how long a chunk's text is; the first has none (recorded live, 2025)."""
    return PADDING[: dice.between(1, len(PADDING))]


def make_parts(completion: Completion) -> Iterator[Part]:
    """Yield the choices' parts: first all roles, then the pieces in turns, then all reasons."""
    choices = completion.choices
    yield from (make_opening(index) for index in range(len(choices)))
    rounds = zip_longest(*(make_pieces(index, one) for index, one in enumerate(choices)))
    yield from (piece for piece in chain.from_iterable(rounds) if piece is not None)
    yield from (make_ending(index, one) for index, one in enumerate(choices))


def make_opening(index: int) -> Part:
    """Return the first part of a choice: who speaks."""
    return make_part(index, {"role": "assistant", "content": ""})


def make_pieces(index: int, choice: Choice) -> Iterator[Part]:
    """Yield the parts that carry a choice's thoughts, text and calls."""
    if choice.thinking:
        yield make_part(index, {"content": ""})
    for piece in tokens.split(choice.thinking):
        thought = bodies.make_thinking(piece, closed=choice.has_thought)
        yield make_part(index, {"content": [thought]})
    for piece in tokens.split(choice.content):
        yield make_part(index, {"content": piece})
    for place, call in enumerate(choice.calls):
        yield make_part(index, {"content": "", "tool_calls": [bodies.make_call(place, call)]})


def make_ending(index: int, choice: Choice) -> Part:
    """Return the last part of a choice: why it ends."""
    return make_part(index, {"content": ""}, choice.finish_reason)


def make_part(index: int, delta: dict[str, Any], finish_reason: str | None = None) -> Part:
    """Return one choice's part of a chunk."""
    return {"index": index, "delta": delta, "finish_reason": finish_reason}
