"""The command that judges recorded traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.cli.baselines import baseline_of
from mistral_conformance.cli.comparing import exit_code
from mistral_conformance.cli.reporting import reporting_to
from mistral_conformance.model.document import load_document
from mistral_conformance.record.counting import counted
from mistral_conformance.record.recorded import RecordingError
from mistral_conformance.record.recordings import read_recordings
from mistral_conformance.report.content import build_report
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.report.terminal import Live, make_console, printable
from mistral_conformance.report.wrapping import print_wrapped
from mistral_conformance.running.plan import leave_out
from mistral_conformance.seen.judging import judge_traffic, judged_rules, plan_for
from mistral_conformance.seen.traffic import HOSTS, Traffic
from mistral_conformance.session.markers import fresh_run_id

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

SHOWN = 5


def judge_command(options: argparse.Namespace) -> int:
    """Judge recorded traffic and write the reports.

    Raises:
        RecordingError: a file is no recording, or nothing in the files is of this API.
        WrongSelection, WrongBaseline, Unwritable: wrong use.

    """
    rules = judged_rules(options.rules)
    recorded = [each for path in options.files for each in read_recordings(path)]
    traffic = Traffic(load_document(), recorded, (*HOSTS, *options.host))
    if not traffic.seen:
        why = f"; the first: {traffic.left_out[0]}" if traffic.left_out else ""
        raise RecordingError(f"no exchange of the {len(recorded)} is of this API{why}")
    plan = leave_out(plan_for(traffic, rules), options.exclude)
    baseline = baseline_of(options)
    where = (options.report_dir, fresh_run_id(), options.format, options.history)
    with reporting_to(*where) as reporting:
        reporting.begin()
        console = make_console(stderr=True)
        _tell(console, traffic)
        with Live(console, len(plan)) as live:
            judgement = judge_traffic(traffic, plan, baseline, live.show)
        report = build_report(judgement.run, judgement.redactor)
        reporting.end(report, make_scripts(judgement.run, judgement.redactor))
    return exit_code(report)


def _tell(console: Console, traffic: Traffic) -> None:
    """Say what of the files is judged, and what is not and why."""
    exchanges = counted(len(traffic.seen), "exchange")
    lines = [f"{exchanges} of {counted(len(traffic.by_operation), 'operation')}"]
    if traffic.left_out:
        lines.append(f"{len(traffic.left_out)} left out:")
        lines += [f"  {each}" for each in traffic.left_out[:SHOWN]]
        more = len(traffic.left_out) - SHOWN
        lines += [f"  and {more} more"] if more > 0 else []
    for each in lines:
        print_wrapped(console, printable(each), rest="  ")
