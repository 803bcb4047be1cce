"""What a terminal shows: few lines of progress, and none that is wider than it is."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from rich.console import Console
from tests.unit.suite.report_values import case, report
from tests.unit.suite.test_exit_codes import one_rule, passes

from mistral_conformance import cli
from mistral_conformance.report.model import CauseEntry
from mistral_conformance.report.terminal import Live, render_terminal
from mistral_conformance.verdict.outcome import Result, Status
from mistral_conformance.verdict.requirement import Level

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


def red_cause(name: str) -> list[str]:
    """What a terminal shows of one red case of that name, and of others that were not judged."""
    broken = case(name, status=Status.FAIL, reason="it is wrong " * 20, reproduce="reproduce/x.sh")
    why = "needs what this server has not got, as far as this run could find out in its time"
    skipped = case("tried.other", status=Status.SKIP, reason=why)
    told = CauseEntry("cause-1", Level.MUST, (), "wrong " * 30, (name,), "reproduce/cause-1.sh")
    return render_terminal(report(broken, skipped, causes=(told,))).decode().splitlines()


@pytest.mark.parametrize("name", ["tried.short", f"tried.rule[{'long.' * 16}name]"])
def test_lines_fit_the_terminal_and_end_with_their_last_word(name: str) -> None:
    lines = red_cause(name)
    assert max(map(len, lines)) <= 80
    assert [each for each in lines if each != each.rstrip()] == []
    assert sum(each.startswith("    sh reproduce/cause-1.sh") for each in lines) == 1
    assert name in "".join(each.strip() for each in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--base-url", "http://127.0.0.1:1", "--profile", "inference"],
        *([each, "--help"] for each in ("run", "plan", "rules", "judge", "fuzz", "merge")),
    ],
    ids=" ".join,
)
def test_output_of_a_command_fits_80_columns(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(SystemExit):
        cli.main(arguments)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [each for each in lines if len(each) > 80 or each != each.rstrip()] == []
