"""The events that Schemathesis writes, a JSON object a line, and what is kept of them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import attrs

from fuzzing.findings import Finding
from mistral_openapi import operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@attrs.frozen(kw_only=True)
class Report:
    """What one run found; `complete` when Schemathesis came to its end, `took` in seconds."""

    name: str
    complete: bool
    cases: int
    operations: int
    took: float
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        end = "" if self.complete else ", not to its end"
        return (
            f"{self.name}: {self.operations} operations, {self.cases} requests, "
            f"{len(self.findings)} findings, {self.took:.0f} s{end}"
        )


def read_report(name: str, events: Path, took: float) -> Report:
    """Return what the events of a run tell."""
    complete, cases, tried, findings = False, 0, set[str](), dict[Finding, None]()
    for kind, event in _read_events(events):
        complete = complete or (kind == "EngineFinished" and event["stop_reason"] == "completed")
        if kind == "ScenarioFinished":
            sent = event["recorder"].get("cases", {})
            cases += len(sent)
            tried |= {_operation(case["value"]) for case in sent.values()}
        findings |= dict.fromkeys(_read_findings(kind, event))
    known = {f"{each.method} {each.path}" for each in operations()}
    return Report(
        name=name,
        complete=complete,
        cases=cases,
        operations=len(tried & known),
        took=took,
        findings=tuple(findings),
    )


def save_report(report: Report, path: Path) -> None:
    """Keep a report for `load_report`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(attrs.asdict(report), indent=1), encoding="utf-8")


def load_report(path: Path) -> Report:
    """Return a report that was kept."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Report(**{**kept, "findings": tuple(Finding(**each) for each in kept["findings"])})


def _read_events(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.exists():  # Schemathesis did not start
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:  # the line that a run was stopped in
                return
            yield from event.items()


def _read_findings(kind: str, event: dict[str, Any]) -> Iterator[Finding]:
    if kind in {"NonFatalError", "FatalError"}:
        error = event.get("value") or event.get("exception") or {}
        yield Finding(event.get("label", ""), "error", error.get("type", ""), "", str(error))
    elif kind == "ScenarioFinished":
        recorder = event["recorder"]
        for case, checks in recorder.get("checks", {}).items():
            answer = recorder.get("interactions", {}).get(case, {}).get("response") or {}
            operation = _operation(recorder["cases"][case]["value"])
            for check in checks:
                if failed := check.get("failure_info"):
                    yield _make_finding(operation, failed["failure"], answer)


def _make_finding(operation: str, failure: dict[str, Any], answer: dict[str, Any]) -> Finding:
    content = answer.get("content") or {}
    text = base64.b64decode(content.get("$base64", "")).decode(errors="replace")
    return Finding(
        operation,
        failure["code"],
        failure["title"],
        str(answer.get("status_code", "")),
        f"{failure['message']}\n{text}",
    )


def _operation(case: dict[str, Any]) -> str:
    return f"{case['method']} {case['path']}"
