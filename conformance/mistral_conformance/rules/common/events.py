"""Event streams as the suite reads them: strictly, so that a rule can name what is malformed.

The reader follows the line rules of the HTML standard's event streams (section 9.2.6). It does not
forgive: what a lenient client would skip is reported in `stray`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

DONE = "[DONE]"
_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELDS = frozenset({"data", "event", "id", "retry"})


@attrs.frozen
class Stream:
    """A stream that was read to its end.

    `data` holds each event's data, joined by newlines where an event has several data lines.
    `stray` lists the lines that are no field of the standard. `unfinished` is what came after the
    last blank line, which a client by the standard throws away.
    """

    data: tuple[str, ...]
    stray: tuple[str, ...]
    unfinished: str

    def chunks(self) -> list[dict[str, Any]]:
        """Give the JSON objects of all events but the terminator; ValueError if one is none."""
        return list(self._parsed())

    def _parsed(self) -> Iterator[dict[str, Any]]:
        for text in self.data:
            if text == DONE:
                continue
            chunk = json.loads(text)
            if not isinstance(chunk, dict):
                raise ValueError(f"an event's data is no JSON object: {text[:80]}")  # noqa: TRY004 - data, no argument
            yield chunk


def read_stream(text: str) -> Stream:
    """Split the text of an event stream into its events."""
    data: list[str] = []
    stray: list[str] = []
    pending: list[str] = []
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    unfinished = lines.pop()
    for line in lines:
        if not line:
            if pending:
                data.append("\n".join(pending))
            pending = []
            continue
        name, _, value = line.partition(":")
        if name == "data":
            pending.append(value.removeprefix(" "))
        elif name and name not in _FIELDS:
            stray.append(line)
    return Stream(tuple(data), tuple(stray), "\n".join([*pending, unfinished]).strip())


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
