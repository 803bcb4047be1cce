"""Measure what each rule and law of the suite sends, and write it for `mistral-conformance plan`.

    scripts/measure_requests.py

Judges some cases of each rule on a mock in this process and writes, by rule, how many these were,
how many requests went to each operation, and what they used. Takes some minutes. Run it after rules
were added or changed a lot: a rule that was not measured counts as its family's mean.
"""

from __future__ import annotations

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
from mistral_conformance.running.plan import make_plan, select_operations
from mistral_conformance.running.runner import judge
from mistral_conformance.session.prices import usage_of

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.running.plan import Case

PROFILE = "seed"
MOST = 5
"""So many cases of one rule are measured."""
PLACE = Path(__file__).parents[1] / "conformance/mistral_conformance/running/requests.json"


class Measure:
    """Counts what one rule sends."""

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
        """As JSON."""
        used = dict(sorted(self.used.items()))
        return {
            "cases": self.cases,
            "requests": dict(sorted(self.requests.items())),
            **({"used": used} if used else {}),
        }


def main() -> int:
    """Measure and write; the exit code."""
    document = load_document()
    operations = select_operations(document, PROFILE)
    plan = _some(make_plan(document, [*load_rules(), *load_laws()], operations, PROFILE))
    measured: dict[str, Measure] = {}
    with mock_session() as session:
        heard: list[Exchange] = []
        session.wire.hear = heard.append
        for number, case in enumerate(plan):
            heard.clear()
            judge(session, case)
            session.sweep(everything=False)
            measure = measured.setdefault(case.rule.id, Measure())
            measure.cases += 1
            for each in heard:
                measure.see(each)
            if number % 100 == 0:
                print(f"{number} of {len(plan)}", flush=True)
    rules = {name: each.plain() for name, each in sorted(measured.items())}
    told = {"measured": str(datetime.now(UTC).date()), "rules": rules}
    PLACE.write_text(
        json.dumps(told, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n"
    )
    return 0


def _some(plan: list[Case]) -> list[Case]:
    """Some cases of each rule, from the first to the last."""
    by_rule: dict[str, list[Case]] = {}
    for each in plan:
        by_rule.setdefault(each.rule.id, []).append(each)
    steps = ((each, max(1, len(each) // MOST)) for each in by_rule.values())
    return [case for cases, step in steps for case in cases[::step][:MOST]]


if __name__ == "__main__":
    sys.exit(main())
