from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from document.problems import DocumentProblem
from document.storage import publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _fail_at(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException) -> None:
    """Let the replacement of the given file (counted from 1) be interrupted."""
    calls = 0
    real = os.replace

    def replace(source: Any, target: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == count:
            raise error
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)


def test_all_files_are_written_and_obsolete_ones_removed(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    publish({tmp_path / "a": b"1", tmp_path / "sub" / "b": b"2"}, [tmp_path / "old"])
    assert (tmp_path / "a").read_bytes() == b"1"
    assert (tmp_path / "sub" / "b").read_bytes() == b"2"
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk full")])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_interrupted_write_leaves_everything_as_it_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contents: Callable[[Path], dict[str, bytes]],
    count: int,
    error: BaseException,
) -> None:
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "b").write_bytes(b"old b")
    before = contents(tmp_path)
    _fail_at(monkeypatch, count, error)
    with pytest.raises((KeyboardInterrupt, DocumentProblem)):
        publish({tmp_path / "a": b"1", tmp_path / "new": b"2", tmp_path / "b": b"3"})
    assert contents(tmp_path) == before


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(DocumentProblem, match=r"a cannot be .*nothing has changed"):
        publish({tmp_path / "a": b"1"})


def test_written_files_can_be_read_by_everyone(tmp_path: Path) -> None:
    publish({tmp_path / "a": b"1"})
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
