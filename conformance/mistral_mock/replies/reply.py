"""One reply as a value, and which operations each kind of answer is for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_mock.pace import Pace
    from mistral_mock.replies.asked import Asked

    Answering = Mapping[str, Any] | Callable[[Asked], object]

CONVERSATIONS = frozenset(
    {
        "beta.conversations.start",
        "beta.conversations.append",
        "beta.conversations.restart",
    }
)
CHATS = frozenset({"chat.complete", "agents.complete", *CONVERSATIONS})
COMPLETIONS = CHATS | {"fim.complete"}
TRANSCRIPTIONS = frozenset({"audio.transcriptions.complete"})
CLASSIFIERS = frozenset(
    {
        "classifiers.moderate",
        "classifiers.moderate_chat",
        "classifiers.classify",
        "classifiers.classify_chat",
    }
)
KINDS: dict[str, frozenset[str]] = {
    "text": COMPLETIONS,
    "json": COMPLETIONS,
    "thinking": CHATS,
    "tool_calls": CHATS,
    "choices": COMPLETIONS - CONVERSATIONS,
    "vectors": frozenset({"embeddings.create"}),
    "pages": frozenset({"ocr.process"}),
    "transcript": TRANSCRIPTIONS,
    "scores": CLASSIFIERS,
    "entries": CONVERSATIONS,
}
"""The operations that each kind of answer is for; `body`, `error` and `raw` are for all."""
SPOKEN = frozenset({"text", "json", "thinking", "tool_calls", "choices"})
"""What a model says."""
WHOLE = frozenset({"body", "error", "raw"})
BESIDE = frozenset({"finish_reason", "usage", "status", "headers"})
"""What stands beside a kind of answer."""
ANSWERS = frozenset({*KINDS, *WHOLE, *BESIDE})
MODELLED = frozenset().union(*KINDS.values()) | {"audio.speech.complete"}
"""The operations that a model answers, for which `--strict-replies` wants a reply."""


@frozen(kw_only=True)
class Reply:
    """What is answered to which requests."""

    when: Mapping[str, Any] = field(factory=dict)
    answers: tuple[Answering, ...]
    """One after the other."""
    times: int | None = None
    """How often the reply counts; None is without end."""
    scope: str = "all"
    """What is counted together: `all` requests, those of a `key`, or of a `conversation`."""
    pace: Pace | None = None
    name: str = ""
    """How messages call it: its own name, or where it stands."""

    def is_for(self, operation: str) -> bool:
        """An answer of it is one that the operation can give."""
        return any(callable(one) or is_answer_for(one, operation) for one in self.answers)


def is_answer_for(answer: Mapping[str, Any], operation: str) -> bool:
    """The operation can give the answer."""
    return all(operation in KINDS[name] for name in answer if name in KINDS)


def find_operations(pattern: str, known: frozenset[str]) -> list[str]:
    """The operations among those known that a pattern means."""
    return sorted(one for one in known if fnmatchcase(one, pattern))
