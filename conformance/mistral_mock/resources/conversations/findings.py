"""What a run of a tool brings: chunks of the answer, and what stands in the entry about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Chunk = dict[str, Any]


@frozen
class Finding:
    """The result of one run."""

    chunks: Sequence[Chunk]
    tokens: int
    """What it brought in, for the model to read."""
    info: Mapping[str, Any] = field(factory=dict)


def text(said: str) -> Chunk:
    """Return a chunk of text."""
    return {"type": "text", "text": said}


def reference(
    tool: str, title: str, url: str | None = None, description: str | None = None
) -> Chunk:
    """Return a chunk that points at a source."""
    return {
        "type": "tool_reference",
        "tool": tool,
        "title": title,
        "url": url,
        "favicon": None,
        "description": description,
    }
