"""The matrix of operations and rule families: what stands in each cell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, Report

SYMBOLS = {
    "fail": "✕",
    "flaky": "≈",
    "error": "!",
    "blocked": "⊘",
    "weak": "△",
    "skip": "\N{EN DASH}",
    "not-offered": "∅",
    "pass": "✓",
}
WORST_FIRST = tuple(SYMBOLS)
SPOKEN = {
    "fail": "MUST fail",
    "flaky": "MUST fail at times",
    "error": "in error",
    "blocked": "blocked",
    "weak": "SHOULD or MAY fail",
    "skip": "skipped",
    "not-offered": "not offered",
    "pass": "pass",
}
MOST_COLUMNS = 20
Counted = dict[tuple[str, str], Counter[str]]


@frozen
class Cell:
    """The rules of a family about an operation: the worst end among them, shown and spoken."""

    operation: str
    family: str
    kind: str
    shown: str
    label: str


@frozen
class OperationRow:
    """An operation: a cell for each column, None where there are no rules, and the other cells."""

    operation: str
    name: str
    cells: tuple[Cell | None, ...]
    rest: tuple[Cell, ...]


@frozen
class Matrix:
    """Families as columns, those that share the last column, and the rows by their groups."""

    columns: tuple[str, ...]
    rest: tuple[str, ...]
    groups: tuple[tuple[str, tuple[OperationRow, ...]], ...]

    @property
    def span(self) -> int:
        """How many columns the table has."""
        return len(self.columns) + 1 + bool(self.rest)


def make_matrix(report: Report) -> Matrix:
    """Return the matrix of a report."""
    columns, rest = _columns(report)
    counted: Counted = {}
    for each in report.rules:
        for operation in each.operations:
            counted.setdefault((operation, each.family), Counter())[_kind(each)] += 1
    groups: dict[str, list[OperationRow]] = {}
    for operation in report.run.operations:
        group, _, name = operation.rpartition(".")
        cells = tuple(_cell(operation, each, counted) for each in columns)
        others = tuple(filter(None, (_cell(operation, each, counted, each) for each in rest)))
        groups.setdefault(group, []).append(OperationRow(operation, name, cells, others))
    return Matrix(columns, rest, tuple((name, tuple(rows)) for name, rows in groups.items()))


def _kind(case: CaseResult) -> str:
    """Return the status as the matrix shows it: what is red without failing the run is weaker."""
    return "weak" if case.weak else str(case.status)


def _columns(report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the families that get a column each, and those that share the last one.

    Where there are many families, most of them are about few operations: columns of their own would
    be almost empty and wider than a screen.
    """
    met: dict[str, set[str]] = {}
    for each in report.rules:
        met.setdefault(each.family, set()).update(each.operations)
    if len(met) <= MOST_COLUMNS:
        return tuple(met), ()
    enough = len(report.run.operations) / 2
    columns = tuple(family for family, operations in met.items() if len(operations) >= enough)
    return columns, tuple(each for each in met if each not in columns)


def _cell(operation: str, family: str, counted: Counted, name: str = "") -> Cell | None:
    counts = counted.get((operation, family))
    if not counts:
        return None
    worst = next(each for each in WORST_FIRST if counts[each])
    spoken = ", ".join(f"{counts[each]} {SPOKEN[each]}" for each in WORST_FIRST if counts[each])
    shown = f"{SYMBOLS[worst]} {counts[worst]} {name}".rstrip()
    return Cell(operation, family, worst, shown, f"{family} on {operation}: {spoken}")
