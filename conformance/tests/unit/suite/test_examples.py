"""What hypothesis stores for itself stays out of the caller's folder, and is there for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis.internal.charmap import intervals_from_codec

from mistral_conformance.running.examples import hypothesis_at_home

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_tables_of_characters_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with hypothesis_at_home():
        intervals_from_codec.__wrapped__("ascii")
    assert [each.name for each in tmp_path.iterdir()] == ["cache"]
    assert list((tmp_path / "cache" / "mistral-conformance").rglob("codec-*ascii*"))
