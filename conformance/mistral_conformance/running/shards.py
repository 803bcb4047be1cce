"""Parts of a plan that take about as long as each other, the same for everybody who asks.

What a case costs is how many requests its rule took when that was measured on the mock. A rule that
was not measured costs what its family does on average.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.running.measures import measure_of

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
    measure = measure_of(case.rule.id)
    return float(sum(measure["requests"].values()) / measure["cases"])
