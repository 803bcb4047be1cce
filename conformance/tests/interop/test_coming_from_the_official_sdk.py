"""The programs of docs/coming-from-the-official-sdk.md run, both ways, against the mock."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

PAGE = Path(__file__).parents[3] / "docs" / "coming-from-the-official-sdk.md"
ADDRESS = "http://127.0.0.1:8100"
FENCE = re.compile(r"^```python( official)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def programs() -> list[dict[str, str]]:
    """Return the title of each section, and its program both ways."""
    found: list[dict[str, str]] = []
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        fences = {("official" if way else "ours"): code for way, code in FENCE.findall(section)}
        found.append({"title": section.partition("\n")[0], **fences})
    return found


PROGRAMS = programs()

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def mock() -> Iterator[RunningServer]:
    """A mock that is done with everything at once."""
    with running(Settings(processing_delay_s=0.0)) as server:
        yield server


def run(mock: RunningServer, way: str, program: dict[str, str]) -> None:
    """Run a program after the one that makes a client.

    Its clients go while the warning that nobody closed them is none, not during a later test.
    """
    names: dict[str, Any] = {"__name__": "program"}
    first = [] if program is PROGRAMS[0] else [PROGRAMS[0][way]]
    try:
        for code in (*first, program[way]):
            source = code.replace(ADDRESS, mock.base_url)
            exec(compile(source, f"{way}: {program['title']}", "exec"), names)  # noqa: S102 - our page
    finally:
        names.clear()
        gc.collect()


def test_there_are_twenty_programs() -> None:
    assert len(PROGRAMS) == 20


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program["title"])
def test_our_program_runs(
    mock: RunningServer, program: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(mock, "ours", program)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program["title"])
def test_official_program_runs(mock: RunningServer, program: dict[str, str]) -> None:
    pytest.importorskip("mistralai.client", reason="the official SDK is not installed")
    run(mock, "official", program)
