"""What is wrong with a reply."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from mistral_mock import json_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Place = tuple[str | int, ...]


WORDS = {
    "content": "text",
    "embedding": "vectors",
    "embeddings": "vectors",
    "markdown": "pages",
    "message": "text",
    "parsed": "json",
    "prompt": "user",
    "question": "user",
}
"""What people may write, by the API's own words, and what it is here."""


class ReplyError(ValueError):
    """A reply cannot be used; `place` leads to what is wrong, `reason` says why."""

    def __init__(self, place: tuple[str | int, ...], reason: str, source: str = "") -> None:
        self.place = place
        self.reason = reason
        self.source = source
        path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place)
        where = ": ".join(part for part in (source, path.lstrip(".")) if part)
        super().__init__(f"{where}: {reason}" if where else reason)


def demand(condition: bool, place: tuple[str | int, ...], reason: str) -> None:
    """Pass when the condition holds.

    Raises:
        ReplyError: It does not.

    """
    if not condition:
        raise ReplyError(place, reason)


def check_json(value: object, place: Place) -> None:
    """Pass for what JSON can hold.

    Raises:
        ReplyError: It cannot.

    """
    try:
        json_text.check(value)
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ReplyError(place, f"JSON cannot hold it: {error}") from error


def check_names(
    raw: Mapping[Any, Any],
    known: Collection[str],
    place: Place,
    elsewhere: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Pass when all names are known; `elsewhere` has those that belong to other places.

    Raises:
        ReplyError: One is not; the message names its place, or a similar one.

    """
    for name in raw:
        if name not in known:
            hint = find_hint(str(name), known, elsewhere or {})
            raise ReplyError((*place, str(name)), f"it is unknown here; {hint}")


def find_hint(name: str, known: Collection[str], elsewhere: Mapping[str, Collection[str]]) -> str:
    """Return what somebody probably wanted to write instead of a name."""
    for where, names in elsewhere.items():
        if name in names:
            return f"write it {where}"
    near = [WORDS[name]] if WORDS.get(name) in known else get_close_matches(name, list(known), n=1)
    return f"do you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
