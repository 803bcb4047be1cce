"""A server without end ends a rule, not the run: a report is written, in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.unit.suite.endless_servers import ENDLESS
from tests.unit.suite.fake_server import KEY, keyed, libraries, models, serving

if TYPE_CHECKING:
    from pathlib import Path

MOST_MIB = 400
MOST_S = 300
RULES = ["schema.status", "pages.tile"]
SELECTION = [part for each in RULES for part in ("--rules", each)]


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_server_ends_in_a_report(name: str, tmp_path: Path) -> None:
    with serving(keyed, models, ENDLESS[name], libraries) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        bounds = ["--timeout", "0.2", "--max-examples", "2", "--operations", "beta.libraries.list"]
        command = [sys.executable, "-m", "mistral_conformance", "run", *arguments, *bounds]
        started = time.monotonic()
        child = subprocess.Popen(
            [*command, *SELECTION],
            env={**os.environ, "MISTRAL_API_KEY": KEY},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 1
    assert usage.ru_maxrss < MOST_MIB * 1024
    assert time.monotonic() - started < MOST_S
    report = json.loads((tmp_path / "report.json").read_text())
    assert not report["run"]["interrupted"]
    assert len(report["rules"]) == len(RULES)
