"""Does the suite bite? Defects of the mock, and the board that shows which are caught.

Named defects are written by hand and stand inside of the mock. Generic ones are operators applied
to all that is declared, on the wire or in the store. A defect is caught when some rule or law fails
that passes on the healthy mock. With `--rules` the question is turned around: which rules notice a
defect at all? A rule that no defect can make fail does not count as a rule.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.laws import load_laws
from mistral_conformance.mutants.board import judge_all_mutants, try_rules
from mistral_conformance.mutants.display import (
    family_lines,
    indented,
    level_lines,
    proof_lines,
    verdict_lines,
)
from mistral_conformance.mutants.generic import draw_sample, load_equivalences, load_generic
from mistral_conformance.mutants.judging import load_defects
from mistral_conformance.mutants.page import board_page
from mistral_conformance.mutants.registry import load_formers, load_mutants
from mistral_conformance.mutants.results import WrongResults, keep_verdicts, read_verdicts
from mistral_conformance.record.counting import counted
from mistral_conformance.rules import load_rules
from mistral_conformance.rules.common.breaches import load_breaches
from mistral_conformance.running.plan import WrongSelection, leave_out_rules
from mistral_conformance.verdict.exit_codes import ExitCode
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mistral_conformance.mutants.judging import Verdict

ENOUGH = 0.95
"""The part of the defects that must be caught, by a MUST or a SHOULD."""
STRONG = (MUST.value, SHOULD.value)


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
        "--generic", action="store_true", help="the generic defects, thousands, not the named ones"
    )
    parser.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="only so many generic defects, of each operator as many",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="which ones --sample draws, default: 0"
    )
    parser.add_argument(
        "--without",
        nargs="+",
        default=[],
        metavar="RULE",
        help="leave out rules and laws by id or pattern: do others catch a defect, too?",
    )
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="note verdicts here, and do not judge again what is noted already",
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write what --results holds as Markdown"
    )
    parser.add_argument(
        "--schemathesis",
        action="store_true",
        help="try plain Schemathesis, too, with as many requests",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at a time"
    )
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--rules", action="store_true", help="try each rule on the defect that is told to break it"
    )
    modes.add_argument("--list", action="store_true", help="list the defects and end")


def main(arguments: argparse.Namespace) -> int:
    """Judge the defects and print the board.

    The exit code is 0 when enough of them are caught (with `--rules`: when every rule notices its
    own), 1 when not, 2 for wrong use.
    """
    wrong = _wrong_use(arguments)
    if wrong:
        sys.stderr.write(f"{wrong}\n")
        return ExitCode.WRONG_USE
    ids = choose(arguments)
    if arguments.list:
        return show_list(ids)
    if arguments.rules:
        return show_rules(ids, arguments.jobs)
    try:
        return show_board(ids, arguments)
    except WrongResults as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.WRONG_USE


def _wrong_use(arguments: argparse.Namespace) -> str:
    """Return what is wrong with the arguments, empty when nothing is."""
    unknown = [each for each in arguments.only if not select([each])]
    if unknown:
        return f"no defect and no family is called {', '.join(unknown)}: see --list"
    if arguments.jobs < 1:
        return "--jobs: write 1 or more"
    if arguments.sample is not None and arguments.sample < 1:
        return "--sample: write 1 or more"
    if arguments.page and not arguments.results:
        return "--page tells what is in --results FILE: name it"
    try:
        leave_out_rules([*load_rules(), *load_laws()], arguments.without)
    except WrongSelection as error:
        return f"--without: {error}"
    return ""


def choose(arguments: argparse.Namespace) -> list[str]:
    """Return the ids of the defects that the arguments mean."""
    generic = arguments.generic or arguments.sample is not None
    known = load_generic() if generic else load_mutants()
    ids = select(arguments.only) if arguments.only else list(known)
    if arguments.sample is None:
        return ids
    return draw_sample([each for each in ids if each in known], arguments.sample, arguments.seed)


def select(wanted: Sequence[str]) -> list[str]:
    """Return the ids of the defects that are named, or whose family or operator is."""
    return [e.id for e in load_defects().values() if e.id in wanted or e.family in wanted]


def show_list(ids: Sequence[str]) -> int:
    """Print the defects."""
    known = load_defects()
    for each in ids:
        _say(each, indented(known[each].description))
    return ExitCode.HOLDS


def show_board(ids: Sequence[str], arguments: argparse.Namespace) -> int:
    """Print each defect and what became of it; the exit code says whether enough are caught."""
    before = read_verdicts(arguments.results) if arguments.results else {}
    left = [each for each in ids if each not in before]
    verdicts = [before[each] for each in ids if each in before]
    if verdicts:
        _say(f"{len(verdicts)} of {len(ids)} defects are judged already")
    plain = arguments.schemathesis
    judged = judge_all_mutants(
        left, jobs=arguments.jobs, schemathesis=plain, without=arguments.without
    )
    for verdict in keep_verdicts(arguments.results, judged):
        verdicts.append(verdict)
        _say(*verdict_lines(verdict))
    _say("", *family_lines(verdicts), *level_lines(verdicts))
    if arguments.page:
        arguments.page.write_text(_page(verdicts), encoding="utf-8")
    met = [each for each in verdicts if each.caught or each.struck]
    caught = sum(each.level in STRONG for each in met)
    return ExitCode.HOLDS if caught >= ENOUGH * len(met) else ExitCode.BROKEN


def _page(verdicts: Sequence[Verdict]) -> str:
    used = {each.rule.partition("[")[0] for each in verdicts}
    idle = [each.id for each in (*load_rules(), *load_laws()) if each.id not in used]
    known = load_generic()
    named = len(load_mutants())
    return board_page(
        verdicts, len(known), load_equivalences(), idle, formers=load_formers(), named=named
    )


def show_rules(ids: Sequence[str], jobs: int) -> int:
    """Print each rule that one of the defects is told to break, and whether it notices that.

    The exit code says whether all do.
    """
    tried = _rules_of(ids)
    count = idle = 0
    for rule, mutant, noticed in try_rules(tried, jobs=jobs):
        count += 1
        idle += not noticed
        _say(*proof_lines(rule, mutant, noticed=noticed))
    _say("", f"{count - idle} of {counted(count, 'rule', 'notice')} what is told to break it")
    return ExitCode.BROKEN if idle else ExitCode.HOLDS


def _rules_of(ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the rules that each of the defects is told to break, of those that break any."""
    known = load_defects()
    told: dict[str, set[str]] = {}
    for rule, breach in load_breaches().items():
        told.setdefault(breach, set()).add(rule)
    found = {each: frozenset(told.get(known[each].description, ())) for each in ids}
    return {each: rules for each, rules in found.items() if rules}


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
