"""Runs Python examples: one process and one namespace for a session."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from examples.example import Example, Result, Verdict
from examples.process import run
from examples.workplace import ended_early, environment

if TYPE_CHECKING:
    from examples.process import Finished
    from examples.workplace import Prepared, Settings

DRIVER = Path(__file__).with_name("python_driver.py")


def run_python(
    folder: Path, before: str, ready: list[Prepared], settings: Settings
) -> list[Result]:
    """Return each Python example's outcome; one that fails does not stop the next."""
    session, outcome = folder / ".session.json", folder / ".outcome.json"
    steps = [{"place": "setup", "line": 1, "code": before}]
    steps += [
        {"place": str(one.example.path), "line": one.example.line, "code": one.code}
        for one in ready
    ]
    session.write_text(json.dumps(steps), encoding="utf-8")
    done = run(
        [sys.executable, "-P", str(DRIVER), str(session), str(outcome)],
        folder,
        environment(folder, settings),
        settings.timeout_s * len(ready),
    )
    outcomes: list[str] = json.loads(outcome.read_text("utf-8")) if outcome.exists() else []
    if outcomes and outcomes[0]:
        return [
            Result(one.example, Verdict.FAIL, "set-up code failed", outcomes[0]) for one in ready
        ]
    return [
        python_result(one.example, outcomes[place] if place < len(outcomes) else None, done)
        for place, one in enumerate(ready, start=1)
    ]


def python_result(example: Example, outcome: str | None, done: Finished) -> Result:
    """Return one Python example's result from the driver's word about it."""
    if outcome is None:
        return Result(example, Verdict.FAIL, ended_early(done), done.stderr)
    if outcome:
        last = outcome.strip().splitlines()[-1]
        return Result(example, Verdict.FAIL, last, outcome + done.stderr)
    return Result(example, Verdict.PASS)
