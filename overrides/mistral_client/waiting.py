"""Waiting until a document is processed: when to ask again, and what the state means.

Decisions only. `documents` asks and waits. A document's state has two names (see the quirk
`process_status_twins`); either is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attr

from mistral_client.errors import DecodeError, ProcessingFailed, TimedOut

if TYPE_CHECKING:
    from mistral_generated.models import ProcessingStatus

# documents.forward-only, documents.two-status-fields.
_RUNNING: Final = frozenset({"todo", "in_progress", "waiting_for_capacity", "running"})
_FAILED: Final = frozenset({"error", "missing_content", "failed"})
_FINISHED: Final = frozenset({"done", "noop", "self_managed", "completed"})

# The wait after each reading grows by this factor.
_GROWTH: Final = 1.5

_OPERATION: Final = "beta.libraries.documents.wait"

Outcome = Literal["running", "finished", "failed"]


def outcome_of(status: ProcessingStatus) -> tuple[Outcome, str]:
    """Return what a status means, and the state in the API's own word.

    The newer name decides unless its state is one that nobody knows yet; then the older one does,
    and a document with two unknown states counts as still being processed.

    Raises DecodeError when the server sends neither.
    """
    states = [
        state
        for state in map(vars(status).get, ("process_status", "processing_status"))
        if isinstance(state, str) and state
    ]
    if not states:
        raise DecodeError(
            "the server tells neither process_status nor processing_status",
            operation="beta.libraries.documents.status",
        )
    for state in states:
        if state.lower() in _FAILED:
            return "failed", state
        if state.lower() in _FINISHED:
            return "finished", state
        if state.lower() in _RUNNING:
            return "running", state
    return "running", states[0]


@attr.define
class Wait:
    """One wait: `next_delay_s` after each reading until it is over.

    Times in seconds: the first delay, the longest one, and how long to wait in all.
    """

    document_id: str
    timeout_s: float
    delay_s: float
    longest_s: float
    started_s: float

    def next_delay_s(self, status: ProcessingStatus, now_s: float) -> float | None:
        """Return how long to wait before asking again, in seconds, or None when it is done.

        Raises ProcessingFailed when processing ended in an error, TimedOut when time is up.
        """
        outcome, state = outcome_of(status)
        if outcome == "finished":
            return None
        if outcome == "failed":
            error = ProcessingFailed(
                f"document {self.document_id} could not be processed: {state}. "
                "Upload another file, or try documents.reprocess(...).",
                operation=_OPERATION,
            )
            error.state, error.document_id = state, self.document_id
            raise error
        left_s = self.timeout_s - (now_s - self.started_s)
        if left_s <= 0:
            raise TimedOut(
                f"document {self.document_id} is still {state} after {self.timeout_s:g} s; "
                "wait again, or allow more with timeout=...",
                operation=_OPERATION,
            )
        delay_s = min(self.delay_s, left_s)
        self.delay_s = min(self.delay_s * _GROWTH, self.longest_s)
        return delay_s
