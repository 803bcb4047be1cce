"""How a command may end: the exit codes, each with one meaning in every command."""

from __future__ import annotations

import sys
from enum import IntEnum

MEANINGS = """exit codes: 0 every MUST holds; 1 a MUST fails or a rule could not be judged;
2 wrong use; 3 target unreachable, key refused or no such API there; 4 stopped
by a --max-..., or shards are missing; 130 interrupted, after cleaning up"""


class ExitCode(IntEnum):
    """What a command tells the shell."""

    HOLDS = 0
    BROKEN = 1
    WRONG_USE = 2
    NO_TARGET = 3
    STOPPED = 4
    INTERRUPTED = 130
    CUT_OFF = 141
    """Nobody reads the output any more, as after SIGPIPE."""


def tell_end(message: object, code: ExitCode) -> ExitCode:
    """Say in one line why a command ends; its exit code."""
    sys.stderr.write(f"mistral-conformance: {message}\n")
    return code
