"""What the events of a chat stream add up to. The reader of streams is the suite's own."""

from __future__ import annotations

import json
from typing import Any

import attrs

from mistral_conformance.record.events import DONE, Event, Stream, read_stream

__all__ = ["DONE", "Assembled", "Event", "Stream", "assemble", "read_stream"]


@attrs.define
class Assembled:
    """What the deltas of one choice add up to."""

    text: str = ""
    roles: list[str] = attrs.field(factory=list)
    calls: dict[int, dict[str, str]] = attrs.field(factory=dict)
    reasons: list[str] = attrs.field(factory=list)
    after_end: int = 0

    def add(self, choice: dict[str, Any]) -> None:
        """Add one streamed choice; content after a finish reason is counted in `after_end`."""
        delta = choice.get("delta") or {}
        content = delta.get("content")
        if self.reasons and (content or delta.get("tool_calls")):
            self.after_end += 1
        if isinstance(content, str):
            self.text += content
        if delta.get("role"):
            self.roles.append(delta["role"])
        for call in delta.get("tool_calls") or []:
            held = self.calls.setdefault(call.get("index", 0), {"name": "", "arguments": ""})
            function = call.get("function") or {}
            held["name"] += function.get("name") or ""
            arguments = function.get("arguments") or ""
            held["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)
        if choice.get("finish_reason"):
            self.reasons.append(choice["finish_reason"])


def assemble(chunks: list[dict[str, Any]]) -> dict[int, Assembled]:
    """Add up the deltas of a chat stream, by the index of their choice."""
    choices: dict[int, Assembled] = {}
    for chunk in chunks:
        for choice in chunk.get("choices") or []:
            choices.setdefault(choice.get("index", 0), Assembled()).add(choice)
    return choices
