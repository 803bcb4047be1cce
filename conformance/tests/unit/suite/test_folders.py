"""Each run has a folder of its own, and `latest` leads to the newest."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.report.folders import KEPT, begin_folder, end_folder, lead_to

if TYPE_CHECKING:
    import pytest

START = datetime(2026, 5, 1, 10, tzinfo=UTC)


def run(reports: Path, number: int, leftovers: int = 0, *, ended: bool = True) -> Path:
    """The folder of a run that has ended, or was killed."""
    folder = begin_folder(reports, "run1", START + timedelta(minutes=number))
    lead_to(folder)
    if ended:
        told = {"cleanup": {"leftovers": [{}] * leftovers}, "number": number}
        (folder / "report.json").write_text(json.dumps(told))
    (folder / "ledger.jsonl").write_text("{}\n")
    end_folder(folder)
    return folder


def number_of(path: Path) -> int:
    found: int = json.loads(path.read_text())["number"]
    return found


def test_latest_and_the_names_beside_it_lead_to_the_newest_run(tmp_path: Path) -> None:
    older, newer = run(tmp_path, 1), run(tmp_path, 2)
    assert older != newer
    assert number_of(tmp_path / "latest" / "report.json") == 2
    assert number_of(tmp_path / "report.json") == 2
    assert number_of(older / "report.json") == 1


def test_two_runs_in_one_second_have_two_folders(tmp_path: Path) -> None:
    assert run(tmp_path, 1) != run(tmp_path, 1)


def test_names_of_files_that_a_run_did_not_write_lead_nowhere(tmp_path: Path) -> None:
    run(tmp_path, 1, ended=False)
    assert not (tmp_path / "report.json").is_symlink()
    assert (tmp_path / "ledger.jsonl").exists()


def test_reports_of_a_suite_that_wrote_no_folders_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"number": 0}')
    run(tmp_path, 1)
    assert number_of(tmp_path / "report.json") == 1


def test_old_runs_are_removed_unless_their_ledger_is_still_needed(tmp_path: Path) -> None:
    killed = run(tmp_path, 0, ended=False)
    left = run(tmp_path, 1, leftovers=1)
    runs = [run(tmp_path, number) for number in range(2, KEPT + 4)]
    foreign = tmp_path / "notes"
    foreign.mkdir()
    run(tmp_path, KEPT + 4)
    assert killed.is_dir()
    assert left.is_dir()
    assert foreign.is_dir()
    assert [each.is_dir() for each in runs] == [False] * 3 + [True] * (KEPT - 1)


def test_without_links_the_newest_is_told_by_a_text_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    run(tmp_path, 1)
    folder = run(tmp_path, 2)
    assert (tmp_path / "latest").read_text() == f"{folder.name}\n"
    assert number_of(tmp_path / "report.json") == 2
