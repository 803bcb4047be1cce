"""A run that several processes judge at a time, each its own part of the plan, with one report."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from queue import Empty
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.cli.comparing import exit_code, write_merged
from mistral_conformance.cli.reporting import reporting_to
from mistral_conformance.cli.settings import shaping_settings
from mistral_conformance.report.folders import LATEST, prepare_folder
from mistral_conformance.report.formats import HAR
from mistral_conformance.report.merging import merge
from mistral_conformance.report.reading import WrongReport, read_report
from mistral_conformance.report.terminal import Live, make_console
from mistral_conformance.running.interruption import watch_signals
from mistral_conformance.running.shards import Shard, parts_of
from mistral_conformance.session.markers import fresh_run_id, seeded_run_id
from mistral_conformance.verdict.requirement import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from mistral_conformance.cli.reporting import Reporting
    from mistral_conformance.report.model import Report
    from mistral_conformance.running.plan import Case
    from mistral_conformance.verdict.outcome import Result

    Show = Callable[[Result], None]
    Judge = Callable[[argparse.Namespace, Show], int]

FOLDER, LOG = "workers", "output.txt"
LOOKS_EVERY_S = 0.2
ALONE = {
    "shard": "--shard already names a part",
    "migration": "--migration asks about the server as a whole",
    "ledger": "each worker keeps a ledger of its own beside its report",
    "update_baseline": "--update-baseline writes what one run found",
    "clock_url": "a clock that one worker moves is moved for all",
}
"""Options that do not go with several workers, and why."""


class WrongWorkers(ValueError):  # noqa: N818 - read as a sentence by the command line
    """Options that do not go with several workers; the message says which."""


def run_workers(
    options: argparse.Namespace,
    plan: Sequence[Case],
    judge: Judge,
    parser: argparse.ArgumentParser,
) -> int:
    """Judge the plan by several processes at a time; the exit code of the run as a whole.

    A mock is started for each worker. On a server that all share, cases of the same group of
    operations stay with one worker, so that none sees what another one makes.

    Raises:
        WrongWorkers: an option does not go with several workers.
        Unwritable, WrongReport: see `reporting_to`.

    """
    _check(options)
    apart = not options.embedded_mock
    count = min(options.workers, parts_of(plan) if apart else len(plan))
    run_id = options.run_id or (fresh_run_id() if apart else seeded_run_id(options.seed))
    started = time.monotonic()
    where = (options.report_dir, run_id, options.format, options.history)
    with reporting_to(*where) as reporting:
        reporting.begin()
        parts = [
            _part(options, Shard(each, count, apart), run_id, reporting) for each in _upto(count)
        ]
        codes = _judge_all(parts, judge, len(plan))
        read = [found for each in parts if (found := _read(each.report_dir))]
        if not read:
            sys.stderr.write((parts[0].report_dir / LOG).read_text("utf-8", errors="replace"))
            reporting.discard()
            return max(codes)
        merged = merge([report for report, _ in read])
        elapsed_s = round(time.monotonic() - started, 3)
        settings = shaping_settings(options, parser)
        told = evolve(merged.run, id=run_id, elapsed_s=elapsed_s, settings=settings)
        report = evolve(merged, run=told)
        write_merged(reporting, report, [folder for _, folder in read])
    return exit_code(report, stops=not options.fail_fast)


def _check(options: argparse.Namespace) -> None:
    for name, reason in ALONE.items():
        if getattr(options, name):
            raise WrongWorkers(f"--workers {options.workers} goes without it: {reason}")
    if any(each.form == HAR for each in options.format):
        raise WrongWorkers("--format har writes the traffic of one process: leave out --workers")


def _upto(count: int) -> range:
    return range(1, count + 1)


def _part(
    options: argparse.Namespace, shard: Shard, run_id: str, reporting: Reporting
) -> argparse.Namespace:
    """Return what one worker is asked: its part of the plan, and its share of each bound."""
    given: dict[str, Any] = vars(options) | {
        "workers": 1,
        "shard": shard,
        "format": [],
        "history": [],
        "report_dir": reporting.folder / FOLDER / str(shard.number),
        "rate": options.rate / shard.of,
        "max_cost": options.max_cost / shard.of,
        "max_requests": options.max_requests and max(options.max_requests // shard.of, 1),
    }
    if shard.apart:
        given["run_id"] = f"{run_id[:12]}{shard.number}"
    part = type(options)(**given)
    prepare_folder(part.report_dir)
    return part


def _judge_all(parts: Sequence[argparse.Namespace], judge: Judge, total: int) -> list[int]:
    """Start the workers and show what they find until all have ended; their exit codes.

    An interrupt is passed on once each time, and the workers end as a run does.
    """
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    processes = [
        context.Process(target=_work, args=(judge, each, results), name=str(each.shard))
        for each in parts
    ]
    for each in processes:
        each.start()
    with Live(make_console(stderr=True), total) as live:
        while any(each.is_alive() for each in processes) or not results.empty():
            try:
                with suppress(Empty):
                    live.show(results.get(timeout=LOOKS_EVERY_S))
            except KeyboardInterrupt:
                _interrupt(processes)
    return [each.exitcode or 0 for each in processes]


def _interrupt(processes: Sequence[BaseProcess]) -> None:
    for each in processes:
        if each.is_alive() and each.pid:
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGINT)


def _work(judge: Judge, options: argparse.Namespace, results: Any) -> None:  # noqa: ANN401 - a queue
    """Judge a part; what would go to the terminal goes to a file beside its reports."""
    if hasattr(os, "setsid"):
        os.setsid()  # an interrupt at the terminal comes from the first process alone

    def show(result: Result) -> None:
        results.put(evolve(result, rule=plain(result.rule), evidence=(), exchanges=()))

    with (
        (options.report_dir / LOG).open("w", encoding="utf-8") as log,
        redirect_stdout(log),
        redirect_stderr(log),
        watch_signals(),
    ):
        code = judge(options, show)
    results.close()
    results.join_thread()
    sys.exit(code)


def _read(folder: Path) -> tuple[Report, Path] | None:
    """Return the report of a worker and its folder, None where it was too early for one."""
    try:
        return read_report(folder / LATEST)
    except WrongReport:
        return None
