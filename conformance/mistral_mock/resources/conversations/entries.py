"""Entries of a conversation: those that a request sends, and those that an answer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.actors import Actor
    from mistral_mock.resources.conversations.records import Entry

INPUT, OUTPUT = "message.input", "message.output"
CALL, RESULT = "function.call", "function.result"
EXECUTION, HANDOFF = "tool.execution", "agent.handoff"
MESSAGES = frozenset({INPUT, OUTPUT})
PREFIXES = {
    INPUT: "msg_",
    OUTPUT: "msg_",
    CALL: "fc_",
    RESULT: "fr_",
    EXECUTION: "tool_exec_",
    HANDOFF: "handoff_",
}
"""How the ids of entries begin (agents.id-shapes); results and handovers are our choice."""
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    INPUT: {"prefix": False},
    OUTPUT: {"agent_id": None, "model": None, "role": "assistant"},
    CALL: {"agent_id": None, "model": None, "confirmation_status": None},
    RESULT: {},
    EXECUTION: {"agent_id": None, "model": None, "info": {}},
    HANDOFF: {},
}
PENDING, ALLOWED, DENIED = "pending", "allowed", "denied"


def read_inputs(ctx: Context, inputs: str | Sequence[Mapping[str, Any]] | None) -> list[Entry]:
    """Return the entries that a request adds; a text is one message of the user.

    They keep their ids and get the times of their arrival (our choice).
    """
    if isinstance(inputs, str):
        inputs = [{"role": "user", "content": inputs}]
    return [complete(ctx, each) for each in inputs or []]


def complete(ctx: Context, sent: Mapping[str, Any]) -> Entry:
    """Return an entry of a request with all that it may leave out."""
    kind = sent.get("type", INPUT)
    moment = ctx.clock.stamp()
    spelt = clock.spell(moment)
    return {
        **DEFAULTS[kind],
        **sent,
        "object": "entry",
        "type": kind,
        "id": sent.get("id") or make_id(ctx, kind, moment),
        "created_at": spelt,
        "completed_at": None if kind in {INPUT, RESULT} else spelt,
    }


def begin(ctx: Context, kind: str, actor: Actor, **fields: object) -> Entry:
    """Return an entry that the answer begins now; handovers name their agents themselves."""
    by = {} if kind == HANDOFF else {"agent_id": actor.agent_id, "model": actor.model}
    moment = ctx.clock.stamp()
    return {
        "object": "entry",
        "type": kind,
        "created_at": clock.spell(moment),
        "completed_at": None,
        **by,
        "id": make_id(ctx, kind, moment),
        **fields,
    }


def end(ctx: Context, entry: Entry, **fields: object) -> Entry:
    """Return the entry, complete from now on."""
    return {**entry, **fields, "completed_at": clock.spell(ctx.clock.stamp())}


def make_id(ctx: Context, kind: str, moment: datetime) -> str:
    """Return a new id for an entry of this kind that begins at the moment."""
    return ctx.ids.prefixed(PREFIXES[kind], moment)


def is_question(entry: Entry) -> bool:
    """Say whether a message of the user."""
    return bool(entry["type"] == INPUT and entry["role"] != "assistant")


def find_question(known: Sequence[Entry], *, through_results: bool = False) -> int | None:
    """Return the place of the user's message that waits for an answer; None when none does.

    Runs of tools, handovers and calls that wait for a decision do not answer it; nor do calls of
    functions with their results, where they are looked through.
    """
    passing = {EXECUTION, HANDOFF, *((CALL, RESULT) if through_results else ())}
    for place in range(len(known) - 1, -1, -1):
        if is_question(known[place]):
            return place
        if known[place]["type"] not in passing and not needs_decision(known[place]):
            return None
    return None


def needs_decision(entry: Entry) -> bool:
    """Say whether a call that a person has to allow, or had to."""
    return entry["type"] == CALL and entry["confirmation_status"] is not None


def find_pending(known: Sequence[Entry]) -> list[Entry]:
    """Return the calls that still wait for a decision."""
    return [
        each for each in known if each["type"] == CALL and each["confirmation_status"] == PENDING
    ]
