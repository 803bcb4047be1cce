"""What is wrong with a reply."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Place = tuple[str | int, ...]


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
    """Passes when the condition holds.

    Raises:
        ReplyError: It does not.

    """
    if not condition:
        raise ReplyError(place, reason)


def check_names(raw: Mapping[Any, Any], known: Collection[str], place: Place) -> None:
    """Passes when all names are known.

    Raises:
        ReplyError: One is not; the message names a similar one.

    """
    for name in raw:
        if name not in known:
            near = get_close_matches(str(name), list(known), n=1)
            hint = f"do you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            raise ReplyError((*place, str(name)), f"it is unknown; {hint}")
