"""The board as text of 80 columns."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.mutants.judging import Verdict

WIDTH = 80
MARKS = {True: "caught", False: "MISSED"}


def verdict_lines(verdict: Verdict) -> list[str]:
    """One defect: what became of it, and the rule that noticed it or what it would have been."""
    head = f"{MARKS[verdict.caught]}  {verdict.mutant:<46}{verdict.elapsed_s:>6.1f} s"
    return [head, indented(f"by {verdict.rule}" if verdict.caught else verdict.description)]


def family_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """How many defects of each family were caught, and of all."""
    total = Counter(each.family for each in verdicts)
    caught = Counter(each.family for each in verdicts if each.caught)
    lines = [f"{family:<20}{caught[family]:>4} of {total[family]}" for family in sorted(total)]
    return [*lines, f"{'caught':<20}{caught.total():>4} of {total.total()}"]


def proof_lines(rule: str, mutant: str) -> list[str]:
    """One rule and the first defect that it notices."""
    return [rule, indented(f"notices {mutant}")]


def idle_lines(idle: Iterable[str], count: int) -> list[str]:
    """The rules that notice no defect, and how many of all do."""
    named = sorted(idle)
    lines = [f"IDLE    {rule}" for rule in named]
    return [*lines, f"{count - len(named)} of {count} rules notice a defect"]


def indented(text: str) -> str:
    """A second line, cut to the width."""
    return f"        {shorten(text, WIDTH - 8, placeholder='...')}"
