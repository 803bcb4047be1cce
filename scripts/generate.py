"""Write document, `generated/` and twins anew, or check that they are as a fresh run leaves them.

    python scripts/generate.py           facts → document → code, everything anew, and from each
                                         async_NAME.py of the client its synchronous twin
    python scripts/generate.py --check   exit 1 and a diff when the document or anything in
                                         generated/ is stale, edited, missing or too much; under
                                         2 seconds when nothing changed since the last run

A run that fails or is interrupted leaves `generated/` as it was.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import curate as curation
from document.problems import DocumentProblem
from generation.pipeline import (
    DIFF_LIMIT,
    PipelineError,
    Places,
    difference,
    is_current,
    regenerate,
)

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when done or current, 1 when something differs or fails."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    parser.add_argument(
        "--no-curate",
        action="store_true",
        help="take the document as it is; --check then finds the code stale",
    )
    options = parser.parse_args(arguments)
    places = Places(options.root.resolve(), curated=options.check or not options.no_curate)
    try:
        if options.check:
            return check(places)
        if places.curated:
            compose(places)
        count = regenerate(places)
    except KeyboardInterrupt:
        print("generate: interrupted; generated/ is as it was", file=sys.stderr)
        return 130
    except DocumentProblem as error:
        print(f"generate: {error}\ngenerate: generated/ is as it was", file=sys.stderr)
        return 1
    print(f"generated/: {count} files written")
    return 0


def check(places: Places) -> int:
    """Return 0 when document and code are current, else print the difference and return 1."""
    if is_current(places):
        print("generated/ is current")
        return 0
    if curate(places, "--check") != 0:
        print(
            "generate: the document is not what its sources give, so generated/ was not compared."
            " Change facts, curation or prose, then run: python scripts/generate.py",
            file=sys.stderr,
        )
        return 1
    lines = difference(places)
    if not lines:
        print("generated/ is current")
        return 0
    print("\n".join(lines[:DIFF_LIMIT]))
    if len(lines) > DIFF_LIMIT:
        print(f"... and {len(lines) - DIFF_LIMIT} more lines")
    print(
        "generate: generated/ is not what the document gives (- a fresh run, + what is there)."
        " Change the document, a template or a name instead, then run: python scripts/generate.py",
        file=sys.stderr,
    )
    return 1


def compose(places: Places) -> None:
    """Compose the curated document anew.

    Raises:
        PipelineError: That fails.

    """
    if curate(places) != 0:
        raise PipelineError("the document cannot be composed (the message is above)")


def curate(places: Places, *arguments: str) -> int:
    """Compose or check the document; 0 when all is well, or the project only has the document.

    It prints what it has to say itself.
    """
    if not (places.root / "openapi" / "source.toml").exists():
        return 0
    return curation.main([*arguments, "--folder", str(places.root / "openapi")])


if __name__ == "__main__":
    # A polite kill unwinds like any other end, so that nothing is left of a run that was cut short.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main())
