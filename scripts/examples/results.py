"""Shows results to people: one line each, then the output of what failed, then the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.example import Example, Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

TAIL_LINES = 15
NAMED = 2


def table_text(results: Sequence[Result]) -> str:
    """Return the results as aligned columns, in the order of the pages."""
    rows = [
        (
            result.verdict.value,
            result.example.place,
            result.example.language,
            subject(result.example),
            result.reason,
        )
        for result in sorted(results, key=lambda one: (str(one.example.path), one.example.line))
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]
        ).rstrip()
        for row in rows
    )


def subject(example: Example) -> str:
    """Return what an example is about: its operations, the first two of many, or its title."""
    names = example.operations
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more or example.title


def failures_text(results: Sequence[Result]) -> str:
    """Return the last lines of output of every failed example; empty when none failed."""
    parts = []
    for result in results:
        if result.verdict is Verdict.FAIL and result.output.strip():
            tail = result.output.strip().splitlines()[-TAIL_LINES:]
            parts.append("\n".join([f"--- {result.example.place}", *tail]))
    return "\n".join(parts)


def summary_text(results: Sequence[Result]) -> str:
    """Return how many passed, failed and were skipped."""
    count = dict.fromkeys(Verdict, 0)
    for result in results:
        count[result.verdict] += 1
    return (
        f"examples: {count[Verdict.PASS]} passed, {count[Verdict.FAIL]} failed, "
        f"{count[Verdict.SKIP]} skipped"
    )
