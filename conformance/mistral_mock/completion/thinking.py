"""What a model thinks before it answers: a remark about the question, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion.messages import last_text
from mistral_mock.completion.text import quote

if TYPE_CHECKING:
    from mistral_mock.completion.request import ChatRequest


def think(request: ChatRequest) -> str:
    """Return the thoughts about a request; none where the model does not think."""
    if not request.thinks:
        return ""
    asked = quote(last_text(request.messages, "user"))
    return f"The user says “{asked}” I answer from these words alone."
