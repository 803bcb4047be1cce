"""Known failures do not fail a run until their day; new, mended and expired ones do."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.unit.suite.fake_server import keyed, models, serving
from tests.unit.suite.test_exit_codes import fails, one_rule, passes

from mistral_conformance import cli
from mistral_conformance.cli import selection
from mistral_conformance.cli.baselines import require_cases
from mistral_conformance.verdict.baseline import WrongBaseline, read_baseline
from mistral_openapi.eras import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_conformance.session.context import Context

    Check = Callable[[Context], None]
    RunWith = Callable[..., int]

ENTRY = """\
[[known]]
case = "tried.rule"
reason = "The gateway is replaced in spring."
owner = "platform team"
expires = {expires}
"""


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunWith:
    """The exit code of a run of one rule with a baseline."""

    def run(check: Check, *words: str) -> int:
        monkeypatch.setattr(selection, "load_rules", lambda: one_rule(check))
        monkeypatch.setattr(selection, "load_laws", tuple)
        with serving(keyed, models) as fake:
            target = ["--base-url", fake.base_url, "--report-dir", str(tmp_path / "reports")]
            return cli.main(["run", *target, "--baseline", str(tmp_path / "known.toml"), *words])

    return run


def write(folder: Path, expires: str) -> Path:
    path = folder / "known.toml"
    path.write_text(ENTRY.format(expires=expires))
    return path


def test_known_failure_leaves_the_run_as_it_is(
    run_with: RunWith, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "9999-01-01")
    assert run_with(fails) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "1 known to fail" in shown
    assert "The gateway is replaced in spring. (platform team, until 9999-01-01)" in shown
    assert 'failures="0"' in (tmp_path / "reports" / "junit.xml").read_text()


def test_failure_that_is_not_known_fails_the_run(run_with: RunWith, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text("")
    assert run_with(fails) == 1


def test_entry_of_a_case_that_no_run_has_is_wrong_use(
    run_with: RunWith, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "9999-01-01")
    path.write_text(path.read_text().replace("tried.rule", "tried.ruel"))
    assert run_with(fails) == 2
    assert "no run has a case 'tried.ruel': is it 'tried.rule'?" in capsys.readouterr().err
    path.write_text(path.read_text().replace("tried.ruel", "nope.nope"))
    assert run_with(fails) == 2
    assert "a case 'nope.nope': see `mistral-conformance rules`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "case", ["schema.status[files.list]", "answers.stream-tells-the-same[chat.complete, long]"]
)
def test_entry_of_a_case_that_is_not_selected_is_fine(tmp_path: Path, case: str) -> None:
    path = write(tmp_path, "9999-01-01")
    path.write_text(path.read_text().replace("tried.rule", case))
    require_cases(Namespace(baseline=path, update_baseline=False, era=TODAY), [])


def test_update_says_what_it_wrote_and_complains_of_nothing_that_it_took_out(
    run_with: RunWith, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(fails, "--update-baseline") == 0
    told = capsys.readouterr()
    assert "known.toml: 1 entry added, 0 removed, 0 kept\n  added tried.rule" in told.err
    assert "No new failure, 1 known to fail" in " ".join(told.out.split())
    assert run_with(passes, "--update-baseline") == 0
    told = capsys.readouterr()
    assert "known.toml: 0 entries added, 1 removed, 0 kept\n  removed tried.rule" in told.err
    assert "holds again" not in told.out
    assert 'failures="1"' not in (tmp_path / "reports" / "junit.xml").read_text()


def test_update_keeps_what_has_expired_and_fails_for_it(
    run_with: RunWith, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "2020-01-01")
    assert run_with(fails, "--update-baseline") == 1
    told = capsys.readouterr()
    assert "0 entries added, 0 removed, 1 kept" in told.err
    assert "1 baseline entry has expired" in " ".join(told.out.split())


@pytest.mark.parametrize(
    "entry",
    [
        (passes, "9999-01-01", "tried.rule holds again: take it out of the baseline"),
        (fails, "2020-01-01", "tried.rule was to be mended by platform team until 2020-01-01"),
    ],
)
def test_entry_that_has_to_go_fails_the_run_until_it_does(
    run_with: RunWith,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    entry: tuple[Check, str, str],
) -> None:
    check, expires, said = entry
    write(tmp_path, expires)
    assert run_with(check) == 1
    assert said in " ".join(capsys.readouterr().out.split())


def test_updated_baseline_holds_what_fails_and_keeps_what_was_said_of_it(
    run_with: RunWith, tmp_path: Path
) -> None:
    assert run_with(fails, "--update-baseline") == 0
    (new,) = read_baseline(tmp_path / "known.toml", date.min).known.values()
    assert new.case == "tried.rule"
    assert new.expires > date(2026, 1, 1)
    assert run_with(fails) == 0
    write(tmp_path, "9999-01-01")
    assert run_with(fails, "--update-baseline") == 0
    (kept,) = read_baseline(tmp_path / "known.toml", date.min).known.values()
    assert kept.owner == "platform team"
    assert run_with(passes, "--update-baseline") == 0
    assert not read_baseline(tmp_path / "known.toml", date.min).known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("known", "is no TOML"),
        ("known = 3", r"write a table \[\[known\]\]"),
        ("known = [3]", "entry 1 is no table"),
        (ENTRY.format(expires='"soon"'), "entry 1 lacks expires"),
        (ENTRY.format(expires="2027-01-01T10:00:00Z"), "entry 1 lacks expires"),
        (ENTRY.format(expires="2027-01-01").replace("platform team", " "), "entry 1 lacks owner"),
        (ENTRY.format(expires="2027-01-01") + "more = 1\n", "has more, which nobody reads"),
    ],
)
def test_file_that_is_no_baseline_is_wrong_use(
    run_with: RunWith, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text)
    with pytest.raises(WrongBaseline, match=said):
        read_baseline(path, date.min)
    assert run_with(passes) == 2


def test_missing_baseline_is_wrong_use_unless_it_is_to_be_written(
    run_with: RunWith, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(passes) == 2
    assert "--update-baseline makes one" in capsys.readouterr().err
    assert run_with(passes, "--update-baseline") == 0
    assert cli.main(["run", "--embedded-mock", "--update-baseline"]) == 2
