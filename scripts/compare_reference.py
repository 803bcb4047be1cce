"""Compare the tables of reference pages with the document.

    scripts/compare_reference.py PAGE...

The pages are Markdown that was scraped from a reference rendered by Redoc. Every difference in
parameters, required marks, types, formats, bounds, defaults, listed values and answers has to be
explained in openapi/reference_differences.yaml. Pages without such tables are passed over.

Exit codes: 0 every difference is explained, 1 some are not, or an explanation explains nothing,
2 wrong use: a page cannot be read, or no page has tables.
"""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from document.problems import DocumentProblem, read_part
from document.yaml_text import read_yaml
from reference.comparison import Difference, compare
from reference.page import read_page

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reference.page import Section

TABLE = Path(__file__).resolve().parent.parent / "openapi" / "reference_differences.yaml"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Compare reference pages with the document.")
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    try:
        sections = read_pages(parser.parse_args(argv).pages)
    except (FileNotFoundError, DocumentProblem) as error:
        print(f"compare_reference: {error}", file=sys.stderr)
        return 2
    if not sections:
        print("compare_reference: no page has tables of operations", file=sys.stderr)
        return 2
    return report(sections, read_explanations())


def read_pages(paths: Sequence[Path]) -> list[Section]:
    """Return the operations of all pages."""
    return [section for path in paths for section in read_page(read_part(path))]


def read_explanations() -> list[dict[str, Any]]:
    """Return the rows of the table of differences."""
    rows: list[dict[str, Any]] = read_yaml(read_part(TABLE), TABLE.name)["differences"]
    return rows


def report(sections: list[Section], explanations: list[dict[str, Any]]) -> int:
    """Print what is not explained, and what explains nothing; the exit code."""
    found = list(compare(sections, list(mistral_openapi.operations())))
    patterns = [row["where"] for row in explanations]
    unexplained = [each for each in found if not _explained(each, patterns)]
    idle = [name for name in patterns if not any(fnmatchcase(each.key, name) for each in found)]
    for difference in unexplained:
        print(f"not explained: {difference}")
    for pattern in idle:
        print(f"explains nothing: {pattern}")
    rows = sum(len(section.rows) for section in sections)
    print(
        f"{len(sections)} operations, {rows} parameters: {len(found)} differences, "
        f"{len(found) - len(unexplained)} explained in {TABLE.name}"
    )
    return 1 if unexplained or idle else 0


def _explained(difference: Difference, patterns: list[str]) -> bool:
    return any(fnmatchcase(difference.key, pattern) for pattern in patterns)


if __name__ == "__main__":
    sys.exit(main())
