"""Runs a command in a group of its own, so that all that it started ends with it.

A time limit ends the group, and so does an interrupt of the run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from examples.interruption import held

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence
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
    with started(command, folder, environment) as child:
        try:
            stdout, stderr = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            end_group(child)
            stdout, stderr = child.communicate()
            return Finished(-1, stdout, stderr, timed_out=True)
    return Finished(child.returncode, stdout, stderr)


def run_until(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    line: re.Pattern[str],
) -> Finished:
    """Run a server until its output has such a line, then end it; code 0 when the line came."""
    seen: list[str] = []
    with started(command, folder, environment) as child:
        alarm = threading.Timer(timeout_s, end_group, [child])
        alarm.start()
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


@contextmanager
def started(
    command: Sequence[str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Give the command, running without input, its output captured.

    Its group has ended afterwards.
    """
    child: subprocess.Popen[str] | None = None
    try:
        with held():
            child = subprocess.Popen(
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
        yield child
    finally:
        if child is not None:
            end_group(child)
            child.wait()
            for stream in (child.stdout, child.stderr):
                if stream is not None:
                    stream.close()


def end_group(child: subprocess.Popen[str]) -> None:
    """Kill what is left of the command's own process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it has ended, with all its children
