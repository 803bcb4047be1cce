"""Tell what changed between two OpenAPI documents: `drift.py OLD NEW`.

Both are files or URLs, OpenAPI 3 in YAML or JSON, compressed with gzip or not. Each change says
where it is, which operations and methods of the client it reaches, whether it breaks callers, and
what they have to do. Words, examples, orders and other ways to write the same are no changes.

Exit codes: 0 no change of that severity, 1 there is one (with --fail-on), 2 a document is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from changes.comparison import Methods, compare
from changes.kinds import Severity
from changes.report import FORMATS
from document.problems import DocumentProblem
from document.upstream import read_document

if TYPE_CHECKING:
    from collections.abc import Sequence

CURATED = Path(__file__).resolve().parent.parent / "openapi" / "mistral_openapi" / "document.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", help="OpenAPI 3 document: a file or a URL")
    parser.add_argument("new", help="the same, of a later day")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--fail-on", choices=list(Severity), help="exit with 1 at a change as bad as this or worse"
    )
    options = parser.parse_args(arguments)
    try:
        old, new = (read_document(each).document for each in (options.old, options.new))
    except DocumentProblem as problem:
        print(f"drift: {problem}", file=sys.stderr)
        return 2
    changes = compare(old, new, Methods.of(json.loads(CURATED.read_bytes())))
    print(FORMATS[options.format](changes), end="")
    limit = Severity(options.fail_on).rank if options.fail_on else None
    return int(limit is not None and any(one.severity.rank >= limit for one in changes))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)
