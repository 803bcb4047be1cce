"""The command that holds the register of evidence against a server, carefully."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mistral_conformance.cli.commands import teller
from mistral_conformance.cli.selection import estimate_of, plan_run
from mistral_conformance.cli.targets import target_of
from mistral_conformance.cli.workers import WrongWorkers
from mistral_conformance.model.document import load_document
from mistral_conformance.record.recorder import Recorder
from mistral_conformance.report.calibration import (
    Finding,
    calibrate,
    cited,
    lines_of,
    print_calibration,
)
from mistral_conformance.report.expenses import print_estimate
from mistral_conformance.report.files import write_whole
from mistral_conformance.report.folders import prepare_folder
from mistral_conformance.report.terminal import Live, make_console
from mistral_conformance.running.examples import hypothesis_at_home
from mistral_conformance.running.plan import WrongSelection, select_operations
from mistral_conformance.running.run import Run, execute, open_session
from mistral_conformance.running.target import require_consent
from mistral_conformance.verdict.exit_codes import ExitCode

if TYPE_CHECKING:
    import argparse

RECORDING, FINDINGS = "recording.jsonl", "calibration.json"


def calibrate_command(options: argparse.Namespace) -> int:
    """Run the rules and laws that stand on evidence; say what that says of each entry.

    Writes `recording.jsonl`, without keys, and `calibration.json` into the report folder.

    Raises:
        LiveRefused, WrongIdentity, WrongSelection, WrongWorkers, Unwritable: wrong use.
        Unreachable, KeyRefused: no server to ask.

    """
    if options.workers > 1:
        raise WrongWorkers("a careful run is one process: leave out --workers")
    plan = [each for each in plan_run(options) if cited(each.rule)]
    if not plan:
        raise WrongSelection("no selected rule stands on an entry of the register of evidence")
    console = make_console()
    print_estimate(console, estimate_of(options, plan))
    if options.base_url:
        require_consent(options.base_url, yes_live=options.yes_live)
    folder = options.report_dir
    prepare_folder(folder)
    with (
        target_of(options) as target,
        hypothesis_at_home(),
        (folder / RECORDING).open("w", encoding="utf-8") as file,
        open_session(target, teller(console)) as session,
        Live(console, len(plan)) as live,
    ):
        operations = select_operations(load_document(), target.profile, target.operations)
        run = Run(target, operations)
        session.wire.hear = Recorder(file, session.redactor, session.clock is None).write
        execute(session, run, plan, live.show)
    found = calibrate(run.results)
    print_calibration(console, found)
    told = json.dumps(lines_of(found), indent=1, ensure_ascii=False)
    write_whole(folder / FINDINGS, session.redactor.text(told).encode() + b"\n")
    if run.interrupted:
        return ExitCode.INTERRUPTED
    if run.stopped:
        return ExitCode.STOPPED
    refuted = any(each.finding is Finding.REFUTED for each in found)
    return ExitCode.BROKEN if refuted else ExitCode.HOLDS
