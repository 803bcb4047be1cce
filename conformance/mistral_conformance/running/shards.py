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
    """One of several parts of a plan, counted from 1.

    Those that are `apart` share no group of operations, so that they do not disturb each other on
    one server.
    """

    number: int
    of: int
    apart: bool = False

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_shard(text: str) -> Shard:
    """Return the shard that a text such as `3/8` names.

    Raises:
        ValueError: it names none.

    """
    match = FORM.fullmatch(text)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 0 < number <= of:
        raise ValueError(f"{text!r} is no shard: write 3/8 for the third of eight")
    return Shard(number, of)


def take(plan: Sequence[Case], shard: Shard) -> list[Case]:
    """Return the cases of a shard, in the order of the plan.

    The dearest case goes first, each to the shard that has least to do; where shards are apart, so
    do the cases that share groups of operations, together.
    """
    costs = [cost_of(each) for each in plan]
    bundles = _bundles(plan) if shard.apart else [[at] for at in range(len(plan))]
    loads = [0.0] * shard.of
    taken: list[int] = []
    for bundle in sorted(bundles, key=lambda each: (-sum(costs[at] for at in each), each)):
        lightest = loads.index(min(loads))
        loads[lightest] += sum(costs[at] for at in bundle)
        if lightest == shard.number - 1:
            taken += bundle
    return [plan[at] for at in sorted(taken)]


def parts_of(plan: Sequence[Case]) -> int:
    """Into how many shards that are apart a plan can go at most."""
    return len(_bundles(plan))


def _bundles(plan: Sequence[Case]) -> list[list[int]]:
    """Return the places of cases in the plan, together where they share a group of operations."""
    bundles: list[tuple[set[str], list[int]]] = []
    for at, case in enumerate(plan):
        groups = _groups(case)
        near = [each for each in bundles if each[0] & groups]
        bundles = [each for each in bundles if not each[0] & groups]
        places = [place for each in near for place in each[1]]
        bundles.append((groups.union(*(each[0] for each in near)), sorted([*places, at])))
    return [places for _, places in bundles]


def _groups(case: Case) -> set[str]:
    """Return the first part of the name of each operation of a case, such as `libraries`."""
    operations = (case.operation.id,) if case.operation else case.rule.operations
    return {each.removeprefix("beta.").partition(".")[0] for each in operations}


def cost_of(case: Case) -> float:
    """About how many requests judging a case takes."""
    measure = measure_of(case)
    return float(sum(measure["requests"].values()) / measure["cases"])
