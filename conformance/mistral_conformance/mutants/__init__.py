"""Does the suite bite? Seeded defects of the mock, and the board that shows which are caught.

A defect is caught when some rule fails that passes on the healthy mock. With `--rules` no run stops
at the first such rule, and a table says for each rule which defects make it fail: a rule that no
defect can make fail does not count as a rule.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mistral_conformance.mutants.board import judge_all_mutants
from mistral_conformance.mutants.display import (
    family_lines,
    idle_rules,
    rule_lines,
    verdict_lines,
)
from mistral_conformance.mutants.registry import load_mutants
from mistral_conformance.rules import load_rules

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mistral_conformance.mutants.judging import Verdict

ENOUGH = 0.95
"""The part of the defects that must be caught."""
HELD, BROKEN, WRONG_USE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `mistral-conformance mutants` takes."""
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="ID_OR_FAMILY",
        help="only these defects, or those of these rule families",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at a time"
    )
    parser.add_argument(
        "--rules", action="store_true", help="run every rule, and show which defects it notices"
    )
    parser.add_argument("--list", action="store_true", help="list the defects and end")


def main(arguments: argparse.Namespace) -> int:
    """Judge the defects and print the board.

    The exit code is 0 when enough of them are caught (and, with `--rules`, every rule notices one),
    1 when not, 2 when there is nothing to judge.
    """
    ids = select(arguments.only)
    if not ids or arguments.jobs < 1:
        _say(f"no defect has the id or family {' '.join(arguments.only)}: see --list")
        return WRONG_USE
    if arguments.list:
        for each in ids:
            _say(f"{each}\n        {load_mutants()[each].description}")
        return HELD
    verdicts = []
    for verdict in judge_all_mutants(ids, jobs=arguments.jobs, everything=arguments.rules):
        verdicts.append(verdict)
        _say(*verdict_lines(verdict))
    return conclude(verdicts, every_rule=arguments.rules and not arguments.only)


def select(wanted: Sequence[str]) -> list[str]:
    """The ids of the defects that are named or whose family is, all where none is named."""
    return [
        each.id
        for each in load_mutants().values()
        if not wanted or each.id in wanted or each.family in wanted
    ]


def conclude(verdicts: Sequence[Verdict], *, every_rule: bool) -> int:
    """Print the sums; give the exit code."""
    caught = sum(each.caught for each in verdicts)
    _say("", *family_lines(verdicts), f"{'caught':<20}{caught:>4} of {len(verdicts)}")
    held = caught >= ENOUGH * len(verdicts)
    if every_rule:
        rules = list(load_rules())
        idle = idle_rules(rules, verdicts)
        _say("", *rule_lines(rules, verdicts), "", f"rules without a defect: {len(idle)}")
        held = held and not idle
    return HELD if held else BROKEN


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
