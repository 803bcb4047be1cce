"""Does the suite bite? Seeded defects of the mock, and the board that shows which are caught.

A defect is caught when some rule or law fails that passes on the healthy mock. With `--rules` the
question is turned around: which rules notice a defect at all? A rule that no defect can make fail
does not count as a rule.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mistral_conformance.mutants.board import judge_all_mutants, try_all_rules
from mistral_conformance.mutants.display import (
    family_lines,
    idle_lines,
    indented,
    proof_lines,
    verdict_lines,
)
from mistral_conformance.mutants.registry import load_mutants
from mistral_conformance.rules import load_rules

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--rules", action="store_true", help="find for each rule a defect that it notices"
    )
    modes.add_argument("--list", action="store_true", help="list the defects and end")


def main(arguments: argparse.Namespace) -> int:
    """Judge the defects and print the board.

    The exit code is 0 when enough of them are caught (with `--rules`: when every rule notices one),
    1 when not, 2 for wrong use.
    """
    unknown = [each for each in arguments.only if not select([each])]
    if unknown or arguments.jobs < 1:
        what = f"no defect and no family is called {', '.join(unknown)}: see --list"
        sys.stderr.write(f"{what if unknown else '--jobs: write 1 or more'}\n")
        return WRONG_USE
    ids = select(arguments.only)
    if arguments.list:
        return show_list(ids)
    return show_rules(ids, arguments.jobs) if arguments.rules else show_board(ids, arguments.jobs)


def select(wanted: Sequence[str]) -> list[str]:
    """The ids of the defects that are named or whose family is, all where none is named."""
    return [
        each.id
        for each in load_mutants().values()
        if not wanted or each.id in wanted or each.family in wanted
    ]


def show_list(ids: Sequence[str]) -> int:
    """Print the defects."""
    for each in ids:
        _say(each, indented(load_mutants()[each].description))
    return HELD


def show_board(ids: Sequence[str], jobs: int) -> int:
    """Print each defect and what became of it; the exit code says whether enough are caught."""
    verdicts = []
    for verdict in judge_all_mutants(ids, jobs=jobs):
        verdicts.append(verdict)
        _say(*verdict_lines(verdict))
    _say("", *family_lines(verdicts))
    caught = sum(each.caught for each in verdicts)
    return HELD if caught >= ENOUGH * len(verdicts) else BROKEN


def show_rules(ids: Sequence[str], jobs: int) -> int:
    """Print each rule and a defect that it notices; the exit code says whether all notice one."""
    idle = {rule.id for rule in load_rules()}
    count = len(idle)
    for rule, mutant in try_all_rules(ids, jobs=jobs):
        idle.discard(rule)
        _say(*proof_lines(rule, mutant))
    _say("", *idle_lines(idle, count))
    return BROKEN if idle else HELD


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
