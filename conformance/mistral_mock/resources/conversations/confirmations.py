"""Decisions about calls of tools that wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.completion import refusal
from mistral_mock.resources.conversations import entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.resources.conversations.records import Entry

WORDS = {"allow": entries.ALLOWED, "deny": entries.DENIED}


def decide(known: Sequence[Entry], sent: Sequence[Mapping[str, Any]] | None) -> list[Entry]:
    """Return the entries with the decisions in them.

    Raises:
        APIError: 400, a decision is about no call that waits, a call is left undecided or has two
            decisions (our choice).

    """
    decisions = {each["tool_call_id"]: WORDS[each["confirmation"]] for each in sent or ()}
    if len(decisions) != len(sent or ()):
        raise refusal.bad_request("A call has more than one decision")
    waiting = {entry["tool_call_id"] for entry in entries.find_pending(known)}
    for id_ in decisions.keys() - waiting:
        raise refusal.bad_request(f"No call with the id {id_} waits for a decision")
    for id_ in waiting - decisions.keys():
        raise refusal.bad_request(f"The call {id_} waits for a decision: allow or deny it")
    return [settle(entry, decisions) for entry in known]


def check_decided(known: Sequence[Entry]) -> None:
    """Pass when no call waits for a decision.

    Raises:
        APIError: 400, one does (our choice).

    """
    for entry in entries.find_pending(known):
        told = "waits for a decision: decide about it first, or begin at an entry before it"
        raise refusal.bad_request(f"The call {entry['tool_call_id']} {told}")


def settle(entry: Entry, decisions: Mapping[str, str]) -> Entry:
    """Return the entry with the decision about it, if there is one."""
    if entry["type"] != entries.CALL or entry["tool_call_id"] not in decisions:
        return entry
    return {**entry, "confirmation_status": decisions[entry["tool_call_id"]]}
