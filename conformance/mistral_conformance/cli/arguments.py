"""What the command line takes: the commands, and the options of each."""

from __future__ import annotations

import argparse
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mistral_conformance.cli import values
from mistral_conformance.cli.comparing import add_compare_arguments, add_merge_arguments
from mistral_conformance.cli.options import (
    add_bounds,
    add_connection,
    add_exclusion,
    add_identities,
    add_own,
    add_reports,
    add_rules,
    add_selection,
    add_timeout,
    add_workers,
)
from mistral_conformance.laws.law import Depth
from mistral_conformance.verdict.exit_codes import MEANINGS, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong and how to see what is right."""

    def error(self, message: str) -> NoReturn:
        """End with the exit code for wrong use."""
        self.exit(ExitCode.WRONG_USE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def make_parser(
    *,
    run: Command,
    clean: Command,
    rules: Command,
    model: Command,
    explain: Command,
    calibrate: Command,
    fuzz: Command,
    judge: Command,
    plan: Command,
    merge: Command,
    compare: Command,
    mutants: Command,
    add_mutants: Callable[[argparse.ArgumentParser], None] | None,
    add_fuzz: Callable[[argparse.ArgumentParser], None],
) -> Parser:
    """Return the parser of the command line, each command set as `command`.

    The options of `mutants` come from its own package, which needs the mock; they are added only
    for that command.
    """
    parser = Parser(
        prog="mistral-conformance",
        description="Judge servers that speak the Mistral HTTP API.",
        epilog=MEANINGS,
    )
    parser.add_argument("--version", action="version", version=version("mistral-openapi"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    judging = commands.add_parser("run", help="judge a server", epilog=MEANINGS)
    _add_run(judging)
    judging.set_defaults(command=run)
    planning = commands.add_parser(
        "plan", help="show what `run` would send, create and cost; sends nothing"
    )
    _add_run(planning)
    planning.set_defaults(command=plan)
    cleaning = commands.add_parser("clean", help="delete what a run left behind, by its ledger")
    _add_clean(cleaning)
    cleaning.set_defaults(command=clean)
    careful = commands.add_parser(
        "calibrate",
        help="compare the register of evidence with a server, within a budget",
        description="Judges what stands on evidence, within --max-requests 2000, --max-cost 1 "
        "and --max-examples 2 unless other bounds are given.",
        epilog=MEANINGS,
    )
    _add_run(careful)
    careful.set_defaults(command=calibrate, max_requests=2000, max_cost=1.0, max_examples=2)
    campaigns = commands.add_parser(
        "fuzz",
        help="judge a server for hours by generated requests and random sequences of actions",
        epilog=MEANINGS,
    )
    _add_run(campaigns)
    add_fuzz(campaigns)
    campaigns.set_defaults(command=fuzz)
    recorded = commands.add_parser(
        "judge", help="judge recorded traffic; sends nothing", epilog=MEANINGS
    )
    _add_judge(recorded)
    recorded.set_defaults(command=judge)
    listing = commands.add_parser("rules", help="list the rules")
    add_selection(listing)
    listing.set_defaults(command=rules)
    telling = commands.add_parser(
        "model", help="show what is known about a resource, and where it comes from"
    )
    telling.add_argument(
        "resource", nargs="?", help="such as library; without it, the names of all resources"
    )
    telling.set_defaults(command=model)
    explaining = commands.add_parser(
        "explain", help="explain a rule or law: its level, its sources, a server that breaks it"
    )
    explaining.add_argument("id", help="such as views.created-is-shown, or a case of a report")
    add_own(explaining)
    explaining.set_defaults(command=explain)
    merging = commands.add_parser("merge", help="make the report of one run from its shards")
    add_merge_arguments(merging)
    add_reports(merging)
    merging.set_defaults(command=merge)
    comparing = commands.add_parser("compare", help="show reports side by side")
    add_compare_arguments(comparing)
    comparing.set_defaults(command=compare)
    proof = commands.add_parser(
        "mutants", help="test the suite itself: does it catch seeded defects?"
    )
    if add_mutants:
        add_mutants(proof)
    proof.set_defaults(command=mutants)
    return parser


def make_run_parser(kind: type[Parser] = Parser) -> Parser:
    """Return the parser of `run` alone, for those who have to know its options."""
    parser = kind(prog="mistral-conformance run")
    _add_run(parser)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(
        "--base-url", type=values.base_url, metavar="URL", help="the server to judge"
    )
    target.add_argument("--embedded-mock", action="store_true", help="start the mock and judge it")
    add_selection(parser)
    add_exclusion(parser)
    add_identities(parser)
    add_connection(parser)
    add_bounds(parser)
    parser.add_argument(
        "--migration",
        action="store_true",
        help="report for each announced change whether the server follows it",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="options in TOML; default: mistral-conformance.toml here, or the table "
        "tool.mistral-conformance of pyproject.toml",
    )
    parser.add_argument(
        "--show-config", action="store_true", help="print the effective options, and stop"
    )
    parser.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="where to note what is created, for `clean`; default: ledger.jsonl with the report",
    )
    parser.add_argument(
        "--clock-url",
        type=values.base_url,
        metavar="URL",
        help="the server's clock; its token comes from the environment variable CLOCK_TOKEN",
    )
    parser.add_argument(
        "--clock-is-mine",
        action="store_true",
        help="move the clock even if the server has objects that this run did not create",
    )
    parser.add_argument("--seed", type=values.natural, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--max-examples",
        type=values.positive,
        default=20,
        metavar="N",
        help="generated requests per operation and kind, default: 20",
    )
    parser.add_argument(
        "--depth",
        type=values.depth,
        default=Depth.QUICK,
        metavar="DEPTH",
        help="quick or full: how much of the laws to try, default: quick",
    )
    parser.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="PATTERN",
        help="operations that the server must offer; may be repeated",
    )
    parser.add_argument(
        "--model",
        action="append",
        type=values.model,
        default=[],
        metavar="ABILITY=NAME",
        help="a model for chat, embeddings, ..., if the list of models does not say; "
        "may be repeated",
    )
    add_timeout(parser)
    parser.add_argument(
        "--run-id",
        type=values.run_id,
        metavar="ID",
        help="part of the names of what the run creates",
    )
    parser.add_argument(
        "--shard",
        type=values.shard,
        metavar="N/OF",
        help="judge a part of the plan, such as 3/8 for the third of eight; see `merge`",
    )
    add_workers(parser)
    add_reports(parser)


def _add_clean(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", type=Path, help="the file that the run wrote")
    parser.add_argument(
        "--base-url", type=values.base_url, metavar="URL", help="default: the server of the run"
    )
    add_timeout(parser)
    add_identities(parser)
    add_connection(parser)


def _add_judge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="a HAR archive, a VCR cassette, or JSON lines; may be compressed with gzip",
    )
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        help="another host that speaks this API; may be repeated",
    )
    add_rules(parser)
    add_exclusion(parser)
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="known failures, each with a reason, an owner and an expiry date",
    )
    add_reports(parser)
