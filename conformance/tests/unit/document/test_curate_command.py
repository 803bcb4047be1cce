from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import curate
import lint_document
import pytest
from document.bundle import bundle, read_parts
from document.ordering import arrange
from document.yaml_text import read_yaml
from import_facts import import_facts

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPTS = Path(curate.__file__).parent


@pytest.fixture
def imported(folder: Path, upstream_file: Path) -> Path:
    """The small `openapi` folder with its facts, not yet curated."""
    import_facts([str(upstream_file)], folder)
    return folder


def _run(folder: Path, *options: str) -> int:
    return curate.main(["--folder", str(folder), *options])


def test_both_files_hold_the_same_document(imported: Path) -> None:
    assert _run(imported) == 0
    readable = read_yaml((imported / "mistral.yaml").read_text(), "mistral.yaml")
    assert readable == json.loads((imported / "mistral_openapi/document.json").read_text())
    assert readable["paths"]["/v1/books"]["get"]["operationId"] == "books.list"


def test_facts_corrections_and_prose_are_all_in_it(imported: Path) -> None:
    _run(imported)
    document = json.loads((imported / "mistral_openapi/document.json").read_text())
    operation = document["paths"]["/v1/shelves/{shelf_id}"]["get"]
    assert operation["x-mistral-upstream-id"] == "shelf_get_v1"
    assert operation["operationId"] == "shelves.get"
    assert operation["summary"] == "Get one shelf"
    assert document["info"]["version"] == "2026-05-01"


def test_the_register_of_evidence_is_written_for_programs(imported: Path) -> None:
    _run(imported)
    register = json.loads((imported / "mistral_openapi/evidence.json").read_text())
    assert register["places"]["catalogue"]["when"] == "2026-05-01"
    assert [(each["id"], each["seen"], each["why"]) for each in register["entries"]] == [
        ("shelves.stand", [["catalogue", "page 3"]], ""),
        ("shelves.lean", [], "No page says so."),
    ]


def test_the_order_is_the_same_for_every_operation_and_schema(imported: Path) -> None:
    _run(imported)
    document = json.loads((imported / "mistral_openapi/document.json").read_text())
    assert list(document) == [
        "openapi", "info", "servers", "security", "tags", "paths", "components",
    ]  # fmt: skip
    assert list(document["paths"]) == ["/v1/books", "/v1/shelves/{shelf_id}"]
    assert list(document["paths"]["/v1/books"]["get"])[:4] == [
        "operationId", "tags", "summary", "description",
    ]  # fmt: skip
    assert list(document["components"]["schemas"]) == ["Book", "Shelf", "Wood"]
    properties = document["components"]["schemas"]["Shelf"]["properties"]
    assert list(properties) == ["title", "description", "books", "wood"]


def test_a_path_comes_before_the_paths_below_it_whatever_file_they_are_in() -> None:
    paths: dict[str, dict[str, object]] = {"/b/{id}/c": {}, "/b-b": {}, "/b": {}, "/a": {}}
    arranged = arrange({"components": {}, "paths": paths})
    assert list(arranged["paths"]) == ["/a", "/b", "/b/{id}/c", "/b-b"]


def test_the_version_is_the_day_of_the_newest_upstream_document(
    folder: Path, upstream_file: Path
) -> None:
    older = upstream_file.with_name("older-2026-01-01.yaml")
    shutil.copy(upstream_file, older)
    import_facts([str(older), str(upstream_file)], folder)
    assert bundle(read_parts(folder))["info"]["version"] == "2026-05-01"


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_bytes_depend_on_nothing_but_the_input(
    imported: Path,
    upstream_file: Path,
    tmp_path: Path,
    contents: Callable[[Path], dict[str, bytes]],
    seed: str,
) -> None:
    _run(imported)
    elsewhere = tmp_path / f"another place {seed}"
    shutil.copytree(imported, elsewhere)
    for written in ("facts", "mistral.yaml", "mistral_openapi"):
        _remove(elsewhere / written)
    environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    for script, upstreams in (("import_facts.py", [upstream_file]), ("curate.py", [])):
        subprocess.run(
            [sys.executable, SCRIPTS / script, "--folder", elsewhere, *upstreams],
            check=True,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
        )
    assert contents(elsewhere) == contents(imported)


def _remove(path: Path) -> None:
    """Remove a file or a whole folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def test_check_is_content_with_fresh_files(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(imported)
    assert _run(imported, "--check") == 0
    assert "up to date" in capsys.readouterr().out


def test_check_shows_an_edit_by_hand_as_a_diff_and_keeps_it(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(imported)
    path = imported / "mistral.yaml"
    edited = path.read_text().replace("summary: Get one shelf", "summary: Grab one shelf")
    path.write_text(edited)
    assert _run(imported, "--check") == 1
    told = capsys.readouterr()
    assert "-      summary: Grab one shelf" in told.out
    assert "+      summary: Get one shelf" in told.out
    assert "run: python scripts/curate.py" in told.err
    assert path.read_text() == edited


def test_check_finds_prose_that_is_newer_than_the_document(imported: Path) -> None:
    _run(imported)
    prose = imported / "prose/all.yaml"
    prose.write_text(prose.read_text().replace("Gives it.", "Hands it over."))
    assert _run(imported, "--check") == 1


def test_check_finds_a_missing_file(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(imported)
    (imported / "mistral_openapi/document.json").unlink()
    assert _run(imported, "--check") == 1
    assert "document.json differs" in capsys.readouterr().out


_MISTAKES = {
    "no facts": ("facts/fingerprints.txt", None, "", "run scripts/import_facts.py"),
    "a stale target": (
        "curation/names.yaml", "$.paths['/v1/books'].get", "$.paths['/v1/tomes'].get",
        "names.yaml, action 2 in line 8 ($.paths['/v1/tomes'].get): the target matches nothing",
    ),
    "no reason": ("curation/names.yaml", "x-reason: It grows.", "", "needs x-reason"),
    "missing prose": ("prose/all.yaml", "      summary: Get one shelf\n", "", "its summary"),
    "a wrong example": ("prose/all.yaml", "pages: 3", "pages: three", "wrong at /0/pages"),
    "a copied sentence": (
        "prose/all.yaml", "Gives it.", "Fetches the shelf that was asked for by its id.",
        "has a sentence of the upstream document",
    ),
    "no places": ("evidence/places.yaml", None, "", "places.yaml is missing"),
    "a place in part": ("evidence/places.yaml", "  when: 2026-05-01", "", "title, url and when"),
    "an unknown place": ("evidence/shelves.yaml", "catalogue page", "attic page", "place 'attic'"),
    "nothing to look for": ("evidence/shelves.yaml", " page 3", "", "say what to look for"),
    "an id of another topic": ("evidence/shelves.yaml", "shelves.lean", "lamps.lean", "the form"),
    "an id twice": ("evidence/shelves.yaml", "shelves.lean", "shelves.stand", "shelves.stand"),
    "an unknown kind": ("evidence/shelves.yaml", "stated", "felt", "kind is one of recorded"),
    "a choice without a reason": (
        "evidence/shelves.yaml", "\n  why: No page says so.", "", "id, says, kind and why",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", _MISTAKES)
def test_a_mistake_is_one_message_and_the_old_document_stays(
    imported: Path,
    capsys: pytest.CaptureFixture[str],
    contents: Callable[[Path], dict[str, bytes]],
    case: str,
) -> None:
    _run(imported)
    name, old, new, message = _MISTAKES[case]
    path = imported / name
    if old is None:
        path.unlink()
    else:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    before = contents(imported)
    capsys.readouterr()
    assert _run(imported) == 1
    told = capsys.readouterr()
    assert told.err.startswith("curate: ")
    assert message in told.err
    assert contents(imported) == before


def test_words_in_the_facts_are_refused(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = imported / "facts/books.yaml"
    path.write_text(path.read_text() + "info:\n  description: All the books.\n")
    assert _run(imported) == 1
    assert "books.yaml holds words ('All the books.')" in capsys.readouterr().err


def test_the_linter_is_content_with_a_fresh_document(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(imported)
    assert lint_document.main(["--folder", str(imported)]) == 0
    told = capsys.readouterr().out
    assert "our rules: clean" in told
    assert "redocly: skipped, it is not installed" in told


def test_the_linter_refuses_a_stale_document(imported: Path) -> None:
    assert lint_document.main(["--folder", str(imported)]) == 1


def test_the_linter_refuses_a_breach(imported: Path) -> None:
    _run(imported)
    prose = imported / "prose/all.yaml"
    prose.write_text(prose.read_text().replace("pages: 3", "pages: three"))
    assert lint_document.main(["--folder", str(imported)]) == 1


def test_redocly_is_asked_where_it_is_installed(
    imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(imported)
    program = imported / "lint/node_modules/.bin/redocly"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "asked: $*"\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert lint_document.main(["--folder", str(imported)]) == 1
    told = capsys.readouterr().out
    assert "asked: lint --config" in told
    assert str(imported / "mistral.yaml") in told
