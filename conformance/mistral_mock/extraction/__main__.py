"""Reads one document for another process, see `reader.py`.

Takes a line with the kind and the length of a document, then the document; writes a line with the
error and the lengths of the pages' texts, then these texts. Ends when its standard input does, and
so with whoever has started it, even when that was killed.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from mistral_mock import extraction


def main() -> None:
    """Read one document."""
    kind, length = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read(length)
    threading.Thread(target=_watch, daemon=True).start()
    found = extraction.read_here(kind, content)
    pages = [text.encode("utf-8", "replace") for text in found.page_texts]
    head = json.dumps([found.error, [len(page) for page in pages]])
    sys.stdout.buffer.write(head.encode() + b"\n")
    for page in pages:
        sys.stdout.buffer.write(page)
    sys.stdout.buffer.flush()


def _watch() -> None:
    """End the process when whoever has started it is gone."""
    sys.stdin.buffer.read(1)
    os._exit(1)


if __name__ == "__main__":
    main()
