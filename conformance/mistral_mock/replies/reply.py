"""One reply as a value, and the kinds of answers that it can have."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_mock.pace import Pace
    from mistral_mock.replies.asked import Asked

    Answering = Mapping[str, Any] | Callable[[Asked], object]

COMPLETION = ("text", "json", "choices")
"""What completions answer with."""
CHAT = (*COMPLETION, "thinking", "tool_calls")
"""What chats answer with."""
CONVERSATION = ("text", "json", "thinking", "tool_calls", "entries")
"""What a turn of a conversation answers with."""
KINDS = tuple(dict.fromkeys((*CHAT, "vectors", "pages", "transcript", "scores", "entries")))
"""The kinds of answers; which operations give them is registered with their handlers. `body`,
`error` and `raw` are for all."""
SPOKEN = frozenset(CHAT)
"""What a model says."""
WHOLE = frozenset({"body", "error", "raw"})
BESIDE = frozenset({"finish_reason", "usage", "status", "headers"})
"""What stands beside a kind of answer."""
ANSWERS = frozenset({*KINDS, *WHOLE, *BESIDE})


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
        """Say whether an answer of it is one that the operation can give."""
        return any(callable(one) or is_answer_for(one, operation) for one in self.answers)


def is_answer_for(answer: Mapping[str, Any], operation: str) -> bool:
    """Say whether the operation can give the answer."""
    given = registry.answer_kinds(operation) or ()
    fits = all(name in given for name in answer if name in KINDS)
    labels = registry.labels(operation)
    return fits and (labels is None or labels.issuperset(answer.get("scores", ())))


def find_operations(pattern: str, known: frozenset[str]) -> list[str]:
    """Return the operations among those known that a pattern means."""
    return sorted(one for one in known if fnmatchcase(one, pattern))
