"""Measure what each rule and law of the suite sends, and write it for `mistral-conformance plan`.

    scripts/measure_requests.py

Judges the whole plan on a mock in this process, as a run does, and writes by rule and by group of
operations how many cases these were, how many requests went to each operation, and what they used.
Takes some minutes. Run it after rules were added or changed a lot: a rule that was not measured
counts as its family's mean.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.rules import load_rules
from mistral_conformance.running.measures import group_of
from mistral_conformance.running.plan import WHOLE, make_plan, select_operations
from mistral_conformance.running.runner import judge_all
from mistral_conformance.session.prices import usage_of

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange

PLACE = Path(__file__).parents[1] / "conformance/mistral_conformance/running/requests.json"


class Measure:
    """Counts what one rule sends in one group."""

    def __init__(self) -> None:
        self.cases = 0
        self.requests: Counter[str] = Counter()
        self.used: dict[str, dict[str, float]] = {}

    def see(self, exchange: Exchange) -> None:
        """Count one exchange."""
        self.requests[exchange.operation] += 1
        for unit, amount in usage_of(exchange).items():
            sums = self.used.setdefault(exchange.operation, {})
            sums[unit] = round(sums.get(unit, 0.0) + amount, 3)

    def plain(self) -> dict[str, Any]:
        """Return as JSON."""
        used = dict(sorted(self.used.items()))
        return {
            "cases": self.cases,
            "requests": dict(sorted(self.requests.items())),
            **({"used": used} if used else {}),
        }


def main() -> int:
    """Measure and write; the exit code."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    rules = {
        rule: {group: each.plain() for group, each in sorted(groups.items())}
        for rule, groups in sorted(measure().items())
    }
    told = {"measured": str(datetime.now(UTC).date()), "rules": rules}
    PLACE.write_text(
        json.dumps(told, indent=None, separators=(",", ":")).replace('}},"', '}},\n"') + "\n"
    )
    return 0


def measure() -> dict[str, dict[str, Measure]]:
    """Return what a whole run sends, by rule and by group."""
    document = load_document()
    operations = select_operations(document, WHOLE)
    plan = make_plan(document, [*load_rules(), *load_laws()], operations)
    measured: dict[str, dict[str, Measure]] = {}
    with mock_session() as session:
        heard: list[Exchange] = []
        session.wire.hear = heard.append
        for number, (case, _) in enumerate(zip(plan, judge_all(session, plan), strict=True)):
            groups = measured.setdefault(case.rule.id, {})
            own = groups.setdefault(group_of(case), Measure())
            own.cases += 1
            for each in heard:
                own.see(each)
            heard.clear()
            if number % 100 == 0:
                print(f"{number} of {len(plan)}", flush=True)
    return measured


if __name__ == "__main__":
    sys.exit(main())
