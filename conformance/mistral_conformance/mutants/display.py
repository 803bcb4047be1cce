"""The board as text of 80 columns, and the table of rules and the defects that they notice."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.mutants.judging import Verdict
    from mistral_conformance.registry import Rule

WIDTH = 80
MARKS = {True: "caught", False: "MISSED"}


def verdict_lines(verdict: Verdict) -> list[str]:
    """One defect: what became of it and who noticed; a missed one with its description."""
    head = f"{MARKS[verdict.caught]}  {verdict.mutant:<42}{verdict.elapsed_s:>6.1f} s"
    said = f"by {verdict.killers[0]}" if verdict.killers else verdict.description
    return [head, f"        {shorten(said, WIDTH - 8, placeholder='...')}"]


def family_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """How many defects of each family were caught."""
    total = Counter(each.family for each in verdicts)
    caught = Counter(each.family for each in verdicts if each.caught)
    return [f"{family:<20}{caught[family]:>4} of {total[family]}" for family in sorted(total)]


def rule_lines(rules: Iterable[Rule], verdicts: Sequence[Verdict]) -> list[str]:
    """Each rule with the number of defects that it notices and the first of them."""
    lines = []
    for rule in rules:
        noticed = [each.mutant for each in verdicts if rule.id in each.killers]
        shown = noticed[0] if noticed else "no defect makes it fail"
        lines.append(shorten(f"{len(noticed):>3}  {rule.id}", 200))
        lines.append(f"        {shorten(shown, WIDTH - 8, placeholder='...')}")
    return lines


def idle_rules(rules: Iterable[Rule], verdicts: Sequence[Verdict]) -> list[Rule]:
    """The rules that no defect made fail."""
    working = {rule for verdict in verdicts for rule in verdict.killers}
    return [rule for rule in rules if rule.id not in working]
