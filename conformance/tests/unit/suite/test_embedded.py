"""The embedded mock: started for the run, known to the rules, stopped on every way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_conformance.embedded import embedded_identities, embedded_mock
from mistral_conformance.running.target import Unreachable

if TYPE_CHECKING:
    from pathlib import Path


def test_mock_takes_every_identity_and_stops_at_the_end() -> None:
    with embedded_mock(0) as mock:
        for each in mock.identities.values():
            headers = {"Authorization": f"Bearer {each.key}"}
            assert httpx.get(f"{mock.base_url}/v1/models", headers=headers).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(mock.base_url)


def test_mock_has_a_clock_that_moves() -> None:
    with embedded_mock(0) as mock:
        before = httpx.get(mock.clock_url).json()["now"]
        httpx.post(mock.clock_url, json={"advance_s": 5})
        assert httpx.get(mock.clock_url).json()["now"] != before


def test_identities_differ_as_their_names_say() -> None:
    known = embedded_identities()
    caller, colleague = known["caller"], known["colleague"]
    assert (colleague.workspace, colleague.org) == (caller.workspace, caller.org)
    assert colleague.user != caller.user
    assert known["neighbour"].org == caller.org
    assert known["neighbour"].workspace != caller.workspace
    assert known["stranger"].org != caller.org
    private = known["private"]
    assert (private.user, private.workspace) == (caller.user, caller.workspace)


def test_mock_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unreachable, match="ended at once"), embedded_mock(0):
        pass


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_stops_the_mock_and_ends_with_130(
    tmp_path: Path, sign: signal.Signals
) -> None:
    command = [sys.executable, "-m", "mistral_conformance", "run", "--embedded-mock"]
    child = subprocess.Popen(
        [*command, "--operations", "models.*", "--report-dir", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout
    base_url = child.stdout.readline().strip()
    child.stdout.readline()  # the first progress line: rules are being judged
    child.send_signal(sign)
    output = child.communicate(timeout=60)[0]
    assert child.returncode == 130, output
    assert "Interrupted after" in output
    assert _is_down(base_url)
    assert (tmp_path / "report.json").exists()


def test_mock_ends_with_a_run_that_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mistral_conformance", "run", "--embedded-mock"]
    child = subprocess.Popen(
        [*command, "--rules", "auth.*", "--report-dir", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout
    with child.stdout:
        base_url = child.stdout.readline().strip()
        child.kill()
        child.wait()
    assert _is_down(base_url)


def _is_down(base_url: str) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            httpx.get(base_url, timeout=1)
        except httpx.ConnectError:
            return True
        except httpx.TransportError:  # it is about to go
            pass
        time.sleep(0.05)
    return False
