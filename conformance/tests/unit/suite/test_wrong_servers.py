"""Whole runs against servers that are wrong: they end soon and name what is wrong."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.suite.fake_server import Answer, Request, keyed, libraries, models, serving

from mistral_conformance import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Behaviour = Callable[[Request], Answer | None]

QUICK = ["--timeout", "0.2", "--max-examples", "3", "--rules", "schema.*", "--rules", "input.*"]


def without_models(request: Request) -> Answer | None:
    return Answer(403, {"detail": "no such route"}) if request.path == "/v1/models" else None


def run(folder: Path, operations: str, *behaviours: Behaviour) -> tuple[int, dict[str, Any]]:
    with serving(keyed, models, *behaviours) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(folder)]
        code = cli.main(["run", *arguments, *QUICK, "--operations", operations])
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return code, {each["id"]: each for each in report["rules"]}


def on_list(answer: Answer) -> Behaviour:
    def behave(request: Request) -> Answer | None:
        return answer if request.path == "/v1/libraries" else None

    return behave


def test_server_that_hangs_ends_in_errors_and_not_in_hours(tmp_path: Path) -> None:
    hangs = on_list(Answer(raw=lambda _: time.sleep(0.4)))
    code, rules = run(tmp_path, "beta.libraries.list", hangs)
    assert code == 1
    assert rules["input.no-server-error"]["status"] == "fail"
    assert "no answer within 0.2 s" in rules["input.no-server-error"]["reason"]


def hung_up_on_what_is_invalid(request: Request) -> Answer | None:
    """Close the connection where a library without a name should be refused."""
    if (request.method, request.path) != ("POST", "/v1/libraries"):
        return None
    try:
        body = json.loads(request.content)
    except ValueError:
        body = None
    named = isinstance(body, dict) and isinstance(body.get("name"), str)
    return None if named else Answer(raw=lambda _: None)


def test_what_was_not_sent_any_more_fails_no_rule(tmp_path: Path) -> None:
    """Three requests are left without an answer; what follows is not sent, and not judged."""
    with serving(models, keyed, hung_up_on_what_is_invalid, libraries) as fake:
        words = ["--base-url", fake.base_url, "--report-dir", str(tmp_path), *QUICK]
        words += ["--rules", "auth.*", "--exclude", "input.method-refused"]
        words += ["--operations", "beta.libraries.create"]
        assert cli.main(["run", *words]) == 1
    text = (tmp_path / "report.json").read_text("utf-8")
    report = json.loads(text)
    rules = {each["id"]: each for each in report["rules"]}
    assert "answered 0" not in text
    failed = [each for each in rules if rules[each]["status"] == "fail"]
    assert failed == ["input.no-server-error"]
    assert rules["auth.key-wanted"]["blocked_by"].startswith("input.no-server-error")
    (cause,) = report["causes"]
    said = "beta.libraries.create: closed the connection without an answer to an invalid request"
    assert cause["summary"].startswith(f"{said} (")


def test_server_of_libraries_alone_may_refuse_models(tmp_path: Path) -> None:
    with serving(keyed, without_models, libraries) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        cli.main(["run", *arguments, *QUICK, "--operations", "beta.libraries.list"])
    assert (tmp_path / "report.json").exists()


def test_server_errors_are_found(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.list", on_list(Answer(500, {"detail": "oops"})))
    assert code == 1
    assert rules["input.no-server-error"]["status"] == "fail"
    assert rules["input.plain-succeeds"]["status"] == "fail"


def test_run_leaves_only_its_reports_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path / "reports", "beta.libraries.create", libraries)
    assert [each.name for each in tmp_path.iterdir()] == ["reports"]


def test_answers_that_are_no_json_are_found(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.list", on_list(Answer(200, content=b"\xff{")))
    assert code == 1
    assert rules["schema.success-body"]["status"] == "fail"


def test_server_that_takes_everything_is_found(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.create", libraries)
    assert code == 1
    for rule in ("input.fault-rejected", "input.invalid-rejected"):
        assert rules[rule]["status"] in {"fail", "error"}, rule


def test_server_that_refuses_everything_is_found(tmp_path: Path) -> None:
    refuses = on_list(Answer(422, {"detail": []}))
    code, rules = run(tmp_path, "beta.libraries.list", refuses)
    assert code == 1
    assert rules["input.plain-succeeds"]["status"] == "fail"
    assert rules["input.bounds-accepted"]["status"] == "fail"


@pytest.mark.parametrize(
    ("place", "lacking"), [(["page_size"], "begin with its part"), (["query"], "name page_size")]
)
def test_what_the_place_of_a_fault_lacks_is_told(
    tmp_path: Path, place: list[str], lacking: str
) -> None:
    problem = {"loc": place, "msg": "no number", "type": "int_parsing"}
    refuses = on_list(Answer(422, {"detail": [problem]}))
    _, rules = run(tmp_path, "beta.libraries.list", refuses)
    assert lacking in rules["input.fault-named"]["reason"]


def test_undocumented_status_is_found(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.list", on_list(Answer(418, {"detail": "tea"})))
    assert code == 1
    assert rules["schema.status"]["status"] == "fail"
    assert "418" in rules["schema.status"]["reason"]


def test_what_cannot_be_prepared_is_an_error_and_no_fail(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.get", on_list(Answer(500, {"detail": "oops"})))
    assert code == 1
    assert rules["input.plain-succeeds"]["status"] == "error"
    assert "preparation failed" in rules["input.plain-succeeds"]["reason"]


def test_json_nested_too_deeply_is_no_json_and_does_not_end_the_run(tmp_path: Path) -> None:
    code, rules = run(tmp_path, "beta.libraries.list", on_list(Answer(200, content=b"[" * 100_000)))
    assert code == 1
    assert rules["schema.success-body"]["status"] == "fail"
    assert "the answer is not JSON: " in rules["schema.success-body"]["reason"]
