"""Reads large documents in a process of its own: its libraries let no other thread have a turn.

Run as a program it takes a line with the kind and the length of a document, then the document;
it writes a line with the error and the lengths of the pages' texts, then these texts. It ends when
its standard input does, and so with whoever has started it, even when that was killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from mistral_mock.extraction.outcome import Extraction

if TYPE_CHECKING:
    from typing import IO

COMMAND = [sys.executable, "-m", "mistral_mock.extraction.reader"]


def read(kind: str, content: bytes) -> Extraction:
    """What the document of a kind says, or what is wrong with it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
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
    """What a reader tells.

    Raises:
        ValueError: It has told nothing.

    """
    error, lengths = json.loads(source.readline())
    return Extraction(tuple(source.read(length).decode() for length in lengths), error=error)


def main() -> None:
    """Reads one document."""
    kind, length = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read(length)
    threading.Thread(target=_watch, daemon=True).start()

    from mistral_mock import extraction  # noqa: PLC0415 - it imports this module

    found = extraction.read_here(kind, content)
    pages = [text.encode("utf-8", "replace") for text in found.page_texts]
    head = json.dumps([found.error, [len(page) for page in pages]])
    sys.stdout.buffer.write(head.encode() + b"\n")
    for page in pages:
        sys.stdout.buffer.write(page)
    sys.stdout.buffer.flush()


def _watch() -> None:
    """Ends the process when whoever has started it is gone."""
    sys.stdin.buffer.read(1)
    os._exit(1)


if __name__ == "__main__":
    main()
