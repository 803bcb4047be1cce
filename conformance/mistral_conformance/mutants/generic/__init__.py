"""Generic defects: operators that fit any operation, applied to all that is declared.

Each module has operators for one kind of thing. A defect is called by its operator and the place
that it is applied to, such as `update-is-lost[beta.libraries.update:name]`. Those that change
nothing which a server owes anybody are `equivalent`; `equivalent.toml` says which and why.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import chain, zip_longest
from random import Random
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.mutants.generic import access, lifecycle, lists, requests, storing, values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.mutants.generic.defect import StoreDefect, WireDefect

    GenericDefect = StoreDefect | WireDefect

MODULES = (access, lifecycle, lists, requests, storing, values)


@frozen
class Equivalence:
    """Defects that no server can be blamed for; `of` are ids or patterns, `*` any part of one."""

    of: tuple[str, ...]
    why: str

    def covers(self, defect_id: str) -> bool:
        """Say whether a defect is one of them."""
        return any(_fits(defect_id, each) for each in self.of)


def _fits(defect_id: str, pattern: str) -> bool:
    """Say whether the literal parts of a pattern stand in an id, in order; brackets are literal."""
    first, *others = pattern.split("*")
    if not defect_id.startswith(first):
        return False
    at = len(first)
    for each in others:
        at = defect_id.find(each, at) if each else len(defect_id)
        if at < 0:
            return False
        at += len(each)
    return at >= len(defect_id)


@cache
def load_all() -> dict[str, GenericDefect]:
    """Return all defects by id, equivalent ones too."""
    found = chain.from_iterable(each.defects() for each in MODULES)
    return {each.id: each for each in found}


@cache
def load_equivalences() -> tuple[Equivalence, ...]:
    """Return what is reviewed as equivalent, see `equivalent.toml`."""
    text = files(__name__).joinpath("equivalent.toml").read_text("utf-8")
    rows = tomllib.loads(text)["equivalent"]
    return tuple(Equivalence(tuple(row["of"]), row["why"]) for row in rows)


@cache
def load_generic() -> dict[str, GenericDefect]:
    """Return the defects that are to be caught: all that are not equivalent."""
    known = load_equivalences()
    return {
        name: each for name, each in load_all().items() if not any(k.covers(name) for k in known)
    }


def draw_sample(ids: Iterable[str], count: int, seed: int) -> list[str]:
    """So many of the defects, by the same seed the same: each operator's turn comes equally often.

    An operator that fits thousands of fields must not hide one that fits a dozen of lists.
    """
    random = Random(seed)  # noqa: S311 - a choice of tests, no secret
    by_operator: dict[str, list[str]] = {}
    for each in ids:
        by_operator.setdefault(each.partition("[")[0], []).append(each)
    rows = list(by_operator.values())
    for row in rows:
        random.shuffle(row)
    random.shuffle(rows)
    drawn = (each for turn in zip_longest(*rows) for each in turn if each is not None)
    return [each for each, _ in zip(drawn, range(count), strict=False)]
