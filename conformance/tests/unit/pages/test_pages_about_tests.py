"""The examples of the pages about replies and pytest run, and their tables are whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mistral_mock import resources
from mistral_mock.journal.exchange import DIFFERENCES
from mistral_mock.replies.conditions import CHECKS
from mistral_mock.replies.files import read_file
from mistral_mock.replies.reply import ANSWERS
from mistral_mock.replies.templates import ROOTS

DOCS = Path(__file__).parents[4] / "docs"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
NAMES = ("replies.md", "pytest.md", "tutorial-tests.md")
REPLIES, PYTEST, TUTORIAL = ((DOCS / name).read_text("utf-8") for name in NAMES)


def find_blocks(page: str, language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(page) if name == language]


def find_names(page: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", page))


@pytest.mark.parametrize("code", find_blocks(REPLIES, "python"))
def test_example_runs(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def run_as_test(code: str, folder: Path) -> str:
    """What pytest prints about a module of tests that uses the fixtures."""
    (folder / "test_example.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mistral_pytest.plugin", "-W", "error"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return done.stdout


@pytest.mark.parametrize("code", find_blocks(PYTEST, "python"))
def test_example_passes_as_a_test(code: str, tmp_path: Path) -> None:
    printed = run_as_test(code, tmp_path)
    assert "1 passed" in printed, printed


def test_file_of_the_tutorial_passes_as_the_page_says(tmp_path: Path) -> None:
    program, tests, _ = find_blocks(TUTORIAL, "python")
    printed = run_as_test(f"{program}\n\n{tests}", tmp_path)
    assert "3 passed" in printed, printed


def test_file_of_the_page_can_be_read(tmp_path: Path) -> None:
    resources.load()
    (text,) = find_blocks(REPLIES, "yaml")
    file = tmp_path / "replies.yaml"
    file.write_text(text)
    assert len(read_file(file)) == 3


def test_every_condition_answer_and_wish_is_told() -> None:
    assert {*CHECKS, *ANSWERS, *DIFFERENCES} <= find_names(REPLIES)


def test_every_place_is_told() -> None:
    told = set(re.findall(r"\$\{(\w+)", REPLIES))
    assert told == set(ROOTS)
