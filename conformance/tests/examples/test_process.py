"""Commands end within their limit, with all that they started."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from examples.process import run, run_until

if TYPE_CHECKING:
    from pathlib import Path

SEEN = {"PATH": os.environ["PATH"]}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_command_s_end_and_output_are_reported(tmp_path: Path) -> None:
    done = run(["bash", "-c", "echo out; echo err >&2; exit 3"], tmp_path, SEEN, 10)
    assert (done.code, done.stdout, done.stderr, done.timed_out) == (3, "out\n", "err\n", False)


def test_a_time_limit_ends_the_children_too(tmp_path: Path) -> None:
    done = run(["bash", "-c", "sleep 60 >/dev/null 2>&1 & echo $!; wait"], tmp_path, SEEN, 0.5)
    assert done.timed_out
    child = int(done.stdout)
    end = time.monotonic() + 5
    while alive(child) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(child)


def test_a_server_is_ended_once_it_is_up(tmp_path: Path) -> None:
    done = run_until(["bash", "-c", "echo up; sleep 60"], tmp_path, SEEN, 10, re.compile("^up"))
    assert (done.code, done.stdout) == (0, "up\n")


def test_a_server_that_does_not_come_up_in_time_fails(tmp_path: Path) -> None:
    done = run_until(["bash", "-c", "echo no; sleep 60"], tmp_path, SEEN, 0.5, re.compile("^up"))
    assert done.code != 0
