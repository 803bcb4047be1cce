"""The check of what the document is made of, on a copy of the whole project."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import curate
import generate
import pytest
from document.curated import CALENDAR, LOADABLE, READABLE, REGISTER
from generation.pipeline import Places, is_current

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = (LOADABLE, REGISTER, CALENDAR)
"""What is composed for programs, below the folder `openapi`."""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A copy of document, sources, scripts and code, current as they are."""
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for part in ("openapi", "overrides", "scripts", "generated"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)  # how twins are formatted
    return tmp_path


@pytest.fixture
def composed_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the committed sources give, without the time that it takes; a test of its own composes.

    For tests whose edits do not change what is composed.
    """
    files = {path: (ROOT / "openapi" / path).read_bytes() for path in (*WRITTEN, READABLE)}
    monkeypatch.setattr(curate, "compose", lambda _: files)


def check(root: Path) -> int:
    """Exit status of the check."""
    return generate.main(["--root", str(root), "--check"])


def edit(path: Path, old: str, new: str) -> None:
    """Change the first place where a text stands."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_untouched_copy_is_current_without_composing(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuse(*_: object) -> int:
        raise AssertionError("the document was composed")

    monkeypatch.setattr(generate, "curate", refuse)
    assert check(whole) == 0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("prose/models.yaml", ("summary: ", "summary: Really ")),
        ("facts/libraries.yaml", ("maximum: 100", "maximum: 101")),
        ("curation/paging.yaml", ("pagination.total_items", "pagination.total_pages")),
        ("mistral_openapi/document.json", ('"summary":"', '"summary":"Really ')),
        ("mistral.yaml", ("summary: ", "summary: Really ")),
    ],
)
def test_nothing_is_current_after_an_edit(whole: Path, name: str, change: tuple[str, str]) -> None:
    edit(whole / "openapi" / name, *change)
    assert not is_current(Places(whole))


def test_nothing_is_current_without_the_document_for_programs(whole: Path) -> None:
    (whole / "openapi/mistral_openapi/document.json").unlink()
    assert not is_current(Places(whole))


def test_edited_document_and_sources_are_found_and_shown(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit(whole / "openapi/facts/libraries.yaml", "maximum: 100", "maximum: 101")
    edit(whole / "openapi/mistral_openapi/document.json", '"summary":"', '"summary":"Really ')
    assert check(whole) == 1
    captured = capfd.readouterr()
    for shown in ('+              "maximum": 101', "document.json differs", "Really "):
        assert shown in captured.out
    assert "generate: the document is not what its sources give" in captured.err


def test_source_of_another_day_than_its_kept_facts_is_found(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit(whole / "openapi/source.toml", "date = 2026-08-13", "date = 2026-08-14")
    assert check(whole) == 1
    told = capfd.readouterr().err
    assert "openapi/sources/2026-08-14.json is m" in told


@pytest.mark.usefixtures("composed_already")
def test_source_that_changes_no_word_of_the_document_is_found_too(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (whole / "openapi/facts/fingerprints.txt").open("a", encoding="utf-8") as stream:
        stream.write("# one more\n")
    assert check(whole) == 1
    assert "openapi/facts/fingerprints.txt" in capfd.readouterr().out


@pytest.mark.usefixtures("composed_already")
def test_code_of_a_hand_edited_document_never_counts_as_current(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit(whole / "openapi/mistral.yaml", "summary: ", "summary: Really ")
    assert generate.main(["--root", str(whole), "--no-curate"]) == 0
    assert check(whole) == 1
    assert "-  summary: Really " in capfd.readouterr().out


def test_every_file_that_makes_the_document_is_recorded() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in Places(ROOT).inputs()}
    folders = (
        "openapi/facts", "openapi/curation", "openapi/evidence", "openapi/prose",
        "scripts/document",
    )  # fmt: skip
    made_of = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert made_of <= names
    written = {f"openapi/mistral_openapi/{each}.json" for each in ("document", "evidence")}
    assert {"openapi/source.toml", *written} <= names
