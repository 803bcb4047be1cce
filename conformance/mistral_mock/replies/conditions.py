"""What a reply waits for. Each condition that is not met says why, for people."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from mistral_mock.replies.problem import ReplyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mistral_mock.replies.asked import Asked

    Wanted = str | int | Mapping[str, Any] | re.Pattern[str] | Callable[..., object]

SHOWN = 200
"""Characters of a text that a message shows."""


def explain(asked: Asked, when: Mapping[str, Any]) -> tuple[int, str | None]:
    """Return how many conditions are met before the first that is not, and what that one says."""
    for met, (name, wanted) in enumerate(when.items()):
        reason = CHECKS[name](asked, wanted)
        if reason is not None:
            return met, reason
    return len(when), None


def find_groups(asked: Asked, when: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the groups of the conditions' first pattern hold, the whole match first."""
    for name, wanted in when.items():
        pattern = find_pattern(wanted)
        for text in list_texts(asked, name) if pattern else ():
            match = pattern.search(text) if pattern else None
            if match is not None:
                return (match[0], *(group or "" for group in match.groups()))
    return ()


def list_texts(asked: Asked, name: str) -> Sequence[str]:
    """Return the texts that a condition is about."""
    if name == "any":
        return asked.texts
    if name == "document":
        return asked.documents
    return [{"user": asked.user, "system": asked.system}.get(name, asked.tool_result)]


def find_pattern(wanted: Wanted) -> re.Pattern[str] | None:
    """Return the pattern of a condition, or None."""
    if isinstance(wanted, re.Pattern):
        return wanted
    if isinstance(wanted, dict) and isinstance(wanted.get("pattern"), str):
        return re.compile(wanted["pattern"])
    return None


def fits(text: str, wanted: Any) -> bool:  # noqa: ANN401 - text, pattern or function
    """Say whether a text is what a condition wants: a text stands in it, a pattern occurs in it."""
    if callable(wanted):
        return bool(call(wanted, text))
    pattern = find_pattern(wanted)
    if pattern is not None:
        return pattern.search(text) is not None
    if isinstance(wanted, dict):
        return text == wanted["equals"] if "equals" in wanted else wanted["contains"] in text
    return str(wanted) in text


def call(function: Callable[..., Any], given: object) -> Any:  # noqa: ANN401 - a tester's function
    """Return what a function of the tester gives.

    Raises:
        ReplyError: It has failed.

    """
    try:
        return function(given)
    except Exception as error:
        name = getattr(function, "__name__", function)
        raise ReplyError((), f"the function {name} raised {error!r}") from error


def spell(wanted: Any) -> str:  # noqa: ANN401 - text, pattern or function
    """Return a condition as people read it."""
    pattern = find_pattern(wanted)
    if pattern is not None:
        return f"match {pattern.pattern!r}"
    if callable(wanted):
        return f"satisfy the function {getattr(wanted, '__name__', wanted)}"
    if isinstance(wanted, dict) and "equals" in wanted:
        return f"be {wanted['equals']!r}"
    return f"contain {(wanted['contains'] if isinstance(wanted, dict) else wanted)!r}"


def show(text: str) -> str:
    """Return a text as a message shows it."""
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")


def check_text(name: str, text: str, wanted: Wanted) -> str | None:
    """Return why a text is not what is wanted."""
    return None if fits(text, wanted) else f"{name} has to {spell(wanted)}, it is {show(text)}"


def check_several(name: str, texts: Sequence[str], wanted: Wanted) -> str | None:
    """Return why no text is what is wanted."""
    if any(fits(text, wanted) for text in texts):
        return None
    return f"any {name} has to {spell(wanted)}, none of {len(texts)} does"


def check_pattern(name: str, value: str, wanted: str) -> str | None:
    """Return why a name is not among those that are wanted, which may have stars."""
    if fnmatchcase(value, wanted):
        return None
    return f"{name} has to be {wanted}, it is {value or 'not given'}"


def check_member(name: str, found: tuple[str, ...], wanted: str) -> str | None:
    """Return why a name is not among several."""
    if any(fnmatchcase(one, wanted) for one in found):
        return None
    return f"{name} has to be {wanted}, there is {', '.join(found) or 'none'}"


def check_headers(asked: Asked, wanted: Mapping[str, str]) -> str | None:
    """Return why a header is not what is wanted."""
    for name, value in wanted.items():
        sent = asked.headers.get(name.lower())
        if sent is None or not fits(sent, value):
            state = "it is not sent" if sent is None else "it does not"
            return f"header {name} has to {spell(value)}, {state}"
    return None


def check_key(asked: Asked, wanted: str) -> str | None:
    """Return why the key is another one; neither is told."""
    return None if asked.key == wanted else "the key is another one"


def check_function(asked: Asked, wanted: Callable[[Asked], object]) -> str | None:
    """Return why a function about the whole request says no."""
    if call(wanted, asked):
        return None
    return f"the function {getattr(wanted, '__name__', wanted)} returns false"


CHECKS: dict[str, Callable[[Asked, Any], str | None]] = {
    "operation": lambda asked, wanted: check_pattern("operation", asked.operation, wanted),
    "model": lambda asked, wanted: check_pattern("model", asked.model, wanted),
    "user": lambda asked, wanted: check_text("the last user message", asked.user, wanted),
    "any": lambda asked, wanted: check_several("message", asked.texts, wanted),
    "document": lambda asked, wanted: check_several("document", asked.documents, wanted),
    "system": lambda asked, wanted: check_text("the system text", asked.system, wanted),
    "tool": lambda asked, wanted: check_member("an offered tool", asked.tools, wanted),
    "tool_result": lambda asked, wanted: (
        "the last message has to be the result of a tool"
        if not asked.tool_call_ids
        else check_text("the tool's result", asked.tool_result, wanted)
    ),
    "tool_call_id": lambda asked, wanted: check_member(
        "the id of the answered call", asked.tool_call_ids, wanted
    ),
    "turn": lambda asked, wanted: (
        None if asked.turn == wanted else f"turn has to be {wanted}, it is {asked.turn}"
    ),
    "response_format": lambda asked, wanted: check_pattern(
        "response_format", asked.response_format, wanted
    ),
    "key": check_key,
    "header": check_headers,
    "function": check_function,
}
"""Each condition: what a request has to be, and why it is not."""
