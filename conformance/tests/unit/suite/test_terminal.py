"""What a terminal shows: few lines of progress, and none that is wider than it is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from tests.unit.suite.test_exit_codes import one_rule, passes

from mistral_conformance.report.terminal import Live
from mistral_conformance.verdict.outcome import Result, Status

(RULE,) = one_rule(passes)


def progress(total: int, status: Status) -> list[str]:
    page = io.StringIO()
    with Live(Console(file=page, width=80), total) as live:
        for _ in range(total):
            live.show(Result(RULE, None, status))
    return page.getvalue().splitlines()


@pytest.mark.parametrize(("total", "lines"), [(1, 1), (5, 1), (19, 2), (100, 10), (418, 10)])
def test_progress_is_told_in_few_lines(total: int, lines: int) -> None:
    told = progress(total, Status.PASS)
    assert len(told) == lines
    assert told[-1].split() == [f"{total}/{total}", str(total), "pass,", "0", "fail"]


def test_what_may_still_turn_out_to_be_blocked_is_called_no_error() -> None:
    (told,) = progress(3, Status.ERROR)
    assert told.endswith("0 pass, 0 fail, 3 without a verdict")
