"""Handovers between agents: to the first agent whose name or description the question names.

An agent that has a function for the question calls it first, and hands over with its result. As
with functions, a shared word is enough. That is not understanding, but a test can foresee it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion.needs import find_stems
from mistral_mock.resources.conversations import actors, entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.actors import Actor
    from mistral_mock.resources.conversations.records import Entry


def choose(ctx: Context, actor: Actor, question: str, passed: Sequence[Entry]) -> Actor | None:
    """Return who takes over, or None; nobody gets the same question twice."""
    tired = {actor.agent_id}
    for entry in passed:
        if entry["type"] == entries.HANDOFF:
            tired |= {entry["previous_agent_id"], entry["next_agent_id"]}
    asked = find_stems(question)
    for other in actors.find_successors(ctx, actor):
        if other.agent_id not in tired and asked & find_stems(f"{other.name} {other.description}"):
            return other
    return None


def record(ctx: Context, actor: Actor, successor: Actor, *, complete: bool) -> Entry:
    """Return the entry of a handover.

    One that is left to the caller stays incomplete (our choice).
    """
    entry = entries.begin(
        ctx,
        entries.HANDOFF,
        actor,
        previous_agent_id=actor.agent_id,
        previous_agent_name=actor.name,
        next_agent_id=successor.agent_id,
        next_agent_name=successor.name,
    )
    return entries.end(ctx, entry) if complete else entry
