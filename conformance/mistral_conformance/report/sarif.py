"""The report as SARIF 2.1.0: a result for each case that is broken, or red without being a MUST."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from mistral_conformance.model.document import load_document
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "note"}


def render_sarif(report: Report) -> bytes:
    """Return the log, in UTF-8.

    Its locations are the paths of the API: readers such as GitHub's code scanning want each result
    to lie in a file, and the source of the server is not known.
    """
    rules = {each.id: each for each in report.rules}
    places = {each: at for at, each in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "mistral-conformance",
                "version": report.run.suite,
                "rules": [_rule(each) for each in rules.values()],
            }
        },
        "automationDetails": {"id": f"mistral-conformance/{report.run.profile}/"},
        "invocations": [
            {
                "executionSuccessful": not (report.run.interrupted or report.run.stopped),
                "startTimeUtc": _utc(report.run.started),
            }
        ],
        "results": [_result(each, places[each.id]) for each in report.rules if _is_told(each)],
        "columnKind": "unicodeCodePoints",
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1).encode() + b"\n"


def _is_told(case: CaseResult) -> bool:
    return case.red or case.status is Status.ERROR


def _utc(text: str) -> str:
    return text.replace("+00:00", "Z")


def _rule(case: CaseResult) -> dict[str, Any]:
    whole = f"{case.sentence} Source: {case.source}.".strip()
    return {
        "id": case.id,
        "shortDescription": {"text": case.sentence or case.id},
        "fullDescription": {"text": whole},  # GitHub refuses a rule without one
        "help": {"text": whole},
        "defaultConfiguration": {"level": LEVELS[case.level]},
        "properties": {"tags": [case.family, str(case.level)]},
    }


def _result(case: CaseResult, rule: int) -> dict[str, Any]:
    words = f"{case.reason or case.sentence} ({case.name})"
    found: dict[str, Any] = {
        "ruleId": case.id,
        "ruleIndex": rule,
        "level": LEVELS[case.level],
        "message": {"text": words},
        "locations": [_location(case)],
        "partialFingerprints": {"case/v1": hashlib.sha256(case.name.encode()).hexdigest()},
    }
    if case.known:
        found["suppressions"] = [{"kind": "external", "justification": case.known}]
    if case.evidence:
        found["properties"] = {"curl": case.evidence[0].curl, "cause": case.cause}
    return found


def _location(case: CaseResult) -> dict[str, Any]:
    operation = (case.symptom.operation if case.symptom else "") or case.operations[0]
    known = load_document().operations.get(operation)
    if known:
        path = known.path
    else:
        path = urlsplit(case.evidence[0].request.url).path if case.evidence else operation
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path.lstrip("/") or operation, safe="/")},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"fullyQualifiedName": operation, "kind": "function"}],
    }
