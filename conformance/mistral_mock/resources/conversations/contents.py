"""What a message of the model says: the engine's text, or what tools found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.completion import bodies, limits, messages, tokens
from mistral_mock.completion.request import read_stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mistral_mock.completion.engine import Choice
    from mistral_mock.resources.conversations.findings import Chunk, Finding

    Content = str | list[Chunk]

SPOKEN = frozenset({"text", "thinking"})
"""The chunks that the model generates."""


def compose(choice: Choice, findings: Sequence[Finding], arguments: Mapping[str, Any]) -> Content:
    """Return what the model says where no tool ran; else what the tools found, within the limits.

    What it thought stands before either.
    """
    if not findings:
        return bodies.make_content(choice)
    chunks = [chunk for finding in findings for chunk in finding.chunks]
    thought = [bodies.make_thinking(choice.thinking, closed=True)] if choice.thinking else []
    return [*thought, *keep_within(chunks, arguments)]


def keep_within(chunks: Sequence[Chunk], arguments: Mapping[str, Any]) -> Iterator[Chunk]:
    """Yield the chunks until a stop text, or until there are as many tokens as may be."""
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
    """Return the tokens of all text."""
    if isinstance(content, str):
        return tokens.count_tokens(content)
    said = (messages.flatten_chunk(chunk) for chunk in content if chunk["type"] in SPOKEN)
    return sum(tokens.count_tokens(text) for text in said)
