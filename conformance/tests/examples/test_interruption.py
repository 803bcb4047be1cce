"""A run that is interrupted ends at once, with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import run_examples
from examples.interruption import InterruptedRunError, check, held, watch_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDLESS = """```py
import json, os, pathlib, subprocess
sleeper = subprocess.Popen(["sleep", "120"])
seen = [os.getpid(), sleeper.pid, os.environ["MISTRAL_BASE_URL"]]
pathlib.Path("{seen}.new").write_text(json.dumps(seen))
os.replace("{seen}.new", "{seen}")
while True:
    pass
```
"""
LIMIT_S = 30.0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in the middle of an example that never ends."""
    page, seen = tmp_path / "page.md", tmp_path / "seen.json"
    page.write_text(ENDLESS.format(seen=seen))
    (tmp_path / "temporary").mkdir()
    with subprocess.Popen(
        [sys.executable, str(run_examples.__file__), str(page), "--embedded-mock"],
        env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            wait_until(seen.exists)
            yield child
        finally:
            child.kill()
            end_orphans(seen)


def wait_until(what: Callable[[], bool]) -> None:
    """Wait until the call is true; fails when that takes too long."""
    end = time.monotonic() + LIMIT_S
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def end_orphans(seen: Path) -> None:
    """Kill what an interrupted run left, so that a failing test leaves nothing behind."""
    if seen.exists():
        for pid in json.loads(seen.read_text())[:2]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether the process is there and has not ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_interrupted_run_ends_with_all_that_it_started(
    run: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    driver, sleeper, base_url = json.loads((tmp_path / "seen.json").read_text())
    run.send_signal(number)
    run.send_signal(signal.SIGTERM)  # as `timeout` does
    _, err = run.communicate(timeout=LIMIT_S)
    # Two signals at once may arrive in either order.
    assert run.returncode in {128 + number, 128 + signal.SIGTERM}
    assert err.count("\n") == 1
    assert err.startswith("run_examples: interrupted by SIG")
    wait_until(lambda: not alive(driver) and not alive(sleeper))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/v1/models")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_exit_code_names_the_signal(number: signal.Signals, code: int) -> None:
    with pytest.raises(InterruptedRunError) as caught, watch_signals():
        signal.raise_signal(number)
    assert caught.value.exit_code == code


def test_a_signal_waits_for_what_is_being_started() -> None:
    started: list[str] = []

    def start() -> None:
        with watch_signals(), held():
            signal.raise_signal(signal.SIGTERM)
            started.append("child")

    with pytest.raises(InterruptedRunError):
        start()
    assert started == ["child"]


def test_a_second_signal_does_not_interrupt_the_clean_up() -> None:
    cleaned: list[str] = []

    def clean_up() -> None:
        with watch_signals():
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGTERM)
                cleaned.append("all")

    with pytest.raises(InterruptedRunError):
        clean_up()
    assert cleaned == ["all"]


def test_a_lost_exception_is_raised_at_the_next_check() -> None:
    with watch_signals():
        with contextlib.suppress(InterruptedRunError):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(InterruptedRunError, match="SIGTERM"):
            check()


def test_handlers_are_as_they_were_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with watch_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_runs_afterwards_is_not_interrupted() -> None:
    with pytest.raises(InterruptedRunError), watch_signals():
        signal.raise_signal(signal.SIGTERM)
    check()
