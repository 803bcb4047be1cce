"""Declarations: the extensions that say what the conformance suite holds servers to.

The overlay action that writes one gives its reason and evidence; readers of the document find both
inside the declaration.
"""

from __future__ import annotations

from typing import Any

EXTENSIONS = frozenset(
    f"x-mistral-{each}"
    for each in (
        "resource",
        "field",
        "reference",
        "list",
        "sort",
        "filter",
        "states",
        "option",
        "access",
        "link",
        "text",
    )
)


def with_source(update: Any, reason: str, evidence: str) -> Any:  # noqa: ANN401 - JSON
    """Return the update in which each declaration carries the reason and evidence of its action."""
    if isinstance(update, list):
        return [with_source(each, reason, evidence) for each in update]
    if not isinstance(update, dict):
        return update
    return {
        key: {**value, "reason": reason, "evidence": evidence}
        if key in EXTENSIONS
        else with_source(value, reason, evidence)
        for key, value in update.items()
    }
