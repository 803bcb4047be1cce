from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import drift
import pytest
import yaml
from tests.unit.changes.change_corpus import document

if TYPE_CHECKING:
    from pathlib import Path

QUERY = {"name": "size", "in": "query", "schema": {"type": "integer"}}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """An old document in JSON, and a new one in YAML, packed, where a parameter is gone."""
    old, new = tmp_path / "old.json", tmp_path / "new.yaml.gz"
    old.write_text(json.dumps(document({"parameters": [QUERY]})))
    new.write_bytes(gzip.compress(yaml.safe_dump(document({})).encode()))
    return str(old), str(new)


def test_a_report_in_json_has_all_that_is_known(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift.main([*files, "--format", "json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change | {"sentence": ""} == {
        "severity": "breaking",
        "rule": "parameter-removed",
        "side": "request",
        "pointer": "#/paths/~1v1~1shelves~1{shelf_id}/get/parameters/1",
        "pointers": ["#/paths/~1v1~1shelves~1{shelf_id}/get/parameters/1"],
        "operation": "GET /v1/shelves/{shelf_id}",
        "client_method": None,
        "operations": [{"operation": "GET /v1/shelves/{shelf_id}", "client_method": None}],
        "severity_for_servers": "compatible",
        "sentence": "",
    }
    assert "Stop sending `size`" in change["sentence"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_report_for_people_names_rule_and_operation(
    files: tuple[str, str], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift.main([*files, "--format", form]) == 0
    told = capsys.readouterr().out
    assert "parameter-removed" in told
    assert "GET /v1/shelves/{shelf_id}" in told
    assert "1 breaking" in told


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_operations_of_a_change_are_counted_and_all_listed(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, parameters in zip(files, ([QUERY], []), strict=True):
        tree = document({"parameters": parameters})
        operation = tree["paths"]["/v1/shelves/{shelf_id}"]["get"]
        tree["paths"] = {f"/v1/racks{at}/{{shelf_id}}": {"get": operation} for at in range(4)}
        file.write_text(json.dumps(tree))
    assert drift.main([*map(str, files), "--format", form]) == 0
    told = capsys.readouterr().out
    assert told.count("Stop sending `size`") == 1
    assert "4 operations" in told
    assert all(f"GET /v1/racks{at}/" in told for at in range(4))


@pytest.mark.parametrize(("level", "code"), [("breaking", 1), ("risky", 1), ("compatible", 1)])
def test_a_change_as_bad_as_the_level_fails(files: tuple[str, str], level: str, code: int) -> None:
    assert drift.main([*files, "--fail-on", level]) == code


def test_no_change_as_bad_as_the_level_passes(files: tuple[str, str]) -> None:
    assert drift.main([files[1], files[0], "--fail-on", "breaking"]) == 0


def test_equal_documents_have_no_changes(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift.main([files[0], files[0], "--fail-on", "compatible"]) == 0
    assert capsys.readouterr().out == "nothing changed\n"


def test_a_document_that_cannot_be_read_is_named(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "swagger.json"
    broken: dict[str, Any] = {"swagger": "2.0", "paths": {}}
    wrong.write_text(json.dumps(broken))
    assert drift.main([files[0], str(wrong)]) == 2
    assert "swagger.json is not an OpenAPI 3 document" in capsys.readouterr().err
