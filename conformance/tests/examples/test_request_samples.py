"""Request samples of rendered reference pages become curl commands, and run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import run_examples
from examples.request_samples import request_samples

PAGE = Path(__file__).parent / "pages" / "reference.txt"
RENAME, ASK = request_samples(PAGE, PAGE.read_text("utf-8"))


def test_only_requests_are_samples() -> None:
    assert [(one.line, one.title) for one in (RENAME, ASK)] == [
        (19, "PUT /v1/libraries/{library_id}"),
        (37, "POST /v1/conversations#stream"),
    ]


def test_a_sample_becomes_the_command_that_sends_it() -> None:
    assert RENAME.code.startswith(
        'curl -X PUT "https://api.mistral.ai/v1/libraries/{library_id}" \\\n'
    )
    assert RENAME.operations == ("PUT /v1/libraries/{library_id}",)


def test_quotes_and_bullets_within_texts_are_kept() -> None:
    data = RENAME.code.partition(" -d '")[2].removesuffix("'").replace("'\\''", "'")
    assert json.loads(data) == {"name": "The librarian's", "description": "a *   b"}


def test_the_made_up_answer_is_not_kept() -> None:
    assert RENAME.answers == ()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_samples_run(base_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_examples.main([str(PAGE), "--base-url", base_url]) == 0
    assert "2 passed, 0 failed, 0 skipped" in capsys.readouterr().out
