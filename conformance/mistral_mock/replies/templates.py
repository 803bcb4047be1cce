"""Parts of the request in the texts of an answer: `${user}`, `${body.model}`, `${match.1}`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"\$\{([^{}]{1,200})\}")
ROOTS = (
    *("user", "system", "model", "operation", "turn", "tool_result"),
    *("body", "path", "query", "header", "match", "call"),
)
"""What a place begins with: texts, then mappings and lists, then the number of the call."""

TEXTS = frozenset(
    {
        *("text", "thinking", "choices", "pages", "transcript", "language"),
        *("error", "message", "type", "code"),
    }
)
"""Fields of an answer that are texts, or hold them."""


def find_wrong(value: object) -> str | None:
    """Return the first place in a value that begins with none of ROOTS; None when there is none."""
    if isinstance(value, str):
        places = (place.split(".")[0].strip() for place in PLACE.findall(value))
        return next((root for root in places if root not in ROOTS), None)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((wrong for part in parts if (wrong := find_wrong(part)) is not None), None)


def render(value: Any, scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return the value with all places filled.

    A text that is one place becomes the value itself.
    """
    if isinstance(value, str):
        whole = PLACE.fullmatch(value)
        if whole is not None:
            return look_up(whole[1], scope)
        return PLACE.sub(lambda match: spell(look_up(match[1], scope)), value)
    if isinstance(value, dict):
        return {name: render(one, scope) for name, one in value.items()}
    if isinstance(value, list):
        return [render(one, scope) for one in value]
    return value


def render_answer(answer: Mapping[str, Any], scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with all places filled.

    What a model says, and an error's words, are texts.
    """
    return spell_texts(render(answer, scope))


def spell_texts(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer, with texts for values that came from a place where it has texts."""
    return {name: spell_text(one) if name in TEXTS else one for name, one in answer.items()}


def spell_text(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a text, or the same with texts in it."""
    if isinstance(value, dict):
        return spell_texts(value)
    return [spell_text(one) for one in value] if isinstance(value, list) else spell(value)


def look_up(place: str, scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a place; None when nothing does."""
    found: Any = scope
    for part in place.strip().split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list | tuple) and part.lstrip("-").isdecimal():
            found = found[int(part)] if -len(found) <= int(part) < len(found) else None
        else:
            return None
    return found


def spell(value: object) -> str:
    """Return a value inside a text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
