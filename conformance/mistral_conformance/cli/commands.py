"""The commands that judge: a server, what a run left on it, the suite itself."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.cli.baselines import require_cases, update_baseline
from mistral_conformance.cli.comparing import exit_code
from mistral_conformance.cli.endings import run_to_end
from mistral_conformance.cli.reporting import recording_traffic, reporting_to
from mistral_conformance.cli.selection import estimate_of, plan_run
from mistral_conformance.cli.settings import show_settings
from mistral_conformance.cli.targets import connection_of, target_of
from mistral_conformance.cli.workers import run_workers
from mistral_conformance.model.document import load_document
from mistral_conformance.own import load_own
from mistral_conformance.report.content import build_report
from mistral_conformance.report.expenses import print_estimate
from mistral_conformance.report.files import write_whole
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.report.terminal import Live, make_console, print_cleaning
from mistral_conformance.running.cleaning import clean_up
from mistral_conformance.running.examples import hypothesis_at_home
from mistral_conformance.running.migration import as_json, as_text, judge_migration
from mistral_conformance.running.plan import select_operations
from mistral_conformance.running.run import Run, RunOptions, execute, open_session
from mistral_conformance.running.shards import take
from mistral_conformance.running.target import is_live, require_consent
from mistral_conformance.session.identities import parse_identities
from mistral_conformance.session.ledger import NAME as LEDGER
from mistral_conformance.session.ledger import read_ledger
from mistral_conformance.verdict.exit_codes import ExitCode
from mistral_openapi import eras

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from mistral_conformance.running.plan import Case
    from mistral_conformance.verdict.outcome import Result

MIGRATION = "migration.json"


def run_command(options: argparse.Namespace) -> int:
    """Judge a server and write the reports.

    Raises:
        LiveRefused, WrongIdentity, WrongReport, WrongSelection, Unwritable: wrong use.
        Unreachable, KeyRefused: no server to judge.

    """
    if options.show_config:
        sys.stdout.write(show_settings(options, make_run_parser()))
        return ExitCode.HOLDS
    if options.base_url:
        require_consent(options.base_url, yes_live=options.yes_live)
    load_own(options.rules_from)
    plan = plan_run(options)
    require_cases(options, plan)
    if options.base_url and is_live(options.base_url):
        print_estimate(make_console(), estimate_of(options, plan))
    if options.workers > 1:
        return run_workers(options, plan, judge_part, make_run_parser())
    with target_of(options) as run_options:
        return _run(run_options, plan, options)


def judge_part(options: argparse.Namespace, show: Callable[[Result], None]) -> int:
    """Judge one shard for a run of several workers; `show` is told of each result.

    What makes a run end early is told as the command line tells it, with the same exit code.
    """

    def judge() -> int:
        load_own(options.rules_from)
        with target_of(options) as run_options:
            return _run(run_options, plan_run(options), options, show)

    return run_to_end(judge)


def plan_command(options: argparse.Namespace) -> int:
    """Tell what a run would send, make and cost. Nothing is sent.

    Raises:
        WrongSelection: wrong use.

    """
    print_estimate(make_console(), estimate_of(options, plan_run(options)))
    return ExitCode.HOLDS


def clean_command(options: argparse.Namespace) -> int:
    """Delete what a run left behind, by its ledger; tell what cannot be deleted.

    Raises:
        WrongLedger, WrongIdentity, WrongConnection, LiveRefused: wrong use.
        Unreachable, KeyRefused: no server to clean.

    """
    account = read_ledger(options.ledger)
    given = {each.partition("=")[0]: each for each in (*account.identities, *options.as_)}
    run_options = RunOptions(
        base_url=(options.base_url or account.base_url) + options.prefix,
        identities=parse_identities(list(given.values()), os.environ),
        timeout_s=options.timeout,
        run_id=account.run_id,
        yes_live=options.yes_live,
        connection=connection_of(options),
    )
    console = make_console()
    cleaning = clean_up(account, run_options, teller(console))
    print_cleaning(console, cleaning, account.unsure)
    return ExitCode.BROKEN if cleaning.leftovers else ExitCode.HOLDS


def add_mutants_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mutants`."""
    from mistral_conformance import mutants  # noqa: PLC0415 - the mock is an extra of its own

    mutants.add_arguments(parser)


def mutants_command(options: argparse.Namespace) -> int:
    """Run the suite against every seeded defect of the mock."""
    from mistral_conformance import mutants  # noqa: PLC0415 - the mock is an extra of its own

    return mutants.main(options)


def _run(
    options: RunOptions,
    plan: list[Case],
    given: argparse.Namespace,
    show: Callable[[Result], None] | None = None,
) -> int:
    document = load_document(options.era)
    operations = select_operations(document, options.profile, options.operations)
    taken = take(plan, given.shard) if given.shard else plan
    where = (given.report_dir, options.run_id, given.format, given.history)
    with reporting_to(*where) as reporting, recording_traffic(options, reporting) as heard:
        ledger = None if given.embedded_mock else given.ledger or reporting.folder / LEDGER
        whole = evolve(heard, ledger=ledger)
        run = Run(whole, operations, [each.name for each in plan], len(taken))
        console = make_console(stderr=True)
        if given.migration:
            _tell_migration(whole, reporting.folder, console)
        with hypothesis_at_home(), open_session(whole, teller(console)) as session:
            reporting.begin()
            with Live(console, len(taken)) as live:
                execute(session, run, taken, show or live.show)
            redactor = session.redactor
    if given.update_baseline and not run.interrupted:
        tell = teller(console)
        after = update_baseline(given.baseline, options.baseline, run.results, tell)
        run.options = evolve(run.options, baseline=after)
    report = build_report(run, redactor)
    reporting.end(report, make_scripts(run, redactor))
    return exit_code(report, stops=not options.fail_fast)


def _tell_migration(options: RunOptions, folder: Path, console: Console) -> None:
    """Say where the server stands with each announced change, and write it to a file."""
    ledger = options.ledger and options.ledger.with_suffix(".migration.jsonl")
    today = evolve(options, era=eras.TODAY, ledger=ledger)
    with open_session(today, teller(console)) as session:
        try:
            verdicts = judge_migration(session)
        finally:
            session.finish()
    write_whole(folder / MIGRATION, as_json(verdicts).encode())
    teller(console)(as_text(verdicts))


def teller(console: Console) -> Callable[[str], None]:
    """Print a line while a run waits."""

    def tell(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    return tell
