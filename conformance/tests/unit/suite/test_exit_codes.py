"""The exit code of `mistral-conformance run` for each way that a run can end."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from tests.unit.suite.fake_server import KEY, Answer, keyed, libraries, models, serving

from mistral_conformance import cli
from mistral_conformance.cli import entry, selection
from mistral_conformance.report.terminal import Live
from mistral_conformance.rules.common.libraries import create_library
from mistral_conformance.running import interruption
from mistral_conformance.running.plan import load_profiles
from mistral_conformance.session.rule import Rules, rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD, Level

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_conformance.session.context import Context
    from mistral_mock.server import RunningServer

    Check = Callable[[Context], None]


def one_rule(check: Check, level: Level = MUST, needs: tuple[str, ...] = ()) -> Rules:
    registry = Rules()
    rule(
        id="tried.rule",
        level=level,
        source="test",
        operations=("models.list",),
        needs=needs,
        registry=registry,
    )(check)
    return registry


@pytest.fixture
def run_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, Rules], int]:
    def run(base_url: str, registry: Rules) -> int:
        monkeypatch.setattr(selection, "load_rules", lambda: registry)
        monkeypatch.setattr(selection, "load_laws", tuple)
        return cli.main(["run", "--base-url", base_url, "--report-dir", str(tmp_path)])

    return run


def passes(_ctx: Context) -> None:
    """Holds."""


def fails(ctx: Context) -> None:
    """Does not hold."""
    ctx.expect(condition=False, message="it is wrong")


def breaks(_ctx: Context) -> None:
    """Has a defect."""
    raise KeyError("defect")


def sleeps(_ctx: Context) -> None:
    """Takes long."""
    time.sleep(30)


def test_run_whose_must_rules_hold_ends_with_0(run_rule: Callable[[str, Rules], int]) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(passes)) == 0


def test_failed_must_ends_with_1(run_rule: Callable[[str, Rules], int]) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(fails)) == 1


@pytest.mark.parametrize("level", [SHOULD, MAY])
def test_failed_weaker_rule_ends_with_0(
    run_rule: Callable[[str, Rules], int], level: Level
) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(fails, level)) == 0


@pytest.mark.parametrize("level", [MUST, MAY])
def test_rule_that_breaks_ends_with_1(run_rule: Callable[[str, Rules], int], level: Level) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(breaks, level)) == 1


def test_missing_identity_is_a_skip_and_ends_with_0(
    run_rule: Callable[[str, Rules], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(fails, needs=("neighbour",))) == 0
    assert "1 skipped: needs the identity 'neighbour': --as neighbour=ENVVAR" in (
        capsys.readouterr().out
    )


def test_missing_clock_is_a_skip(
    run_rule: Callable[[str, Rules], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(fails, needs=("clock",))) == 0
    assert "--clock-url" in capsys.readouterr().out


def test_unreachable_server_ends_with_3(
    run_rule: Callable[[str, Rules], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving() as fake:
        gone = fake.base_url
    assert run_rule(gone, one_rule(passes)) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "check --base-url" in error


def test_bound_that_is_spent_before_anything_is_judged_ends_with_4(
    mock: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "--base-url", mock.base_url, "--report-dir", str(tmp_path)]
    assert cli.main([*arguments, "--max-requests", "1", "--as", "neighbour=MISTRAL_API_KEY"]) == 4
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "--max-requests" in told
    assert list(tmp_path.rglob("report.json")) == []


def test_refused_key_ends_with_3_and_names_the_variable(
    run_rule: Callable[[str, Rules], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "another-key")
    with serving(keyed, models) as fake:
        assert run_rule(fake.base_url, one_rule(passes)) == 3
    error = capsys.readouterr().err
    assert "MISTRAL_API_KEY" in error
    assert "another-key" not in error


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupt_ends_with_130_after_cleaning_up(
    run_rule: Callable[[str, Rules], int], sign: signal.Signals
) -> None:
    def creates_and_waits(ctx: Context) -> None:
        """Creates something and then takes long."""
        create_library(ctx)
        threading.Timer(0.1, os.kill, (os.getpid(), sign)).start()
        time.sleep(30)

    before = signal.signal(sign, signal.SIG_DFL)  # whatever the tests were started with
    try:
        with serving(keyed, models, libraries) as fake:
            assert run_rule(fake.base_url, one_rule(creates_and_waits)) == 130
            assert len(fake.sent("DELETE", "/v1/libraries/")) == 1
    finally:
        signal.signal(sign, before)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_that_python_swallowed_ends_the_run_all_the_same(
    run_rule: Callable[[str, Rules], int], sign: signal.Signals
) -> None:
    def creates_and_swallows(ctx: Context) -> None:
        """Loses the interrupt as a callback of the garbage collector does."""
        create_library(ctx)
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), sign)
            time.sleep(30)

    with serving(keyed, models, libraries) as fake:
        assert run_rule(fake.base_url, one_rule(creates_and_swallows)) == 130
        assert len(fake.sent("DELETE", "/v1/libraries/")) == 1


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_of_one_run_is_none_of_the_next(sign: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), interruption.watch_signals():
        signal.raise_signal(sign)
    try:
        interruption.check()
    except KeyboardInterrupt:
        pytest.fail("the next run is interrupted")


def test_failing_rule_cleans_up(run_rule: Callable[[str, Rules], int]) -> None:
    def creates_and_fails(ctx: Context) -> None:
        """Creates something and then fails."""
        create_library(ctx)
        fails(ctx)

    with serving(keyed, models, libraries) as fake:
        assert run_rule(fake.base_url, one_rule(creates_and_fails)) == 1
        created = fake.sent("POST", "/v1/libraries")
        assert len(created) == 2, "a failure is tried again at once"
        assert len(fake.sent("DELETE", "/v1/libraries/")) == 2


def test_leftover_is_reported(
    run_rule: Callable[[str, Rules], int], capsys: pytest.CaptureFixture[str]
) -> None:
    def creates(ctx: Context) -> None:
        """Creates something."""
        create_library(ctx)

    def undeletable(request: object) -> Answer | None:
        deletes = getattr(request, "method", "") == "DELETE"
        return Answer(500, {"detail": "no"}) if deletes else None

    with serving(keyed, models, undeletable, libraries) as fake:
        assert run_rule(fake.base_url, one_rule(creates)) == 0
    assert "left over: /v1/libraries/" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([], "required"),
        (["nonsense"], "nonsense"),
        (["run"], "one of the arguments --base-url --embedded-mock is required"),
        (["run", "--base-url", "localhost:8000"], "write it like http://localhost:8000"),
        (["run", "--base-url", "localhost"], "write it like http://localhost "),
        (["run", "--base-url", "http://h", "--depth", "deep"], "choose from quick, full"),
        (["run", "--base-url", "http://h:abc"], "write it like http://localhost:8000"),
        (["run", "--base-url", "http://h:99999"], "write it like http://localhost:8000"),
        (["run", "--base-url", "http://256.1.1.1"], "write it like http://localhost:8000"),
        (["run", "--base-url", "http://a..b"], "write it like http://localhost:8000"),
        (["run", "--base-url", "http://" + "a" * 300], "write it like http://localhost:8000"),
        (["run", "--base-url", "http://[::1"], "write it like http://localhost:8000"),
        (
            ["run", "--base-url", "http://h", "--clock-url", "http://a..b"],
            "write it like http://localhost:8000",
        ),
        (["run", "--base-url", "http://h/?a=b"], "leave out what follows the path"),
        (["run", "--base-url", "http://h", "--embedded-mock"], "not allowed with"),
        (["run", "--base-url", "http://h", "--seed", "x"], "is no number"),
        (["run", "--base-url", "http://h", "--seed", "-1"], "below 0"),
        (["run", "--base-url", "http://h", "--max-examples", "0"], "below 1"),
        (["run", "--base-url", "http://h", "--timeout", "0"], "write seconds"),
        (["run", "--base-url", "http://h", "--run-id", "A b"], "lower-case letters"),
        (["run", "--base-url", "http://h", "--operations", "nope.*"], "no operation"),
        (["run", "--base-url", "http://h", "--rules", "nope.*"], "no rule matches"),
        (["run", "--base-url", "http://h", "--profile", "nope"], "choose from libraries"),
        (["run", "--base-url", "http://h", "--as", "nobody"], "write NAME=ENVVAR"),
        (["run", "--base-url", "http://h", "--as", "friend=X"], "not an identity"),
        (["run", "--base-url", "http://h", "--as", "neighbour=UNSET_VAR"], "UNSET_VAR"),
        (["run", "--base-url", "http://h", "--as", "private=MISTRAL_API_KEY,x=1"], "'x'"),
        (["rules", "--rules", "nope.*"], "no rule matches"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if arguments[:1] == ["run"]:
        arguments = [*arguments, "--report-dir", str(tmp_path)]
    assert _code(arguments) == 2
    error = capsys.readouterr().err
    assert hint in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["run", "rules"])
def test_profiles_are_listed_in_80_columns(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code([command, "--list-profiles"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [each.split()[0] for each in lines[::2]] == list(load_profiles())
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("host", ["h", "h/?a=b", "h:abc", "256.1.1.1", "[::1"])
@pytest.mark.parametrize("option", ["--base-url", "--clock-url"])
def test_password_in_a_url_is_refused_and_not_shown(
    option: str, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(["run", "--base-url", "http://h", option, f"http://user:canary@{host}"]) == 2
    assert "canary" not in capsys.readouterr().err


def test_missing_key_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY")
    assert _code(["run", "--base-url", "http://h"]) == 2
    assert "set the environment variable MISTRAL_API_KEY" in capsys.readouterr().err


def test_key_that_no_header_can_carry_ends_with_2_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "kéy")
    assert _code(["run", "--base-url", "http://h"]) == 2
    assert "kéy" not in capsys.readouterr().err


def test_rules_and_operations_that_do_not_meet_are_wrong_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    selection = ["--rules", "sharing.*", "--operations", "models.*"]
    assert _code(["run", "--base-url", "http://h", *selection]) == 2
    assert "no selected rule says anything" in capsys.readouterr().err


def test_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_given: object) -> int:
        raise ModuleNotFoundError("No module named 'rich'", name="rich")

    monkeypatch.setattr(entry, "_run", missing)
    assert cli.main(["rules"]) == 2
    assert "pip install '.[conformance,mock,campaign]'" in capsys.readouterr().err


def test_broken_output_does_not_keep_a_run_from_cleaning_up(
    monkeypatch: pytest.MonkeyPatch, run_rule: Callable[[str, Rules], int]
) -> None:
    def creates(ctx: Context) -> None:
        """Creates something that outlives its rule."""
        with ctx.session.creations.keep():
            create_library(ctx)

    def broken_pipe(_live: object, _result: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Live, "show", broken_pipe)
    monkeypatch.setattr(entry, "_silence", lambda: None)
    with serving(keyed, models, libraries) as fake:
        assert run_rule(fake.base_url, one_rule(creates)) == 141
        assert len(fake.sent("DELETE", "/v1/libraries/")) == 1


def test_unwritable_report_folder_ends_with_2_before_any_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    with serving(keyed, models) as fake:
        assert _code(["run", "--base-url", fake.base_url, "--report-dir", str(taken)]) == 2
        assert not fake.requests
    assert "choose another --report-dir" in capsys.readouterr().err


def _code(arguments: list[str]) -> int:
    try:
        return cli.main(arguments)
    except SystemExit as ended:
        return int(str(ended.code))


def test_server_without_whole_groups_of_operations_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    with serving(keyed, models, libraries) as fake:
        given = ["run", "--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        given += ["--max-examples", "2", "--operations", "files.*", "--operations", "chat.complete"]
        selected = [f"--rules={each}" for each in ("upload.*", "chat.*", "schema.status", "keys.*")]
        code = cli.main([*given, "--profile", "libraries", *selected])
    report = json.loads((tmp_path / "latest" / "report.json").read_bytes())
    found = Counter(each["status"] for each in report["rules"])
    assert set(found) == {"not-offered"}
    assert code == 0
