"""A completion as one JSON body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistral_mock.completion.engine import Choice, Completion
    from mistral_mock.completion.tools import Call


def make_body(completion: Completion, id_: str, created: int) -> dict[str, Any]:
    """Return the body of the answer; `created` is in seconds since 1970."""
    return {
        "id": id_,
        "created": created,
        "model": completion.model,
        "usage": completion.usage,
        "object": "chat.completion",
        "choices": [make_choice(index, one) for index, one in enumerate(completion.choices)],
    }


def make_choice(index: int, choice: Choice) -> dict[str, Any]:
    """Return one choice with its whole message."""
    return {
        "index": index,
        "finish_reason": choice.finish_reason,
        "message": {
            "role": "assistant",
            "tool_calls": [make_call(place, call) for place, call in enumerate(choice.calls)]
            or None,
            "content": make_content(choice),
        },
        "logprobs": None,
    }


def make_content(choice: Choice) -> str | list[dict[str, Any]]:
    """Return the text, or chunks where the model thought first (recorded live, July 2026)."""
    if not choice.thinking:
        return choice.content
    said = [{"type": "text", "text": choice.content}] if choice.content else []
    return [make_thinking(choice.thinking, closed=choice.has_thought), *said]


def make_thinking(thought: str, *, closed: bool) -> dict[str, Any]:
    """Return what a model thinks; it is closed unless it was cut off."""
    said = [{"type": "text", "text": thought}]
    return {"type": "thinking", "thinking": said, "closed": closed}


def make_call(index: int, call: Call) -> dict[str, Any]:
    """Return one call, as it stands in messages and in deltas.

    Live servers were recorded to leave the type out; clients made for OpenAI's API need it.
    """
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function, "index": index}
