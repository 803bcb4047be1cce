"""Write docs/drift.md: every kind of change that drift.py tells, with an example.

    scripts/write_drift_page.py [--check]

What stands above the mark in the page is written by hand and stays.

Exit codes: 0 written (with --check: the page is as it should be), 1 it is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from changes.kinds import Kind, load_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "drift.md"
MARK = "<!-- below: written by scripts/write_drift_page.py -->\n"
HEAD = "| rule | for callers | for servers | what happened | example |\n|---|---|---|---|---|\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Write the page of all kinds of changes.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    arguments = parser.parse_args(argv)
    current = PAGE.read_text("utf-8")
    text = current.partition(MARK)[0] + MARK + "".join(sections())
    if arguments.check:
        print("up to date" if text == current else "out of date: run scripts/write_drift_page.py")
        return int(text != current)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def sections() -> Iterator[str]:
    """Yield a table for schemas in requests, one for those in answers, one for all else."""
    kinds = list(load_kinds().values())
    titles = (
        (
            "Schemas that callers send",
            [one for one in kinds if one.is_schema and one.side == "request"],
        ),
        (
            "Schemas that servers answer",
            [one for one in kinds if one.is_schema and one.side == "response"],
        ),
        (
            "Operations, parameters, bodies, answers, authorization",
            [one for one in kinds if not one.is_schema],
        ),
    )
    yield f"\n{len(kinds)} kinds.\n"
    for title, each in titles:
        yield f"\n## {title}\n\n{HEAD}"
        yield from (_row(kind) for kind in each)


def _row(kind: Kind) -> str:
    places = ("name", "old", "new", "place")
    what = kind.what.format_map({each: f"*{each}*" for each in places})
    do = kind.do.format_map({each: f"*{each}*" for each in places})
    example = f"{_example(kind.old, kind.new)} → {_example(kind.new, kind.old)}"
    return f"| `{kind.id}` | {kind.callers} | {kind.servers} | {what}. {do} | {example} |\n"


def _example(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the part of an example that the other one has not, or all of it where it is short."""
    shown = {key: value for key, value in one.items() if other.get(key) != value}
    text = json.dumps(shown or {}, ensure_ascii=False)
    return f"`{text}`".replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
