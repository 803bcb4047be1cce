"""Reports side by side: families of rules over servers or versions, and the cases that differ."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.report.headline import headline
from mistral_conformance.report.reading import WrongReport
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.report.model import CaseResult, Report

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@frozen
class Column:
    """One report: the letter that stands for it, what was judged, when, and how it ended."""

    letter: str
    base_url: str
    started: str
    suite: str
    profile: str
    verdict: str
    holds: bool


@frozen
class Family:
    """A family of rules: for each report how many of its cases hold, of how many judged ones."""

    name: str
    cells: tuple[tuple[int, int], ...]


@frozen
class Difference:
    """A case that did not end alike everywhere; a status is empty where it was not in the plan."""

    name: str
    level: str
    sentence: str
    statuses: tuple[str, ...]


@frozen
class Comparison:
    """Reports side by side."""

    columns: tuple[Column, ...]
    families: tuple[Family, ...]
    differences: tuple[Difference, ...]


def compare(reports: Sequence[Report]) -> Comparison:
    """Return the comparison of two or more reports, in their order.

    Raises:
        WrongReport: there are too few, or too many for a table.

    """
    if not 2 <= len(reports) <= len(LETTERS):
        raise WrongReport(f"compare takes 2 to {len(LETTERS)} reports")
    columns = tuple(_column(letter, each) for letter, each in zip(LETTERS, reports, strict=False))
    names = dict.fromkeys(each.family for report in reports for each in report.rules)
    families = tuple(_family(name, reports) for name in names)
    return Comparison(columns, families, tuple(_differences(reports)))


def _column(letter: str, report: Report) -> Column:
    run = report.run
    return Column(
        letter,
        report.target.base_url,
        run.started,
        run.suite,
        run.profile,
        headline(report),
        run.holds,
    )


def _family(name: str, reports: Sequence[Report]) -> Family:
    cells = []
    for report in reports:
        counts = Counter(each.status for each in report.rules if each.family == name)
        judged = counts.total() - counts[Status.SKIP] - counts[Status.NOT_OFFERED]
        cells.append((counts[Status.PASS], judged))
    return Family(name, tuple(cells))


def _differences(reports: Sequence[Report]) -> list[Difference]:
    cases: dict[str, list[CaseResult | None]] = {}
    for at, report in enumerate(reports):
        for each in report.rules:
            cases.setdefault(each.name, [None] * len(reports))[at] = each
    found = []
    for name, row in cases.items():
        statuses = tuple(str(each.status) if each else "" for each in row)
        if len(set(statuses)) > 1:
            one = next(each for each in row if each)
            found.append(Difference(name, str(one.level), one.sentence, statuses))
    return sorted(found, key=lambda each: (_weight(each), each.name))


def _weight(difference: Difference) -> tuple[int, int]:
    """Return cases that fail somewhere and hold elsewhere first, MUST before SHOULD before MAY."""
    told = {Status.FAIL, Status.FLAKY, Status.ERROR} & set(difference.statuses)
    return (not told, ("MUST", "SHOULD", "MAY").index(difference.level))
