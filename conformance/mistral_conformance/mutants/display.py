"""The board as text of 80 columns."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.mutants.judging import Verdict

WIDTH = 80
NAME_WIDTH = 60


def verdict_lines(verdict: Verdict) -> list[str]:
    """Return one defect: what became of it, and the rule that noticed it or would have."""
    name = shorten_middle(verdict.mutant, NAME_WIDTH)
    head = f"{mark(verdict):<8}{name:<{NAME_WIDTH}}{verdict.elapsed_s:>8.1f} s"
    return [head, indented(f"by {verdict.rule}" if verdict.caught else verdict.description)]


def mark(verdict: Verdict) -> str:
    """Return what became of a defect: the level that noticed it, or `MISSED`, or `not met`."""
    if verdict.caught:
        return verdict.level
    return "MISSED" if verdict.struck else "not met"


def shorten_middle(text: str, width: int) -> str:
    """Return a text that is no wider, with its beginning and its end."""
    if len(text) <= width:
        return text
    half = (width - 3) // 2
    return f"{text[:half]}...{text[-(width - 3 - half) :]}"


def level_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many defects each level caught, and how many none did."""
    counted = Counter(mark(each) for each in verdicts)
    return [f"{word:<32}{count:>4} of {len(verdicts)}" for word, count in sorted(counted.items())]


def family_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many defects of each family were caught, and of all."""
    total = Counter(each.family for each in verdicts)
    caught = Counter(each.family for each in verdicts if each.caught)
    lines = [f"{family:<32}{caught[family]:>4} of {total[family]}" for family in sorted(total)]
    return [*lines, f"{'caught':<32}{caught.total():>4} of {total.total()}"]


def proof_lines(rule: str, mutant: str, *, noticed: bool) -> list[str]:
    """Return one rule, and whether it notices the defect that is told to break it."""
    head = rule if noticed else f"IDLE    {rule}"
    return [head, indented(f"notices {mutant}" if noticed else f"does not notice {mutant}")]


def indented(text: str) -> str:
    """Return a second line, cut to the width."""
    return f"        {shorten(text, WIDTH - 8, placeholder='...')}"
