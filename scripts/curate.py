"""Compose the curated document from facts, corrections and prose: `curate.py [--check]`.

Writes `openapi/mistral.yaml` for readers, and for programs `document.json` and the register of
evidence, `evidence.json`, in `openapi/mistral_openapi`.
Same input, same bytes. Nothing is written unless the document is valid and keeps every rule.
With `--check` nothing is written at all: the command fails, with a diff, when the files are stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from document.curated import compose, stale
from document.problems import DocumentProblem
from document.storage import publish

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the files are right, 1 when the input is wrong or they are stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, tell what is stale")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "openapi", help="where facts, curation and prose are"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    try:
        files = compose(folder)
        if options.check:
            return report(stale(folder, files))
        publish({folder / path: content for path, content in files.items()})
    except DocumentProblem as problem:
        print(f"curate: {problem}", file=sys.stderr)
        return 1
    print(f"wrote {', '.join(str(folder / path) for path in files)}")
    return 0


def report(differences: Sequence[str]) -> int:
    """Print what is stale; 0 when nothing is."""
    if not differences:
        print("the curated document is up to date")
        return 0
    print("\n".join(differences))
    print("curate: the curated document is stale; run: python scripts/curate.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("curate: interrupted; nothing has changed", file=sys.stderr)
        sys.exit(130)
