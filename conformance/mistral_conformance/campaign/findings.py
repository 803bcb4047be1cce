"""Puts shares together as one run: of many failures that show one mistake, one stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field

from mistral_conformance.report.merging import add_rows
from mistral_conformance.report.symptoms import symptom_of
from mistral_conformance.running.runner import leave_out
from mistral_conformance.session.capabilities import Offer
from mistral_conformance.verdict.outcome import JUDGED, RED, Result, Status
from mistral_conformance.verdict.settling import settle_blocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.probing.judging import Judge
    from mistral_conformance.running.plan import Case
    from mistral_conformance.running.run import Run

NOT_JUDGED = "not judged: "


@define
class Findings:
    """What shares have found so far, added to `run`.

    A case has one result: the first that is red, else the latest that was judged. What is red with
    another symptom is a case of its own, numbered.
    """

    run: Run
    judge: Judge
    _cases: dict[str, Result] = field(factory=dict)
    _symptoms: dict[tuple[str, tuple[str, ...]], str] = field(factory=dict)
    _names: dict[str, int] = field(factory=dict)

    def add(self, run: Run) -> list[Result]:
        """Add what a share found; the failures that are news."""
        news = []
        for each in run.results:
            if each.reason.startswith(NOT_JUDGED):
                continue
            found = self._named(each) if each.status in RED else each
            before = self._cases.get(found.name)
            if found.status in RED and (before is None or before.status not in RED):
                news.append(found)
            self._cases[found.name] = _better(before, found)
        self._sum(run)
        return news

    def _named(self, result: Result) -> Result:
        """Return a red result under the name of its case and symptom."""
        keys = symptom_of(result, self.judge).keys
        if (result.name, keys) not in self._symptoms:
            number = self._names[result.name] = self._names.get(result.name, 0) + 1
            self._symptoms[result.name, keys] = "" if number == 1 else f" #{number}"
        more = self._symptoms[result.name, keys]
        if not more:
            return result
        rule = evolve(result.rule, operations=result.operations)
        return evolve(
            result, rule=rule, operation=None, subject=f"{result.operation or result.subject}{more}"
        )

    def _sum(self, run: Run) -> None:
        mine = self.run
        rows = {each.operation: each for each in mine.coverage}
        for row in run.coverage:
            known = rows.get(row.operation)
            rows[row.operation] = add_rows(known, row) if known else row
        mine.coverage = list(rows.values())
        mine.created += run.created
        mine.leftovers += run.leftovers
        mine.undeletable += run.undeletable
        mine.clocked = mine.clocked or run.clocked
        mine.offer = _add_offers(mine.offer, run.offer)

    def finish(self, plan: Sequence[Case], why: str) -> None:
        """Write the results into the run; cases that nobody came to say `why`."""
        known = {case.name: case for case in plan}
        left = [
            leave_out(case, f"{NOT_JUDGED}{why}")
            for name, case in known.items()
            if name not in self._cases
        ]
        self.run.results = settle_blocked([*self._cases.values(), *left])
        self.run.plan = [each.name for each in self.run.results]
        self.run.planned = len(self.run.results)


def _better(one: Result | None, other: Result) -> Result:
    if one is None:
        return other
    requests = one.requests + other.requests
    kept = one if _weight(one.status) > _weight(other.status) else other
    return evolve(kept, requests=requests)


def _weight(status: Status) -> int:
    """Return how much a result tells: one that is red most, one that was not judged least."""
    return 2 * (status in RED) + (status in JUDGED)


def _add_offers(one: Offer, other: Offer) -> Offer:
    missing: Iterable[str] = {*one.missing, *other.missing}
    return Offer(
        tuple(sorted(missing)),
        {**one.models, **other.models},
        {**one.features, **other.features},
    )
