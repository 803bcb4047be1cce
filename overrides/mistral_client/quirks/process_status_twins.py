"""A document's state under both of its names, whichever the server sends.

Older servers send only `processing_status` (`Running`, `Completed`, `Error`), which is deprecated
and will go; newer ones also send `process_status`, a finer list of states. A program that polls
one of them must end on every server, so the missing one is filled in from the other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from mistral_client.bodies import Answer
from mistral_client.quirks.quirk import Quirk

if TYPE_CHECKING:
    from mistral_client.adapters import AnyCall, Memory
    from mistral_generated.types import Response

OLD: Final = "processing_status"
NEW: Final = "process_status"

# documents.two-status-fields; only Running and Completed are attested for the old name.
_NEW_TO_OLD: Final = {
    "todo": "Running",
    "in_progress": "Running",
    "waiting_for_capacity": "Running",
    "done": "Completed",
    "noop": "Completed",
    "self_managed": "Completed",
    "error": "Error",
    "missing_content": "Error",
}
_OLD_TO_NEW: Final = {"running": "in_progress", "completed": "done", "error": "error"}


def adapt_response(answer: Response, _call: AnyCall, _memory: Memory) -> Response | AnyCall:
    """Return the answer with both names where the server sent one."""
    content = answer.content
    has_old, has_new = b'"processing_status"' in content, b'"process_status"' in content
    if has_old == has_new or not 200 <= answer.status_code < 300:
        return answer
    try:
        body = json.loads(content)
    except ValueError:
        return answer
    for document in _documents(body):
        _fill(document)
    return Answer(answer.status_code, answer.headers, json.dumps(body).encode())


def _documents(body: object) -> list[dict[str, object]]:
    """Return the documents (or states of documents) of an answer: a list's, or the one it is."""
    if not isinstance(body, dict):
        return []
    data = cast("dict[str, object]", body).get("data", [body])
    items = cast("list[object]", data) if isinstance(data, list) else []
    return [cast("dict[str, object]", item) for item in items if isinstance(item, dict)]


def _fill(document: dict[str, object]) -> None:
    old, new = document.get(OLD), document.get(NEW)
    if old is None and isinstance(new, str) and new in _NEW_TO_OLD:
        document[OLD] = _NEW_TO_OLD[new]
    elif new is None and isinstance(old, str) and old.lower() in _OLD_TO_NEW:
        document[NEW] = _OLD_TO_NEW[old.lower()]


QUIRK: Final = Quirk(
    id="process_status_twins",
    reason="A document's state has an old name that goes and a new one that old servers lack.",
    source="documents.two-status-fields; documents.waiting-loop-ends",
    since="spec 2026-03-31",
    remove_when="processing_status is gone and every supported server sends process_status.",
    is_curated=False,
    adapt_response=adapt_response,
)
