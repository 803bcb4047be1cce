"""Parts of a plan that take about as long as each other, the same for everybody who asks.

What a case costs is how many requests its rule took when it was counted on the mock: `costs.toml`.
A rule that is not in the file costs what the others do on average.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from statistics import mean
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.running.plan import Case

FORM = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@frozen
class Shard:
    """One of several parts of a plan, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_shard(text: str) -> Shard:
    """The shard that a text such as `3/8` names.

    Raises:
        ValueError: it names none.

    """
    match = FORM.fullmatch(text)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 0 < number <= of:
        raise ValueError(f"{text!r} is no shard: write 3/8 for the third of eight")
    return Shard(number, of)


def take(plan: Sequence[Case], shard: Shard) -> list[Case]:
    """The cases of a shard, in the order of the plan.

    The dearest case goes first, each to the shard that has least to do.
    """
    costs = [cost_of(each) for each in plan]
    loads = [0.0] * shard.of
    taken: set[int] = set()
    for at in sorted(range(len(plan)), key=lambda each: (-costs[each], each)):
        lightest = loads.index(min(loads))
        loads[lightest] += costs[at]
        if lightest == shard.number - 1:
            taken.add(at)
    return [plan[at] for at in sorted(taken)]


def cost_of(case: Case) -> float:
    """About how many requests judging a case takes."""
    costs = load_costs()
    return costs.get(case.rule.id, _usual())


@cache
def load_costs() -> dict[str, float]:
    """The mean number of requests of a case, by rule."""
    text = files("mistral_conformance.running").joinpath("costs.toml").read_text("utf-8")
    found: dict[str, float] = tomllib.loads(text)["requests"]
    return found


@cache
def _usual() -> float:
    return mean(load_costs().values())
