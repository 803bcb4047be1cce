"""Runs a command in a group of its own, so that a time limit ends all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@attrs.frozen
class Finished:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    timed_out: bool = False


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], timeout_s: float
) -> Finished:
    """Run the command to its end, or to the limit in seconds."""
    child = start(command, folder, environment)
    try:
        stdout, stderr = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        end_group(child)
        stdout, stderr = child.communicate()
        return Finished(-1, stdout, stderr, timed_out=True)
    finally:
        end_group(child)
    return Finished(child.returncode, stdout, stderr)


def run_until(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    line: re.Pattern[str],
) -> Finished:
    """Run a server until its output has such a line, then end it; code 0 when the line came."""
    child = start(command, folder, environment)
    alarm = threading.Timer(timeout_s, end_group, [child])
    alarm.start()
    seen: list[str] = []
    try:
        for text in child.stdout or ():
            seen.append(text)
            if line.search(text):
                return Finished(0, "".join(seen), "")
    finally:
        alarm.cancel()
        end_group(child)
        _, stderr = child.communicate()
    return Finished(child.returncode or 1, "".join(seen), stderr)


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """The started command, its output captured, without input."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def end_group(child: subprocess.Popen[str]) -> None:
    """Kill what is left of the command's own process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it has ended, with all its children
