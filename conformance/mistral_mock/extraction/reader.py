"""Lets a process of its own read a large document: its libraries let no other thread have a turn.

What is said over the pipes stands in `__main__.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mistral_mock.extraction.outcome import Extraction

if TYPE_CHECKING:
    from typing import IO

COMMAND = [sys.executable, "-m", "mistral_mock.extraction"]


def read(kind: str, content: bytes) -> Extraction:
    """Return what the document of a kind says, or what is wrong with it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(  # noqa: S603 - the command is ours
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise OSError("a reader of documents has no pipes")
        try:
            process.stdin.write(json.dumps([kind, len(content)]).encode() + b"\n" + content)
            process.stdin.flush()
            return _receive(process.stdout)
        except (OSError, ValueError):
            return Extraction((), error="the document takes more to read than there is")
        finally:
            process.kill()


def _receive(source: IO[bytes]) -> Extraction:
    """Return what a reader tells.

    Raises:
        ValueError: It has told nothing.

    """
    error, lengths = json.loads(source.readline())
    return Extraction(tuple(source.read(length).decode() for length in lengths), error=error)
