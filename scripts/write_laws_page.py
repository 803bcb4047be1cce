"""Write docs/laws.md: every law of the suite, with a server that breaks it.

    scripts/write_laws_page.py [--check]

What stands above the mark in the page is written by hand and stays.

Exit codes: 0 written (with --check: the page is as it should be), 1 it is out of date.
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.annotations import load_breaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.laws.law import Law

PAGE = Path(__file__).resolve().parent.parent / "docs" / "laws.md"
MARK = "<!-- below: written by scripts/write_laws_page.py -->\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Write the page of the suite's laws.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    arguments = parser.parse_args(argv)
    current = PAGE.read_text("utf-8")
    text = current.partition(MARK)[0] + MARK + "".join(sections(load_laws()))
    if arguments.check:
        print("up to date" if text == current else "out of date: run scripts/write_laws_page.py")
        return int(text != current)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def sections(laws: Iterable[Law]) -> Iterator[str]:
    """Yield a section for each family, a row for each law."""
    breaches = load_breaches()
    for family, members in groupby(laws, key=lambda each: each.id.partition(".")[0]):
        yield f"\n## {family}\n\n| law | level | what holds | a server that breaks it |\n"
        yield "|---|---|---|---|\n"
        for each in members:
            yield f"| `{each.id}` | {each.level} | {each.sentence} | {breaches[each.id]} |\n"


if __name__ == "__main__":
    sys.exit(main())
