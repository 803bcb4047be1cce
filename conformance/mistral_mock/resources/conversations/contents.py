"""What a message of the model says: the engine's text, or what tools found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.completion import limits, tokens
from mistral_mock.completion.request import read_stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mistral_mock.resources.conversations.findings import Chunk, Finding

    Content = str | list[Chunk]


def compose(said: str, findings: Sequence[Finding], arguments: Mapping[str, Any]) -> Content:
    """A text where no tool ran; else what the tools found, within the limits of the request."""
    if not findings:
        return said
    chunks = [chunk for finding in findings for chunk in finding.chunks]
    return list(keep_within(chunks, arguments))


def keep_within(chunks: Sequence[Chunk], arguments: Mapping[str, Any]) -> Iterator[Chunk]:
    """The chunks until a stop text, or until there are as many tokens as may be."""
    room, stop = arguments.get("max_tokens"), read_stop(arguments.get("stop"))
    for chunk in chunks:
        if "text" not in chunk:
            yield chunk
            continue
        kept = limits.apply_stop(chunk["text"], stop)
        if room is not None:
            kept = tokens.take(kept, room)
            room -= tokens.count_tokens(kept)
        yield {**chunk, "text": kept}
        if kept != chunk["text"]:
            return


def count(content: Content) -> int:
    """The tokens of all text."""
    if isinstance(content, str):
        return tokens.count_tokens(content)
    return sum(tokens.count_tokens(chunk.get("text", "")) for chunk in content)
