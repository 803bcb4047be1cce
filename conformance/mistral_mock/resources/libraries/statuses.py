"""The states of a document's processing, and the older word for each."""

from __future__ import annotations

TODO, IN_PROGRESS, WAITING = "todo", "in_progress", "waiting_for_capacity"
DONE, ERROR, MISSING = "done", "error", "missing_content"

RUNNING = frozenset({TODO, IN_PROGRESS, WAITING})
FAILED = frozenset({ERROR, MISSING})


def old_status(process_status: str) -> str:
    """Return the `processing_status` for a `process_status` (documents.two-status-fields)."""
    if process_status in RUNNING:
        return "Running"
    return "Error" if process_status in FAILED else "Completed"
