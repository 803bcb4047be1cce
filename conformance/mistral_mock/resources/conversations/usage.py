"""What a request has used: the model's tokens, and what tools brought in."""

from __future__ import annotations

from collections import Counter

from attrs import define, field


@define
class Usage:
    """Counts that grow while an answer is made."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    connector_tokens: int = 0
    connectors: Counter[str] = field(factory=Counter)
    """How often each tool ran."""

    def count_run(self, name: str, tokens: int) -> None:
        """Add one run of a tool."""
        self.connector_tokens += tokens
        self.connectors[name] += 1

    @property
    def total_tokens(self) -> int:
        """All tokens."""
        return self.prompt_tokens + self.completion_tokens + self.connector_tokens

    def as_json(self) -> dict[str, object]:
        """Return the usage of an answer; the tools' part is null when none ran."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
            "connector_tokens": self.connector_tokens if self.connectors else None,
            "connectors": dict(self.connectors) or None,
        }
