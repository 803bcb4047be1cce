"""The register of evidence against a server: each entry is confirmed, refuted, or not met."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from mistral_conformance import cli
from mistral_conformance.laws import load_laws
from mistral_conformance.laws.annotations import load_judged
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session, silence
from mistral_conformance.mutants.registry import load_mutants
from mistral_conformance.report.calibration import Calibrated, Finding, calibrate
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan
from mistral_conformance.running.runner import judge_all
from mistral_conformance.verdict.outcome import Result, Status
from mistral_openapi.evidence import load_evidence

if TYPE_CHECKING:
    from mistral_conformance.running.plan import Case

ROOT = Path(__file__).parents[4]
ALTERED = [
    ("deletes.library-answers-202", "libraries.delete-200-or-204"),
    ("deletes.document-answers-200", "documents.delete-204"),
]


def _calibrate() -> dict[str, Calibrated]:
    """What the rules about deletions say of the register."""
    with mock_session() as session, silence():
        rules = [each for each in load_rules() if each.family == "deletes"]
        plan = make_plan(load_document(), rules, list(load_document().operations))
        found = calibrate(list(judge_all(session, plan)))
    return {each.entry.id: each for each in found}


@pytest.mark.parametrize(("defect", "entry"), ALTERED)
def test_a_server_that_does_otherwise_refutes_the_entry(defect: str, entry: str) -> None:
    assert _calibrate()[entry].finding is Finding.CONFIRMED
    with load_mutants()[defect].applied():
        refuted = _calibrate()[entry]
    assert refuted.finding is Finding.REFUTED
    assert refuted.place == f"openapi/evidence/{entry.partition('.')[0]}.yaml"


def _cases() -> list[Case]:
    document = load_document()
    return make_plan(document, load_laws(), list(document.operations))


@pytest.mark.parametrize("entry", load_judged())
def test_each_entry_that_laws_judge_is_cited_by_all_their_cases(entry: str) -> None:
    assert entry in load_evidence()
    citing = [each.name for each in _cases() if entry in each.rule.source.split("; ")]
    for law, subjects in load_judged()[entry].items():
        for pattern in subjects:
            name = f"{law}[{pattern}]".replace("[", "[[]", 1)
            assert any(fnmatchcase(each, name) for each in citing), (law, pattern)


def test_a_law_that_finds_a_fault_refutes_what_the_register_says() -> None:
    entry = "libraries.null-clears-description"
    case = next(each for each in _cases() if each.name == "values.null-clears[library.description]")
    results = {
        status: calibrate([Result(case.rule, None, status, subject=case.subject)])
        for status in (Status.PASS, Status.FAIL)
    }
    told = {
        status: next(each.finding for each in found if each.entry.id == entry)
        for status, found in results.items()
    }
    assert told == {Status.PASS: Finding.CONFIRMED, Status.FAIL: Finding.REFUTED}


@pytest.mark.parametrize("entry", load_evidence())
def test_each_entry_is_in_the_file_that_a_calibration_names(entry: str) -> None:
    path = ROOT / "openapi" / "evidence" / f"{entry.partition('.')[0]}.yaml"
    assert entry in {each["id"] for each in yaml.safe_load(path.read_text("utf-8"))}


def test_what_was_not_tried_is_not_met() -> None:
    assert {each.finding for each in calibrate([])} == {Finding.NOT_MET}


def test_a_calibration_writes_findings_and_a_recording_without_keys(tmp_path: Path) -> None:
    selection = ["--rules", "deletes.*", "--profile", "libraries"]
    arguments = ["--embedded-mock", "--report-dir", str(tmp_path), *selection]
    assert cli.main(["calibrate", *arguments]) == 0
    findings = json.loads((tmp_path / "calibration.json").read_text())
    assert {each["finding"] for each in findings} == {"confirmed", "not met"}
    recording = (tmp_path / "recording.jsonl").read_text()
    assert recording.count("\n") > 3
    assert "conformance-caller-key" not in recording
    assert (
        cli.main(["judge", str(tmp_path / "recording.jsonl"), "--report-dir", str(tmp_path)]) == 0
    )


def test_the_live_api_is_not_calibrated_by_accident(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = ["--base-url", "https://api.mistral.ai", "--report-dir", str(tmp_path)]
    assert cli.main(["calibrate", *live]) == 2
    told = capsys.readouterr()
    assert "--yes-live" in told.err
    assert "requests" in told.out
