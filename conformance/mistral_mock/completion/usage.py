"""What a request costs, in tokens. The parts add up to the total."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_mock.completion import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.completion.engine import Choice
    from mistral_mock.completion.request import ChatRequest

SERVICE_TIER = "standard"
"""The mock's accounts have no priority capacity, so that `auto` gets no more than others."""
TOKENS_OF_ROLE = 2
"""What each message costs beside its text."""


def count_prompt(request: ChatRequest) -> int:
    """Return the tokens of all messages with what they bring, and of functions.

    Choices share them.
    """
    said = sum(
        TOKENS_OF_ROLE + (0 if message.spoken else tokens.count_tokens(message.text))
        for message in request.messages
    )
    said += sum(one.tokens for one in request.attachments)
    offered = sum(
        tokens.count_tokens(f"{function.name} {function.description}")
        + tokens.count_tokens(json.dumps(function.parameters))
        for function in request.functions
    )
    return said + offered


def count_completion(choices: Iterable[Choice]) -> int:
    """Return the tokens that were generated, over all choices."""
    return sum(choice.generated for choice in choices)


def total(prompt_tokens: int, completion_tokens: int) -> int:
    """Return all tokens."""
    return prompt_tokens + completion_tokens


def count_seconds(request: ChatRequest) -> int:
    """Return the length of all recordings that the messages bring, in seconds."""
    return sum(one.seconds for one in request.attachments)


def as_json(prompt_tokens: int, completion_tokens: int, audio_seconds: int = 0) -> dict[str, Any]:
    """Return the usage block of a completion (recorded live, 2025 and 2026).

    The mock keeps no prompts, so that no token of one comes from a cache.
    """
    heard = {"prompt_audio_seconds": audio_seconds} if audio_seconds else {}
    return {
        **heard,
        "prompt_tokens": prompt_tokens,
        "total_tokens": total(prompt_tokens, completion_tokens),
        "completion_tokens": completion_tokens,
        "num_cached_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 0},
        "service_tier": SERVICE_TIER,
    }


def as_full_json(prompt_tokens: int, completion_tokens: int = 0) -> dict[str, Any]:
    """Return the usage block of embeddings and speech: parts that do not apply are null.

    Recorded live for embeddings, September 2025; the newer parts are those of the document.
    """
    return {
        "prompt_audio_seconds": None,
        "prompt_tokens": prompt_tokens,
        "total_tokens": total(prompt_tokens, completion_tokens),
        "completion_tokens": completion_tokens,
        "request_count": None,
        "prompt_tokens_details": None,
        "completion_tokens_details": None,
        "prompt_token_details": None,
        "num_cached_tokens": None,
    }
