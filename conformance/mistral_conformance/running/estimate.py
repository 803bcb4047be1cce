"""What a run would send, make and cost, told before anything is sent.

How many requests a rule sends was measured on the mock, see `measures`; another server may get some
more or fewer. Prices are those of `session/prices.toml`.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import load_targets
from mistral_conformance.running.measures import add_to, measure_of, whole_measure
from mistral_conformance.session.budget import READING
from mistral_conformance.session.creations import load_kinds
from mistral_conformance.session.prices import load_prices, untold_costs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_conformance.model.document import Document
    from mistral_conformance.running.plan import Case

CHAT = "chat"
DELETING = "DELETE"


@frozen
class Asked:
    """What one operation is asked to spend: the model where it is known, and how much, by unit."""

    operation: str
    ability: str
    model: str
    used: dict[str, float]

    @property
    def cost(self) -> tuple[float, float] | None:
        """The least and the most that it costs, in US dollars; None where no price is known."""
        prices = load_prices()
        names = [self.model] if self.model else list(prices.models)
        found = [prices.of(name, self.used) for name in names if self._fits(prices.models, name)]
        known = [each for each in found if each is not None]
        return (min(known), max(known)) if known else None

    def _fits(self, models: Mapping[str, Mapping[str, float]], name: str) -> bool:
        """Say whether a model is priced by what the operation uses."""
        return {unit for unit, amount in self.used.items() if amount} <= models.get(name, {}).keys()


@define
class Estimate:
    """About what a plan sends: requests by kind, creations by operation, and what is asked for."""

    cases: int = 0
    requests: Counter[str] = field(factory=Counter)
    creations: Counter[str] = field(factory=Counter)
    asked: list[Asked] = field(factory=list)
    untold: Counter[str] = field(factory=Counter)
    """Requests to operations that use models later, whose cost no answer tells."""

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())

    @property
    def cost(self) -> tuple[float, float]:
        """The least and the most of what is known, in US dollars."""
        known = [each.cost for each in self.asked if each.cost]
        return sum(low for low, _ in known), sum(high for _, high in known)

    @property
    def unknown(self) -> list[Asked]:
        """What no price is known of."""
        return [each for each in self.asked if each.cost is None]


def estimate(
    document: Document, plan: Sequence[Case], models: Mapping[str, str], *, read_only: bool = False
) -> Estimate:
    """Return the estimate of a plan; `models` name a model by what it is able to do."""
    sent: dict[str, float] = {}
    used: dict[str, dict[str, float]] = {}
    for case in plan:
        requests, amounts = _of_case(case)
        add_to(sent, requests)
        for operation, units in amounts.items():
            add_to(used.setdefault(operation, {}), units)
    if read_only:
        reading = [each for each in sent if _method(document, each) in READING]
        sent, used = {each: sent[each] for each in reading}, {}
    found = Estimate(len(plan))
    for operation, count in sent.items():
        rounded = round(count) or 1
        found.requests[_kind(document, operation, used)] += rounded
        if operation in load_kinds() and _method(document, operation) not in READING:
            found.creations[operation] += rounded
        if operation in untold_costs():
            found.untold[operation] += rounded
    for operation, units in sorted(used.items()):
        ability = _ability(operation)
        found.asked.append(Asked(operation, ability, models.get(ability, ""), units))
    return found


def _of_case(case: Case) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return the requests of one case by operation, and what they use.

    What a rule over each operation sends to one, it is taken to send to the case's own.
    """
    measure = measure_of(case)
    cases = measure["cases"]
    used = {
        operation: {unit: amount / cases for unit, amount in units.items()}
        for operation, units in measure.get("used", {}).items()
    }
    if case.operation is None:
        return {name: count / cases for name, count in measure["requests"].items()}, used
    total = sum(measure["requests"].values()) / cases
    own = _typical_use(case.operation.id)
    return {case.operation.id: total}, {case.operation.id: _times(own, total)} if own else {}


@cache
def _typical_use(operation: str) -> dict[str, float]:
    """Return what one request to an operation uses, as the mean of all that was measured."""
    whole = whole_measure()
    count = whole["requests"].get(operation, 0)
    units = whole["used"].get(operation, {})
    return {unit: amount / count for unit, amount in units.items()} if count else {}


def _times(units: Mapping[str, float], factor: float) -> dict[str, float]:
    return {unit: amount * factor for unit, amount in units.items()}


def _kind(document: Document, operation: str, used: Mapping[str, object]) -> str:
    method = _method(document, operation)
    if operation in used or operation in untold_costs():
        return "ask a model"
    if method in READING:
        return "read"
    if operation in load_kinds():
        return "create"
    return "delete" if method == DELETING else "change, or are refused"


def _method(document: Document, operation: str) -> str:
    known = document.operations.get(operation)
    return known.method if known else "GET"


def _ability(operation: str) -> str:
    """Return what the model of an operation has to be able to do."""
    known = load_samples().get(operation)
    word = str((known.body or {}).get("model", "")).removeprefix("$") if known else ""
    target = load_targets().get(word)
    return target.ability if target and target.ability else CHAT
