"""Where an answer ends: at a stop text, after so many tokens, or where the context is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion import refusal, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.completion.request import ChatRequest

STOP = "stop"
LENGTH = "length"
TOOL_CALLS = "tool_calls"


def find_room(request: ChatRequest, prompt_tokens: int) -> int:
    """Return how many tokens the answer may have.

    Raises:
        APIError: 400, prompt and `max_tokens` together do not fit into the model's context.

    """
    context, asked = request.model.context, request.max_tokens
    if prompt_tokens + (asked or 0) > context:
        told = f"Prompt contains {prompt_tokens} tokens and {asked or 0} are to be generated"
        raise refusal.bad_request(f"{told}, too large for model with {context} tokens of context")
    room = context - prompt_tokens
    return room if asked is None else min(asked, room)


def limit(text: str, stop: Iterable[str], room: int) -> tuple[str, str]:
    """Return the text that fits, and the reason why it ends."""
    return apply_max_tokens(apply_stop(text, stop), room)


def apply_stop(text: str, stop: Iterable[str]) -> str:
    """Return the text before the first stop text in it."""
    places = [place for place in (text.find(one) for one in stop) if place >= 0]
    return text[: min(places, default=len(text))]


def apply_max_tokens(text: str, room: int) -> tuple[str, str]:
    """Return the first tokens of the text, and `length` when there would have been more."""
    if tokens.count_tokens(text) <= room:
        return text, STOP
    return tokens.take(text, room), LENGTH
