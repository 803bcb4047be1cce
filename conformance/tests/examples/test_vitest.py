"""The tests that `docs/examples/vitest` shows pass on the mock, and fail without it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from examples.process import Finished, run

FOLDER = Path(__file__).parents[3] / "docs" / "examples" / "vitest"
VITEST = FOLDER / "node_modules" / ".bin" / "vitest"
LIMIT_S = 120

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not VITEST.exists(),
    reason="needs node, and the packages that `make setup` installs",
)


def run_tests(mock: str) -> Finished:
    seen = {"PATH": os.environ["PATH"], "MISTRAL_MOCK": mock, "NO_COLOR": "1"}
    return run([str(VITEST), "run"], FOLDER, seen, LIMIT_S)


def test_tests_of_the_example_pass_on_the_mock() -> None:
    done = run_tests(str(Path(sys.executable).with_name("mistral-mock")))
    assert done.code == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_a_mock_that_does_not_start_is_an_error_at_once() -> None:
    done = run_tests("no-such-mock")
    assert done.code != 0
    assert "no-such-mock" in done.stdout + done.stderr
