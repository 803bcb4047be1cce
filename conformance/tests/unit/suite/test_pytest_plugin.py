"""The suite as pytest tests: inert without its option, the same rules with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.unit.suite.fake_server import (
    LIBRARY_ID,
    FakeServer,
    keyed,
    libraries,
    models,
    serving,
)

from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.pytest_plugin import FLAGS, ONCE, REPEATED
from mistral_conformance.rules import load_rules

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PACKAGE = ["--pyargs", "mistral_conformance"]


ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # importing all that is installed here takes long

NOT_HERE = {
    "--embedded-mock", "--fail-fast", "--format", "--help", "--history", "--ledger",
    "--list-profiles", "--migration", "--show-config", "--update-baseline", "--workers",
}  # fmt: skip
"""What pytest has itself, and what is no part of a run of tests."""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    command += ["-p", "mistral_conformance.pytest_plugin", *arguments]
    environment = os.environ | ALONE
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, env=environment
    )


def test_plugin_is_there_without_being_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "--mistral-base-url" in done.stdout


def judge(folder: Path, fake: FakeServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    target = ["--mistral-base-url", fake.base_url, "--mistral-max-examples", "2"]
    return run_pytest(folder, *target, *arguments, *PACKAGE)


def test_plugin_imports_nothing_of_the_suite_until_asked(tmp_path: Path) -> None:
    code = (
        "import sys, pytest, mistral_conformance.pytest_plugin as plugin\n"
        "heavy = {'schemathesis', 'hypothesis', 'httpx', 'rich', 'attrs', 'mistral_openapi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_option_the_package_has_no_tests(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, *PACKAGE).returncode == 5


def test_every_case_is_a_test(tmp_path: Path) -> None:
    with serving(keyed, models) as fake:
        done = judge(
            tmp_path, fake, "--collect-only", "-q", "--mistral-operations", "models.retrieve"
        )
        assert not fake.requests, "collecting asks nothing"
    assert done.stdout.count("schema.status[models.retrieve]") == 1
    assert "models.tuned-model-is-listed-and-chats" in done.stdout
    assert "views.list-shows-what-reading-shows[model]" in done.stdout


def test_the_option_alone_brings_the_rules_beside_a_projects_own_tests(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    with serving(keyed, models) as fake:
        target = ["--mistral-base-url", fake.base_url, "--mistral-operations", "models.retrieve"]
        done = run_pytest(tmp_path, *target, "--collect-only", "-q")
    assert done.stdout.count("schema.status[models.retrieve]") == 1
    assert "test_own" in done.stdout


def test_broken_rule_fails_its_test_and_shows_the_request(tmp_path: Path) -> None:
    with serving(keyed, models, libraries) as fake:
        rule = ["--mistral-rules", "input.fault-rejected"]
        done = judge(tmp_path, fake, *rule, "--mistral-operations", "beta.libraries.list")
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "MUST fail: A plain request with exactly one fault" in done.stdout
    assert "curl -i" in done.stdout
    assert "Traceback" not in done.stdout


def test_rule_that_holds_passes_and_what_it_created_is_deleted(tmp_path: Path) -> None:
    with serving(keyed, models, libraries) as fake:
        rule = ["--mistral-rules", "auth.*", "--mistral-operations", "beta.libraries.get"]
        done = judge(tmp_path, fake, *rule)
        assert fake.sent("POST")
        assert [each.path for each in fake.sent("DELETE")] == [f"/v1/libraries/{LIBRARY_ID}"]
    assert done.returncode == 0
    assert "2 passed" in done.stdout


def test_missing_identity_skips_the_test(tmp_path: Path) -> None:
    needy = next(each.id for each in load_rules() if "neighbour" in each.needs)
    with serving(keyed, models) as fake:
        done = judge(tmp_path, fake, "-rs", "--mistral-rules", needy, "--mistral-profile", "whole")
    assert done.returncode == 0
    assert "needs the identity" in done.stdout


def test_reports_are_written_when_asked_for(tmp_path: Path) -> None:
    with serving(keyed, models, libraries) as fake:
        rule = ["--mistral-rules", "auth.*", "--mistral-operations", "models.list"]
        judge(tmp_path, fake, *rule, "--mistral-report-dir", "out")
    names = {each.name for each in (tmp_path / "out" / "latest").iterdir()}
    assert names == {"report.json", "junit.xml", "report.html"}


def test_every_option_has_help_and_means_what_the_command_line_means() -> None:
    options = {**ONCE, **REPEATED}
    assert all(words for _, words in options.values())
    known = {word for each in make_run_parser()._actions for word in each.option_strings}
    offered = {f"--{each}" for each in (*options, *FLAGS)}
    assert offered <= known
    assert {each for each in known if each.startswith("--")} - offered == NOT_HERE


def test_rules_of_a_users_own_are_tests_too(tmp_path: Path) -> None:
    (tmp_path / "own_rules.py").write_text(
        "from mistral_conformance.own import MUST, rule\n"
        '@rule(id="own.some", level=MUST, source="own: ours", operations=("models.list",))\n'
        "def some(ctx):\n"
        '    """Models are listed."""\n'
        '    ctx.expect_status(ctx.api.call("models.list"), 200)\n'
    )
    with serving(keyed, models) as fake:
        own = ["--mistral-rules-from", "own_rules.py", "--mistral-rules", "own.*"]
        done = judge(tmp_path, fake, *own, "--mistral-operations", "models.list")
    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_options_are_read_from_the_file_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "mistral-conformance.toml").write_text('rules = ["auth.key-wanted"]\n')
    with serving(keyed, models) as fake:
        target = ["--mistral-base-url", fake.base_url, "--mistral-operations", "models.list"]
        done = run_pytest(tmp_path, *target, "--collect-only", "-q", *PACKAGE)
    assert [each for each in done.stdout.splitlines() if "::" in each] == [
        each for each in done.stdout.splitlines() if "auth.key-wanted[models.list]" in each
    ]
    assert "auth.key-wanted[models.list]" in done.stdout


def test_wrong_option_is_told_by_its_name_here(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--mistral-base-url", "http://x", "--mistral-seed", "x", *PACKAGE)
    assert done.returncode == 4
    assert "--mistral-seed" in done.stderr


def test_unreachable_server_ends_the_run_with_3(tmp_path: Path) -> None:
    with serving() as fake:
        pass
    done = judge(tmp_path, fake, "--mistral-rules", "auth.*")
    assert done.returncode == 3
    assert "no server answers" in done.stdout + done.stderr


def test_missing_key_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY")
    done = run_pytest(tmp_path, "--mistral-base-url", "http://127.0.0.1:1", *PACKAGE)
    assert done.returncode == 4
    assert "set the environment variable MISTRAL_API_KEY" in done.stderr


def test_what_is_no_url_is_wrong_use(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--mistral-base-url", "foo", *PACKAGE)
    assert done.returncode == 4
    assert "'foo' is no URL: write it like http://foo" in done.stderr
    clock = ["--mistral-base-url", "http://127.0.0.1:1", "--mistral-clock-url", "http://a..b"]
    assert "is no URL" in run_pytest(tmp_path, *clock, *PACKAGE).stderr
