"""What each rule and law was measured to send: `requests.json`, which a script writes."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@cache
def measurements() -> dict[str, Any]:
    """What was measured: the day, and by rule the cases, their requests and what these used."""
    text = files("mistral_conformance.running").joinpath("requests.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def measure_of(rule: str) -> dict[str, Any]:
    """The measure of a rule, or the sum of its family's, or of all."""
    rules = measurements()["rules"]
    if rule in rules:
        own: dict[str, Any] = rules[rule]
        return own
    group = rule.partition(".")[0]
    family = [each for name, each in rules.items() if name.partition(".")[0] == group]
    return add(family or list(rules.values()))


def add_to(sums: dict[str, float], more: Mapping[str, float]) -> None:
    """Add amounts by name."""
    for name, amount in more.items():
        sums[name] = sums.get(name, 0.0) + amount


def add(measures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of measures, as one."""
    requests: dict[str, float] = {}
    used: dict[str, dict[str, float]] = {}
    for each in measures:
        add_to(requests, each["requests"])
        for operation, units in each.get("used", {}).items():
            add_to(used.setdefault(operation, {}), units)
    return {"cases": sum(each["cases"] for each in measures), "requests": requests, "used": used}
