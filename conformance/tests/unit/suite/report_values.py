"""Reports as values, for tests of what is made of them."""

from __future__ import annotations

from typing import Any

from mistral_conformance.report.model import CaseResult, Cleanup, Report, RunInfo, Target
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

RUN: dict[str, Any] = {
    "id": "run1",
    "suite": "0",
    "started": "2026-05-01T10:00:00+00:00",
    "elapsed_s": 1.0,
    "seed": 0,
    "max_examples": 20,
    "profile": "libraries",
    "operations": ("models.list",),
    "rules": (),
    "interrupted": False,
    "holds": True,
}
CASE: dict[str, Any] = {
    "subject": "",
    "sentence": "It holds.",
    "level": Level.MUST,
    "source": "test",
    "operations": ("models.list",),
    "status": Status.PASS,
    "reason": "",
    "blocked_by": "",
    "cause": "",
    "reproduce": "",
    "elapsed_s": 0.1,
    "evidence": (),
}


def case(rule: str = "tried.rule", **changed: Any) -> CaseResult:
    """One judged case."""
    family = rule.partition(".")[0]
    return CaseResult(**{**CASE, "id": rule, "name": rule, "family": family, **changed})


def report(*cases: CaseResult, run: dict[str, Any] | None = None, **changed: Any) -> Report:
    """A report of the cases."""
    counts = {
        level: {
            str(status): sum(each.level is level and each.status is status for each in cases)
            for status in Status
        }
        for level in Level
    }
    whole: dict[str, Any] = {
        "run": RunInfo(**{**RUN, **(run or {})}),
        "target": Target("http://127.0.0.1:1", clock=False, identities=("caller",)),
        "summary": counts,
        "must_unjudged": 0,
        "causes": (),
        "rules": cases,
        "coverage": (),
        "cleanup": Cleanup(0, ()),
        **changed,
    }
    return Report(**whole)
