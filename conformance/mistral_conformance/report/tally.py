"""The coverage of a report in a few numbers, and the operations that it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.report.model import Report

SHOWN_PATHS = 5
UNREACHED = "never answered 2xx"
UNRULED = "judged by no rule of their own"


@frozen
class Part:
    """How many of something were covered."""

    what: str
    done: int
    all: int


def tally(report: Report) -> list[Part]:
    """Return operations with a 2xx, documented statuses seen, parameters varied, streams heard."""
    rows = report.coverage
    statuses = [count for row in rows for count in row.statuses.values()]
    parameters = [each.varied for row in rows for each in row.parameters]
    streams = [row.streamed for row in rows if row.streamed is not None]
    return [
        Part("operations answered 2xx", sum(row.succeeded > 0 for row in rows), len(rows)),
        Part("documented statuses seen", sum(count > 0 for count in statuses), len(statuses)),
        Part("parameters varied", sum(parameters), len(parameters)),
        Part("streams heard", sum(streams), len(streams)),
    ]


def gaps(report: Report) -> dict[str, list[str]]:
    """Return the operations that no 2xx was seen of, and those without a rule of their own, if any.

    A run of chosen rules leaves most operations without one, so these are named for all rules only.
    """
    rows, chosen = report.coverage, report.run.rules
    found = {
        UNREACHED: [row.operation for row in rows if not row.succeeded],
        UNRULED: [row.operation for row in rows if not row.rules and not chosen],
    }
    return {what: operations for what, operations in found.items() if operations}


def offers(report: Report) -> list[str]:
    """Return what the server offers and the run had at hand, in a few lines."""
    target = report.target
    models = [f"{ability} {name}" for ability, name in sorted(target.models.items())]
    taken = sorted(each for each, offered in target.features.items() if offered)
    refused = sorted(each for each, offered in target.features.items() if not offered)
    clock = "a clock" if target.clock else "no clock"
    lines = {
        "asked as": [*target.identities, clock],
        "models": models,
        "takes": taken,
        "does not take": refused,
        "does not have": list(target.missing),
    }
    return [f"{what}: {', '.join(words)}" for what, words in lines.items() if words]


def tell_undeletable(paths: Sequence[str]) -> str:
    """Return which objects stay, since no operation deletes them; empty where there are none."""
    if not paths:
        return ""
    more = len(paths) - SHOWN_PATHS
    rest = f" and {more} more in report.json" if more > 0 else ""
    shown = ", ".join(paths[:SHOWN_PATHS])
    return f"{len(paths)} cannot be deleted through the API, and stay: {shown}{rest}"
