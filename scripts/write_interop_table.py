"""Write docs/official-sdk.md: what the official Python SDK reads of the mock's answers.

    scripts/write_interop_table.py [--check]

Calls every method of the SDK that is among the 154 operations of the profile `seed`, against a mock
in this process.

Exit codes: 0 written (with --check: the page is as it should be), 1 a call fails or, with --check,
the page is out of date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from interop.methods import all_methods
from interop.official import official_caller
from interop.table import Tried, page
from interop.world import prepared_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from interop.methods import Method
    from interop.official import OfficialCaller

PAGE = Path(__file__).resolve().parent.parent / "docs" / "official-sdk.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Write what the official SDK reads of the mock.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    arguments = parser.parse_args(argv)
    with prepared_world() as world, official_caller(world) as caller:
        tried = [try_method(caller, method) for method in all_methods()]
    failures = [
        f"{each.method.id}: {outcome.failure}"
        for each in tried
        for outcome in each.outcomes
        if outcome.failure
    ]
    print(*failures, sep="\n", end="\n" if failures else "")
    text = page(tried)
    if arguments.check:
        current = PAGE.exists() and PAGE.read_text("utf-8") == text
        print("up to date" if current else "out of date: run scripts/write_interop_table.py")
        return 0 if current and not failures else 1
    PAGE.write_text(text, encoding="utf-8")
    return 1 if failures else 0


def try_method(caller: OfficialCaller, method: Method) -> Tried:
    """Return the method's calls, sync and async."""
    if not caller.has(method):
        return Tried(method)
    return Tried(method, (caller.call(method), caller.call_async(method)))


if __name__ == "__main__":
    sys.exit(main())
