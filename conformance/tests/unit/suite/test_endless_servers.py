"""A server without end ends a rule, not the run: a report is written, in little memory."""

from __future__ import annotations

import json
import os
import re
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
RUN = """
import sys
from pathlib import Path
from mistral_conformance.cli.entry import main

code = main(sys.argv[2:])
status = Path("/proc/self/status")
if status.exists():
    Path(sys.argv[1]).write_text(status.read_text())
sys.exit(code)
"""
"""The command, which tells afterwards how much memory it took, where the system says so."""
SELECTION = [part for each in RULES for part in ("--rules", each)]


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_server_ends_in_a_report(name: str, tmp_path: Path) -> None:
    with serving(keyed, models, ENDLESS[name], libraries) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        bounds = ["--timeout", "0.2", "--max-examples", "2", "--operations", "beta.libraries.list"]
        told = tmp_path / "status"
        command = [sys.executable, "-c", RUN, str(told), "run", *arguments, *bounds]
        started = time.monotonic()
        ended = subprocess.run(
            [*command, *SELECTION],
            env={**os.environ, "MISTRAL_API_KEY": KEY},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    assert ended.returncode == 1
    if told.exists():
        (most_kib,) = re.findall(r"VmHWM:\s*(\d+) kB", told.read_text())
        assert int(most_kib) < MOST_MIB * 1024
    assert time.monotonic() - started < MOST_S
    report = json.loads((tmp_path / "report.json").read_text())
    assert not report["run"]["interrupted"]
    assert len(report["rules"]) == len(RULES)
