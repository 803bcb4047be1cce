"""Compose the curated document from facts, corrections and prose: `curate.py [--check]`.

Writes `openapi/mistral.yaml` for readers and `openapi/mistral_openapi/document.json` for programs.
Same input, same bytes. Nothing is written unless the document is valid and passes every rule.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from document.bundle import bundle, json_bytes, read_parts, yaml_bytes
from document.problems import DocumentProblem
from document.storage import publish

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=ROOT / "openapi")
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    try:
        document = bundle(read_parts(folder))
        publish({
            folder / "mistral.yaml": yaml_bytes(document),
            folder / "mistral_openapi" / "document.json": json_bytes(document),
        })
    except DocumentProblem as problem:
        print(f"curate: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
