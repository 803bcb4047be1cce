"""Schemathesis over the document: how its events are read, what is known, and a short sample."""

from __future__ import annotations

import itertools
import json
import re
from base64 import b64encode
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import run_schemathesis
from fuzzing.findings import Explanation, Finding, read_explanations, unexplained
from fuzzing.reports import Report, load_report, read_report, save_report

from mistral_openapi import operations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LIST, GET = "GET /v1/models", "GET /v1/models/{model_id}"
REFUSED = Finding(LIST, "ST202", "Request rejected", "400", "It is valid\nInvalid model: x")
ABSENT = Finding(LIST, "ST101", "Server error", "501", "\nnot implemented")
SILENT = Finding(GET, "ST112", "Timeout", "", "No answer\n")
FINDINGS = [REFUSED, ABSENT, SILENT]
ENDED = {"EngineFinished": {"stop_reason": "completed"}}
WHOLE = Report(
    name="models", complete=True, cases=6, operations=2, took=2.5, findings=tuple(FINDINGS)
)


def make_scenario(*findings: Finding) -> dict[str, Any]:
    """The event of a scenario with one request for each finding, and one that went well."""
    recorder: dict[str, Any] = {"cases": {}, "interactions": {}, "checks": {}}
    for name, finding in enumerate(findings):
        message, _, text = finding.said.partition("\n")
        failure = {"code": finding.code, "title": finding.title, "message": message}
        recorder["cases"][str(name)] = make_case(finding.operation)
        recorder["checks"][str(name)] = [
            {"name": "other", "status": "success"},
            {"name": "check", "status": "failure", "failure_info": {"failure": failure}},
        ]
        content = {"$base64": b64encode(text.encode()).decode()}
        answer = (
            {"status_code": int(finding.status), "content": content} if finding.status else None
        )
        recorder["interactions"][str(name)] = {"response": answer}
    recorder["cases"]["well"] = make_case(LIST)
    return {"ScenarioFinished": {"recorder": recorder}}


def make_case(operation: str) -> dict[str, Any]:
    method, path = operation.split(" ")
    return {"value": {"method": method, "path": path}}


def read_events(folder: Path, *events: dict[str, Any], torn: str = "") -> Report:
    """The report of these events, a line each, and of a line that was not finished."""
    path = folder / "events.ndjson"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events) + torn)
    return read_report("models", path, 2.5)


def test_events_tell_findings_requests_and_operations(tmp_path: Path) -> None:
    report = read_events(tmp_path, make_scenario(*FINDINGS), make_scenario(REFUSED), ENDED)
    assert report == WHOLE


def test_methods_that_the_document_lacks_are_no_operations_of_it(tmp_path: Path) -> None:
    other = Finding("TRACE /v1/models", "ST110", "Unsupported method", "200", "It answers\n")
    assert read_events(tmp_path, make_scenario(other), ENDED).operations == 1


@pytest.mark.parametrize("last", [None, {"EngineFinished": {"stop_reason": "interrupted"}}])
def test_a_run_that_was_stopped_is_not_complete(
    tmp_path: Path, last: dict[str, Any] | None
) -> None:
    events = [make_scenario(REFUSED), *([last] if last else [])]
    report = read_events(tmp_path, *events, torn='{"ScenarioFin')
    assert not report.complete
    assert report.findings == (REFUSED,)


def test_operations_that_cannot_be_tried_are_findings(tmp_path: Path) -> None:
    error = {"value": {"type": "Unsatisfiable", "message": "no such data"}, "label": LIST}
    [finding] = read_events(tmp_path, {"NonFatalError": error}, ENDED).findings
    assert (finding.operation, finding.code, finding.title) == (LIST, "error", "Unsatisfiable")


def test_a_report_that_is_kept_comes_back(tmp_path: Path) -> None:
    save_report(WHOLE, tmp_path / "kept" / "models.json")
    assert load_report(tmp_path / "kept" / "models.json") == WHOLE


@pytest.mark.parametrize(
    ("code", "where", "status", "says", "left"),
    [
        ("ST202", "*", "", "", [ABSENT, SILENT]),
        ("ST202", "*", "400", "Invalid model", [ABSENT, SILENT]),
        ("ST202", "*", "400", "Invalid voice", FINDINGS),
        ("ST202", "*", "422", "", FINDINGS),
        ("ST202", "GET /v1/models/*", "", "", FINDINGS),
        ("ST112", "GET /v1/models/*", "", "No answer", [REFUSED, ABSENT]),
    ],
)
def test_a_row_explains_its_code_and_place_and_status_and_words(
    code: str, where: str, status: str, says: str, left: Sequence[Finding]
) -> None:
    known = [Explanation(code, "It is so.", where, status, says)]
    assert unexplained(FINDINGS, known) == list(left)


def test_what_is_left_is_told_once_for_each_kind() -> None:
    again = Finding(LIST, "ST202", "Request rejected", "400", "It is valid\nInvalid model: y")
    assert unexplained([REFUSED, again, SILENT], []) == [REFUSED, SILENT]


def test_every_known_finding_has_a_reason_and_an_operation() -> None:
    places = [f"{one.method} {one.path}" for one in operations()]
    for row in read_explanations():
        assert row.reason.strip().endswith(".")
        at = [Finding(place, row.code, "", row.status, row.says) for place in places]
        assert any(row.explains(finding) for finding in at), row.where


def test_every_known_finding_says_what_the_answer_says() -> None:
    assert [row for row in read_explanations() if not row.says] == []


def test_the_parts_try_every_operation_once_by_itself() -> None:
    tried = Counter[str]()
    for part in run_schemathesis.make_parts():
        if part.name != run_schemathesis.STATEFUL:
            chosen = dict(itertools.pairwise(part.options))
            within = re.compile(chosen["--include-path-regex"])
            without = re.compile(chosen.get("--exclude-path-regex", "^$"))
            tried.update(
                one.id
                for one in operations()
                if within.search(one.path) and not without.search(one.path)
            )
    assert tried == Counter(one.id for one in operations())


def test_a_finished_part_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_schemathesis, "REPORTS", tmp_path)
    left = Finding(LIST, "ST999", "Unheard of", "200", "It is new\n")
    save_report(attrs.evolve(WHOLE, findings=(left,)), tmp_path / "models.json")
    assert run_schemathesis.main(["--resume", "--part", "models"]) == 1
    assert f"not explained: {left}" in capsys.readouterr().out


def test_a_sample_of_operations_keeps_what_the_document_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sample = ["models.list", "embeddings.create", "beta.libraries.create", "fim.complete"]
    chosen = [word for name in sample for word in ("--include-operation-id", name)]
    code = run_schemathesis.main([*chosen, "--phases", "examples,coverage"])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "chosen: 4 operations" in printed


def test_a_run_that_does_not_start_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_schemathesis.main(["--no-such-option"]) == 2
    assert "no-such-option" in capsys.readouterr().out
