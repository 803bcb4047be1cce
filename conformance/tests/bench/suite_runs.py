"""What runs of the suite take: wall time and requests by profile, growth with operations, workers.

Beside it the page of ten thousand failures: how long it takes to make, and to open in Chromium.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import attrs
from tests.unit.suite.browser import browsing, find_chromium
from tests.unit.suite.report_values import case, report

from mistral_conformance.model.document import load_document
from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.html import render_html
from mistral_conformance.report.model import Body, Evidence, Report, Request, Response
from mistral_conformance.report.symptoms import Symptom
from mistral_conformance.running.plan import load_profiles, select_operations
from mistral_conformance.verdict.outcome import Status

GROWTH = ("files-batch", (1, 2, 4, 8))
SHARED = ("libraries", (1, 2))
"""What one worker does, and two."""
LEFT_OUT = {"seed", "whole"}
"""Profiles that are the others together."""
FAILURES = 10_000
OPENING_LIMIT_S = 2.0


@attrs.frozen
class Took:
    """What a run took."""

    operations: int
    cases: int
    requests: int
    elapsed_s: float

    def __str__(self) -> str:
        return (
            f"{self.operations:>4} operations {self.cases:>6} cases {self.requests:>8} requests "
            f"{self.elapsed_s:8.1f} s"
        )


def show(profiles: list[str] | None = None) -> None:
    """All of it."""
    chosen = profiles or [each for each in load_profiles() if each not in LEFT_OUT]
    print("runs of the suite on the mock, by profile:")
    for profile in chosen:
        print(f"    {profile:<14} {run_suite(profile)}", flush=True)
    show_growth()
    show_workers()
    show_page()


def show_growth() -> None:
    """The first operations of a profile, more each time."""
    profile, counts = GROWTH
    operations = select_operations(load_document(), profile)
    print(f"growth with operations, profile {profile}:")
    for count in counts:
        print(f"    {run_suite(profile, operations[:count])}", flush=True)


def show_workers() -> None:
    """The same profile by one worker and by several."""
    profile, counts = SHARED
    print(f"workers, profile {profile}:")
    for count in counts:
        print(f"    {count} at a time {run_suite(profile, workers=count)}", flush=True)


def run_suite(profile: str, operations: list[str] | None = None, workers: int = 1) -> Took:
    """A run on a mock of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mistral_conformance", "run", "--embedded-mock"]
        options = ["--profile", profile, "--report-dir", folder, "--workers", str(workers)]
        options += [f"--operations={each}" for each in operations or ()]
        quiet = subprocess.DEVNULL
        done = subprocess.run(
            [*command, *options], stdout=quiet, stderr=quiet, check=False, timeout=7200
        )
        if done.returncode not in {0, 1}:
            raise SystemExit(f"a run of {profile} ended with {done.returncode}")
        found: dict[str, Any] = json.loads(Path(folder, "report.json").read_bytes())
    run = found["run"]
    return Took(len(run["operations"]), len(found["rules"]), run["requests"], run["elapsed_s"])


def show_page() -> None:
    """The page of many failures, made and opened."""
    found = failing_report(FAILURES)
    began = time.perf_counter()
    page = render_html(found)
    print(f"page of {FAILURES} failures: {len(page) / 1e6:.1f} MB", end="")
    print(f", made in {time.perf_counter() - began:.2f} s", end="", flush=True)
    if find_chromium() is None:
        print(", not opened: no Chromium here")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        path.write_text(page, "utf-8")
        took_s = open_page(path, Path(folder, "profile"))
    over = "" if took_s < OPENING_LIMIT_S else " OVER"
    print(f", opened in {took_s:.2f} s (< {OPENING_LIMIT_S:.0f} s{over})")


def open_page(path: Path, profile: Path) -> float:
    """Seconds until a page is loaded and drawn."""
    with browsing(profile) as browser:
        began = time.perf_counter()
        browser.open(path)
        browser.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return time.perf_counter() - began


def failing_report(count: int) -> Report:
    """Many failures of a hundred causes, each with the answer that shows it."""
    ids = tuple(load_document().operations)
    cases = []
    for number in range(count):
        operation = ids[number % len(ids)]
        words = f"`field{number % 100}` is missing"
        cases.append(
            case(
                f"family{number % 12}.rule-{number // 12}",
                operations=(operation,),
                status=Status.FAIL,
                reason=words,
                symptom=Symptom(operation, (words,), words),
                evidence=(_evidence(number + 1, operation),),
            )
        )
    run = {"holds": False, "operations": ids}
    return report(*cases, run=run, causes=find_causes(cases))


def _evidence(number: int, operation: str) -> Evidence:
    body = Body("text", '{"object": "list", "data": []}' * 30, 900, cut=False)
    url = "http://127.0.0.1:1/v1/files"
    headers = (("content-type", "application/json"),)
    answer = Response(200, headers, body)
    asked = Request("POST", url, headers, body)
    return Evidence(number, "caller", operation, asked, answer, "", 0.1, f"curl {url}")


if __name__ == "__main__":
    show(sys.argv[1:])
