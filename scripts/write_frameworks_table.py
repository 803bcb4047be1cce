"""Write the table of docs/interop.md: what eight frameworks do on the mock.

    scripts/write_frameworks_table.py [--check]

Makes an environment of its own for each framework, in `.interop/`, where it is not there yet: that
takes the package index and minutes. The programs are those of conformance/tests/interop/programs.

Exit codes: 0 written (with --check: the page is as it should be), 1 something fails or, with
--check, the page is out of date.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from interop.frameworks import ROOT, make_table, put_into, try_all

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = ROOT / "docs" / "interop.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Write what frameworks do on the mock.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    arguments = parser.parse_args(argv)
    tried = try_all()
    failures = [failure for one in tried for failure in one.failures]
    print(*failures, sep="\n", end="\n" if failures else "")
    current = PAGE.read_text("utf-8")
    text = put_into(current, make_table(tried))
    if arguments.check:
        told = "up to date" if current == text else "out of date: run this without --check"
        print(told)
        return 0 if current == text and not failures else 1
    PAGE.write_text(text, encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
