"""What each rule and law was measured to send: `requests.json`, which a script writes."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_conformance.running.plan import Case


@cache
def measurements() -> dict[str, Any]:
    """Return what was measured: the day, and by rule and group the cases, requests and use."""
    text = files("mistral_conformance.running").joinpath("requests.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def measure_of(case: Case) -> dict[str, Any]:
    """Return the measure of a case's rule in its group, or in all, or of its family, or all."""
    return _measure(case.rule.id, group_of(case))


def group_of(case: Case) -> str:
    """Return the operation group that a case is about, such as `libraries`; empty if there is none.

    Of several it is that of the first operation.
    """
    first = [case.operation.id] if case.operation else list(case.rule.operations[:1])
    return first[0].removeprefix("beta.").partition(".")[0] if first else ""


@cache
def _measure(rule: str, group: str) -> dict[str, Any]:
    rules = measurements()["rules"]
    if rule in rules:
        own: dict[str, dict[str, Any]] = rules[rule]
        return own[group] if group in own else add(list(own.values()))
    family = rule.partition(".")[0]
    near = [each for name, each in rules.items() if name.partition(".")[0] == family]
    return add([each for groups in near or rules.values() for each in groups.values()])


def whole_measure() -> dict[str, Any]:
    """Return the sum of all that was measured."""
    return add([each for own in measurements()["rules"].values() for each in own.values()])


def add_to(sums: dict[str, float], more: Mapping[str, float]) -> None:
    """Add amounts by name."""
    for name, amount in more.items():
        sums[name] = sums.get(name, 0.0) + amount


def add(measures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sum of measures, as one."""
    requests: dict[str, float] = {}
    used: dict[str, dict[str, float]] = {}
    for each in measures:
        add_to(requests, each["requests"])
        for operation, units in each.get("used", {}).items():
            add_to(used.setdefault(operation, {}), units)
    return {"cases": sum(each["cases"] for each in measures), "requests": requests, "used": used}
