"""The command that judges a server for as long as one likes: `fuzz`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.campaign.corpus import open_corpus
from mistral_conformance.campaign.course import Course, run_campaign
from mistral_conformance.campaign.findings import Findings
from mistral_conformance.campaign.pools import pool
from mistral_conformance.campaign.shares import make_rounds, plan_campaign
from mistral_conformance.campaign.working import Job, clean_ledgers, do_share
from mistral_conformance.cli import values
from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.cli.commands import teller
from mistral_conformance.cli.comparing import exit_code
from mistral_conformance.cli.reporting import reporting_to
from mistral_conformance.cli.selection import estimate_of
from mistral_conformance.cli.settings import show_settings
from mistral_conformance.cli.targets import make_run_options, target_of
from mistral_conformance.embedded import embedded_identities
from mistral_conformance.model.document import load_document
from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.record.redaction import Redactor
from mistral_conformance.report.content import build_report
from mistral_conformance.report.expenses import print_estimate
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.report.terminal import make_console
from mistral_conformance.running.plan import WrongSelection, select_operations
from mistral_conformance.running.run import Run
from mistral_conformance.running.target import is_live, require_consent
from mistral_conformance.verdict.exit_codes import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from mistral_conformance.campaign.shares import Done
    from mistral_conformance.running.plan import Case
    from mistral_conformance.running.run import RunOptions
    from mistral_conformance.verdict.outcome import Result

CORPUS = "corpus"
HOUR_S, MINUTE_S = 3600.0, 60.0
EMBEDDED = "http://embedded.invalid"
"""Stands for the mocks of a campaign, which each share has one of."""
UNFIT = {
    "shard": "shares are handed out by the campaign: --workers or --scheduler",
    "migration": "ask `run` for it",
    "fail_fast": "end a campaign with Ctrl-C: it can go on later",
    "update_baseline": "ask `run` for it",
}


def add_fuzz_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `fuzz` takes beside the options of `run`."""
    own = parser.add_argument_group("campaign")
    own.add_argument(
        "--hours", type=values.duration, default=0.0, metavar="H", help="how many hours to run"
    )
    own.add_argument(
        "--minutes",
        type=values.duration,
        default=0.0,
        metavar="M",
        help="how many minutes, in addition to --hours; without either: one round",
    )
    own.add_argument(
        "--corpus",
        type=Path,
        metavar="FOLDER",
        help="where the campaign keeps what it needs to continue; default: corpus in --report-dir",
    )
    own.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="a Dask scheduler whose workers do the shares, such as tcp://10.0.0.5:8786; "
        "without it, --workers above 1 start on this machine",
    )
    own.add_argument(
        "--plan", action="store_true", help="show what one round would send and cost, and stop"
    )


def fuzz_command(options: argparse.Namespace) -> int:
    """Judge a server by generated requests and random sequences of actions.

    Raises:
        LiveRefused, WrongIdentity, WrongReport, WrongSelection, WrongCorpus, Unwritable: wrong use.
        Unreachable, KeyRefused: no server to judge.
        WorkerDied: no worker survives a share.

    """
    if options.show_config:
        sys.stdout.write(show_settings(options, make_run_parser()))
        return ExitCode.HOLDS
    for name, advice in UNFIT.items():
        if getattr(options, name):
            raise WrongSelection(f"--{name.replace('_', '-')} is not for campaigns: {advice}")
    whole = _whole_options(options)
    plan = plan_campaign(whole, options.exclude)
    live = bool(options.base_url) and is_live(options.base_url)
    if options.plan or live:
        print_estimate(make_console(), estimate_of(options, plan))
    if options.plan:
        return ExitCode.HOLDS
    if options.base_url:
        require_consent(options.base_url, yes_live=options.yes_live)
    return _campaign(options, whole, plan)


def _whole_options(options: argparse.Namespace) -> RunOptions:
    if not options.embedded_mock:
        return make_run_options(options)
    return evolve(make_run_options(options, EMBEDDED), identities=embedded_identities())


@contextmanager
def _target(options: argparse.Namespace) -> Iterator[RunOptions]:
    """Give the server of one share; an embedded mock is started for it alone."""
    with target_of(options, announce=_ignore) as target:
        yield target


def _campaign(options: argparse.Namespace, whole: RunOptions, plan: list[Case]) -> int:
    folder = (options.corpus or options.report_dir / CORPUS).absolute()
    corpus = open_corpus(folder, whole.run_id[:8], _identity_of(whole, options))
    keys = [each.key for each in whole.identities.values()]
    redactor = Redactor([*keys, *whole.connection.secrets])
    job = Job(
        corpus.campaign,
        partial(_target, options),
        folder,
        tuple(options.exclude),
        own=options.embedded_mock,
        workers=options.workers,
    )
    course = Course(
        make_rounds(plan, whole.seed),
        corpus,
        options.workers,
        options.hours * HOUR_S + options.minutes * MINUTE_S,
        whole.max_requests,
        whole.max_cost,
    )
    document = load_document(whole.era)
    operations = select_operations(document, whole.profile, whole.operations)
    findings = Findings(Run(whole, operations), shared_judge(document))
    with reporting_to(
        options.report_dir, whole.run_id, options.format, options.history
    ) as reporting:
        tell = teller(make_console(stderr=True))
        clean_ledgers(job)
        reporting.begin()
        with pool(options.scheduler, options.workers) as workers:
            run_campaign(course, workers, partial(do_share, job), findings, partial(_tell, tell))
        if not job.own:
            findings.run.leftovers = clean_ledgers(job)
        run = findings.run
        findings.finish(plan, _why_left(run))
        report = build_report(run, redactor)
        reporting.end(report, make_scripts(run, redactor))
    return exit_code(report)


def _why_left(run: Run) -> str:
    """Return why some cases were not judged."""
    if run.interrupted:
        return "interrupted"
    return f"stopped {run.stopped}" if run.stopped else "the time was up"


def _identity_of(whole: RunOptions, options: argparse.Namespace) -> dict[str, object]:
    """Return what makes a campaign the same one when it goes on."""
    return {
        "server": "the embedded mock" if options.embedded_mock else whole.base_url,
        "profile": whole.profile,
        "operations": list(whole.operations),
        "rules": list(whole.rules),
        "exclude": list(options.exclude),
        "era": whole.era,
        "seed": whole.seed,
        "max_examples": whole.max_examples,
    }


def _tell(tell: Callable[[str], None], done: Done, news: list[Result]) -> None:
    """Say what a share has found that is news."""
    tell(f"share {done.share.number}: {done.requests} requests, {len(news)} new failures")
    for each in news:
        tell(f"  {each.name}: {each.reason}")


def _ignore(_: str) -> None:
    """Leave aside the address of a mock that one share alone talks to: it is nobody's business."""
