"""Remembers what functions made of short texts; long ones, which callers choose, would pile up."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    R = TypeVar("R")

LONGEST = 1000
"""Characters of a text that is worth remembering."""


def cache_short(
    maxsize: int, longest: int = LONGEST
) -> Callable[[Callable[[str], R]], Callable[[str], R]]:
    """Cache a function of a text for so many texts, each of at most so many characters."""

    def decorate(function: Callable[[str], R]) -> Callable[[str], R]:
        cached = lru_cache(maxsize)(function)

        @wraps(function)
        def call(text: str) -> R:
            return cached(text) if len(text) <= longest else function(text)

        return call

    return decorate
