"""How JSON and event streams may be written: blanks, escapes, line ends, comments, other events."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from random import Random

SOMETIMES = 0.3
_LETTER = re.compile(r"\\u[0-9a-f]{4}|\\.|(/|[b-e](?=[g-z]))")
"""An escape, which stays, or a character that may be one."""
COMMENTS = (": keep-alive", ":", "retry: 3000")


@frozen(eq=False)
class Framing:
    """Writes the same values in other words; `crlf` ends all lines of streams with two bytes."""

    random: Random
    crlf: bool

    def spell(self, value: Any, *, lines: bool = True) -> bytes:
        """A value as JSON text; on one line where lines have a meaning of their own."""
        indent = self.random.choice((None, 1, 4)) if lines else None
        separators = self.random.choice(((",", ":"), (", ", ": "), (" , ", " : ")))
        text = json.dumps(
            value,
            indent=indent,
            separators=separators,
            ensure_ascii=self.random.random() < SOMETIMES,
        )
        if self.random.random() < SOMETIMES:
            text = _LETTER.sub(_escape, text)
        return (f" {text}\n" if lines else text).encode()

    def frame(self, lines: list[str], *, others: bool) -> bytes:
        """The lines of one event, written otherwise, perhaps after a comment or a strange event.

        Strange events (`others`) only where a reader can tell them by their name.
        """
        blocks: list[list[str]] = []
        if self.random.random() < SOMETIMES:
            blocks.append([self.random.choice(COMMENTS)])
        if others and self.random.random() < SOMETIMES:
            blocks.append(["event: x-progress", f'data: {{"x":{self.random.getrandbits(16)}}}'])
        blocks.append([self._unspace(each) for each in lines])
        text = "".join("\n".join(each) + "\n\n" for each in blocks)
        return (text.replace("\n", "\r\n") if self.crlf else text).encode()

    def _unspace(self, line: str) -> str:
        name, separator, value = line.partition(": ")
        return f"{name}:{value}" if separator and self.random.random() < SOMETIMES else line


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[1]):04x}" if found[1] else found[0]
