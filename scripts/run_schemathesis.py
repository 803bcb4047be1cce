"""Run Schemathesis over the document against a mock, and compare what it finds with what is known.

    scripts/run_schemathesis.py                       # every part, one after the other
    scripts/run_schemathesis.py --resume              # those that an earlier run did not finish
    scripts/run_schemathesis.py --part libraries      # one part; may be repeated
    scripts/run_schemathesis.py --phases examples     # any option of `st run`: one run with these

A part is what lies below one first segment of the paths; `streams` are those paths whose events
never end, and `stateful` goes through all that the mock holds in steps that follow each other.
Each part meets a mock of its own on 127.0.0.1. What a finished part found stays in
reports/schemathesis. Every finding has to be explained in openapi/schemathesis.toml, which says
what of the API no schema can tell, and what this mock does not have.

Exit codes: 0 every finding is explained, 1 some are not, 2 Schemathesis did not run to its end.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import attrs
from fuzzing.findings import KNOWN, read_explanations, unexplained
from fuzzing.reports import Report, load_report, read_report, save_report

from mistral_mock.identities import DEFAULT
from mistral_mock.operations import load_operations
from mistral_mock.registry import implemented
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fuzzing.findings import Explanation

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "openapi" / "mistral.yaml"
REPORTS = ROOT / "reports" / "schemathesis"
ALWAYS = (
    *("--continue-on-failure", "--no-shrink", "--no-color", "--warnings", "off"),
    *("--request-timeout", "20", "--seed", "1"),
)
ONE_BY_ONE = ("--phases", "examples,coverage,fuzzing", "-n", "20")
IN_STEPS = ("--phases", "stateful", "-n", "60")
STATEFUL = "stateful"
STREAMS = "streams"
LIVE = "/stream$"
"""Paths of events that never end: Schemathesis listens until the time of the request is over."""
LISTENING = ("--phases", "examples,coverage,fuzzing", "-n", "5", "--request-timeout", "1")


@attrs.frozen
class Part:
    """A run of Schemathesis that ends within minutes, and its options."""

    name: str
    options: tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(
        description="Run Schemathesis against a mock; other options are those of `st run`."
    )
    parser.add_argument(
        "--part", action="append", choices=[*groups(), STREAMS, STATEFUL], default=[]
    )
    parser.add_argument("--resume", action="store_true", help="keep what finished parts found")
    chosen, options = parser.parse_known_args(argv)
    if options and not chosen.part:
        return judge([run(Part("chosen", tuple(options)))])
    parts = [part for part in make_parts(options) if part.name in (chosen.part or [part.name])]
    return judge([run_or_load(part, resume=chosen.resume) for part in parts])


def groups() -> list[str]:
    """Return the first segments of the paths, without their version."""
    return sorted({operation.path.split("/")[2] for operation in load_operations()})


def make_parts(options: Sequence[str] = ()) -> Iterator[Part]:
    """Yield all parts, with options that all of them get."""
    for group in groups():
        where = ("--include-path-regex", f"^/v[0-9]+/{group}(/|$)", "--exclude-path-regex", LIVE)
        yield Part(group, (*where, *ONE_BY_ONE, *options))
    yield Part(STREAMS, ("--include-path-regex", LIVE, *LISTENING, *options))
    with running(Settings()):
        held = sorted(implemented())
    ids = [word for each in held for word in ("--include-operation-id", each)]
    yield Part(STATEFUL, (*ids, "--exclude-path-regex", LIVE, *IN_STEPS, *options))


def run_or_load(part: Part, *, resume: bool) -> Report:
    """Return what the part finds, or has found when it is not to run again."""
    kept = REPORTS / f"{part.name}.json"
    if resume and kept.exists():
        return load_report(kept)
    report = run(part)
    if report.complete:
        save_report(report, kept)
    return report


def run(part: Part) -> Report:
    """Return what Schemathesis finds on a fresh mock."""
    key = f"Authorization: Bearer {DEFAULT.key}"
    began = time.monotonic()
    with running(Settings()) as mock, TemporaryDirectory() as folder:
        events = Path(folder, "events.ndjson")
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT)]
        command += ["--url", mock.base_url, "-H", key, *ALWAYS]
        command += ["--report", "ndjson", "--report-ndjson-path", str(events), *part.options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        report = read_report(part.name, events, time.monotonic() - began)
    print(report, flush=True)
    if not report.complete:
        print(done.stdout + done.stderr)
    return report


def judge(reports: Sequence[Report]) -> int:
    """Return the exit code; tells what is not explained, and which rows explained nothing."""
    known = read_explanations()
    findings = [finding for report in reports for finding in report.findings]
    left = unexplained(findings, known)
    for finding in left:
        print(f"not explained: {finding}")
    if len(reports) > len(groups()):
        tell_idle(known, [row for row in known if not any(map(row.explains, findings))])
    print(f"{len(left)} kinds of findings are not explained in {KNOWN.name}")
    if not all(report.complete for report in reports):
        return 2
    return 1 if left else 0


def tell_idle(known: Sequence[Explanation], idle: Sequence[Explanation]) -> None:
    """Name the rows that a whole run had no need of."""
    for row in idle:
        print(f"explains nothing that was found: {row.code} {row.where} {row.status} {row.says}")
    print(f"{len(known) - len(idle)} of {len(known)} rows explain what was found")


if __name__ == "__main__":
    sys.exit(main())
