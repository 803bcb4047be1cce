"""The commands: judge a server, list the rules, judge the suite itself."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.cli.comparing import exit_code
from mistral_conformance.cli.connecting import make_connection
from mistral_conformance.cli.endings import run_to_end
from mistral_conformance.cli.explaining import explain_law, explain_rule
from mistral_conformance.cli.reporting import recording_traffic, reporting_to
from mistral_conformance.cli.settings import shaping_settings, show_settings
from mistral_conformance.cli.workers import run_workers
from mistral_conformance.embedded import embedded_mock
from mistral_conformance.laws import load_laws
from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.own import load_own
from mistral_conformance.record.connection import Connection
from mistral_conformance.report.content import build_report
from mistral_conformance.report.expenses import print_estimate
from mistral_conformance.report.files import write_whole
from mistral_conformance.report.knowledge import tell_resource, tell_resources
from mistral_conformance.report.listing import print_rules
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.report.terminal import Live, make_console, print_cleaning
from mistral_conformance.rules import load_rules
from mistral_conformance.running.cleaning import clean_up
from mistral_conformance.running.estimate import Estimate, estimate
from mistral_conformance.running.examples import hypothesis_at_home
from mistral_conformance.running.migration import as_json, as_text, judge_migration
from mistral_conformance.running.plan import (
    WrongSelection,
    default_profile,
    leave_out,
    make_plan,
    select_operations,
    select_rules,
)
from mistral_conformance.running.run import Run, RunOptions, execute, open_session
from mistral_conformance.running.shards import take
from mistral_conformance.running.target import (
    is_live,
    require_consent,
)
from mistral_conformance.session.clock import TOKEN_VARIABLE
from mistral_conformance.session.identities import parse_identities
from mistral_conformance.session.ledger import NAME as LEDGER
from mistral_conformance.session.ledger import read_ledger
from mistral_conformance.session.markers import fresh_run_id, seeded_run_id
from mistral_conformance.verdict.baseline import (
    Baseline,
    WrongBaseline,
    no_baseline,
    read_baseline,
)
from mistral_conformance.verdict.exit_codes import ExitCode
from mistral_openapi import eras

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
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


def _announce(base_url: str) -> None:
    """Say where the embedded mock is, so that others can ask it, too."""
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()


@contextmanager
def target_of(
    options: argparse.Namespace, announce: Callable[[str], None] = _announce
) -> Iterator[RunOptions]:
    """The run on the server that options name; an embedded mock is started, and stopped after it.

    Raises:
        WrongIdentity, WrongConnection, WrongBaseline: wrong use.
        Unreachable: the mock does not start.

    """
    if not options.embedded_mock:
        yield make_run_options(options)
        return
    with embedded_mock(options.seed, options.era) as mock:
        announce(mock.base_url)
        plain = make_run_options(options, mock.base_url)
        yield evolve(plain, identities=mock.identities, clock_url=mock.clock_url)


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
        connection=_connection(options),
    )
    console = make_console()
    cleaning = clean_up(account, run_options, teller(console))
    print_cleaning(console, cleaning.found, cleaning.leftovers, account.unsure)
    return ExitCode.BROKEN if cleaning.leftovers else ExitCode.HOLDS


def rules_command(options: argparse.Namespace) -> int:
    """List the rules.

    Raises:
        WrongSelection, WrongModule: wrong use.

    """
    load_own(options.rules_from)
    selected = _operations(options)
    rules = select_rules([*load_rules(), *load_laws()], options.rules)
    print_rules(make_console(), rules, load_document(options.era), selected)
    return ExitCode.HOLDS


def model_command(options: argparse.Namespace) -> int:
    """Tell what is known of a resource, or the names of all.

    Raises:
        WrongSelection: there is no such resource.

    """
    model = load_model()
    if options.resource and options.resource not in model.resources:
        raise WrongSelection(f"no resource {options.resource!r}: see `mistral-conformance model`")
    told = tell_resource(model, options.resource) if options.resource else tell_resources(model)
    sys.stdout.write(told)
    return ExitCode.HOLDS


def explain_command(options: argparse.Namespace) -> int:
    """Tell a rule or law; of a case of a report, its rule.

    Raises:
        WrongSelection: there is none of that id.
        WrongModule: see `load_own`.

    """
    from mistral_conformance.campaign.sequences import sequence_law  # noqa: PLC0415 - seldom needed

    load_own(options.rules_from)
    wanted = options.id.partition("[")[0]
    laws = {each.id: each for each in (*load_laws(), sequence_law())}
    rules = {each.id: each for each in load_rules()}
    if wanted in laws:
        told = explain_law(laws[wanted], load_document())
    elif wanted in rules:
        told = explain_rule(rules[wanted], load_document())
    else:
        near = get_close_matches(wanted, [*laws, *rules], n=3, cutoff=0.4)
        hint = f": is it {' or '.join(near)}?" if near else ": see `mistral-conformance rules`"
        raise WrongSelection(f"no rule or law {wanted!r}{hint}")
    sys.stdout.write(told)
    return ExitCode.HOLDS


def add_mutants_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mutants`."""
    from mistral_conformance import mutants  # noqa: PLC0415 - the mock is an extra of its own

    mutants.add_arguments(parser)


def mutants_command(options: argparse.Namespace) -> int:
    """Run the suite against every seeded defect of the mock."""
    from mistral_conformance import mutants  # noqa: PLC0415 - the mock is an extra of its own

    return mutants.main(options)


def _operations(options: argparse.Namespace) -> list[str]:
    return select_operations(load_document(options.era), _profile(options), options.operations)


def _profile(options: argparse.Namespace) -> str:
    return options.profile or default_profile(options.operations)


def plan_run(options: argparse.Namespace) -> list[Case]:
    """The cases that the options ask for, whatever the shard.

    Raises:
        WrongSelection: they ask for none, or require what is not judged.

    """
    operations = _operations(options)
    for pattern in options.require:
        if not any(fnmatchcase(each, pattern) for each in operations):
            raise WrongSelection(f"--require {pattern!r} matches no operation that is judged")
    rules = select_rules([*load_rules(), *load_laws()], options.rules)
    document = load_document(options.era)
    plan = make_plan(document, rules, operations, _profile(options), options.depth)
    plan = leave_out(plan, options.exclude)
    if not plan:
        raise WrongSelection("no selected rule says anything about a selected operation")
    return plan


def estimate_of(options: argparse.Namespace, plan: list[Case]) -> Estimate:
    """About what a plan would send and cost."""
    models = dict(options.model)
    return estimate(load_document(), plan, models, read_only=options.read_only)


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
        write_whole(given.baseline, options.baseline.update(run.results).encode())
    report = build_report(run, redactor)
    reporting.end(report, make_scripts(run, redactor))
    code = exit_code(report, stops=not options.fail_fast)
    return ExitCode.HOLDS if given.update_baseline and code == ExitCode.BROKEN else code


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
    """Prints a line while a run waits."""

    def tell(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    return tell


def make_run_options(options: argparse.Namespace, embedded_url: str = "") -> RunOptions:
    """What the options ask of a run, but for its ledger.

    Raises:
        WrongIdentity, WrongConnection, WrongBaseline: a value cannot be used.

    """
    identities = {} if embedded_url else parse_identities(options.as_, os.environ)
    run_id = seeded_run_id(options.seed) if embedded_url else fresh_run_id()
    return RunOptions(
        base_url=embedded_url or options.base_url + options.prefix,
        identities=identities,
        profile=_profile(options),
        operations=tuple(options.operations),
        rules=tuple(options.rules),
        era=options.era,
        seed=options.seed,
        max_examples=options.max_examples,
        clock_url=options.clock_url or "",
        clock_token=os.environ.get(TOKEN_VARIABLE, ""),
        timeout_s=options.timeout,
        depth=options.depth,
        required=tuple(options.require),
        models=dict(options.model),
        run_id=options.run_id or run_id,
        yes_live=options.yes_live,
        connection=Connection() if embedded_url else _connection(options),
        max_requests=options.max_requests,
        max_time_s=options.max_time,
        max_cost=options.max_cost,
        clock_is_mine=bool(embedded_url) or options.clock_is_mine,
        read_only=options.read_only,
        fail_fast=options.fail_fast,
        baseline=_baseline(options),
        shard=str(options.shard or ""),
        settings=shaping_settings(options, make_run_parser()),
    )


def _baseline(options: argparse.Namespace) -> Baseline:
    if options.update_baseline and not options.baseline:
        raise WrongBaseline("--update-baseline writes to --baseline FILE: name it")
    if not options.baseline:
        return no_baseline()
    today = datetime.now(UTC).date()
    return read_baseline(options.baseline, today, missing_ok=options.update_baseline)


def _connection(options: argparse.Namespace) -> Connection:
    return make_connection(
        options.header,
        os.environ,
        certificates=options.ca,
        checked=not options.insecure,
        rate=options.rate,
    )
