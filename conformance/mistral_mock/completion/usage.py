"""What a request costs, in tokens. The parts add up to the total."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mistral_mock.completion import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.completion.engine import Choice
    from mistral_mock.completion.request import ChatRequest

TOKENS_OF_ROLE = 2
"""What each message costs beside its text."""


def count_prompt(request: ChatRequest) -> int:
    """The tokens of all messages and functions; several choices share them."""
    said = sum(tokens.count_tokens(message.text) + TOKENS_OF_ROLE for message in request.messages)
    offered = sum(
        tokens.count_tokens(f"{function.name} {function.description}")
        + tokens.count_tokens(json.dumps(function.parameters))
        for function in request.functions
    )
    return said + offered


def count_completion(choices: Iterable[Choice]) -> int:
    """The tokens that were generated, over all choices."""
    return sum(choice.generated for choice in choices)


def total(prompt_tokens: int, completion_tokens: int) -> int:
    """All tokens."""
    return prompt_tokens + completion_tokens


def as_json(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """The usage block of an answer."""
    return {
        "prompt_tokens": prompt_tokens,
        "total_tokens": total(prompt_tokens, completion_tokens),
        "completion_tokens": completion_tokens,
    }
