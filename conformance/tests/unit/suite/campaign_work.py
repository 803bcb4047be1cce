"""Shares as workers do them in tests: some never end, some end their worker."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.campaign.shares import Done
from mistral_conformance.running.run import Run, RunOptions

if TYPE_CHECKING:
    from mistral_conformance.campaign.shares import Share

LONGEST_S = 60.0
HANGING = 1


def hang_once(folder: str, share: Share) -> Done:
    """The hanging share tells its process and never ends, when it is tried for the first time."""
    started = Path(folder, f"{share.number}.pid")
    if share.number == HANGING and not started.exists():
        partly = started.with_suffix(".part")
        partly.write_text(str(os.getpid()))
        partly.rename(started)
        threading.Event().wait(LONGEST_S)
    return Done(share, Run(RunOptions("http://127.0.0.1:1", {}), []), 1, 0.0)


def die(_share: Share) -> Done:
    """No worker survives it."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")
