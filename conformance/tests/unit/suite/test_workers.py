"""A run of several processes: one report, as if one had judged, and one end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.suite.fake_server import KEY, Answer, keyed, libraries, models, serving

from mistral_conformance import cli
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_operations
from mistral_conformance.running.shards import Shard, parts_of, take

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.suite.fake_server import Request

FEW = ("--operations", "models.*", "--operations", "embeddings.create", "--max-examples", "2")
RULES = ("--rules", "schema.*", "--rules", "offered.*")
PLAN = make_plan(
    load_document(),
    [*load_rules(), *load_laws()],
    select_operations(load_document(), "seed"),
    "seed",
)


def report_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "latest" / "report.json").read_bytes())
    return found


def listless(request: Request) -> Answer | None:
    """Lists models in no form that the document knows."""
    return Answer(200, {"object": "list", "data": "none"}) if models(request) else None


def test_shards_that_are_apart_share_no_group_of_operations() -> None:
    parts = [take(PLAN, Shard(each, 2, apart=True)) for each in (1, 2)]
    groups = [
        {
            name.removeprefix("beta.").partition(".")[0]
            for case in part
            for name in ((case.operation.id,) if case.operation else case.rule.operations)
        }
        for part in parts
    ]
    assert all(groups)
    assert groups[0] & groups[1] == set()
    assert sum(map(len, parts)) == len(PLAN)
    assert parts_of(PLAN) > 2


def test_two_workers_find_what_one_finds(tmp_path: Path) -> None:
    for workers in ("1", "2"):
        given = ("run", "--embedded-mock", *FEW, *RULES, "--report-dir", str(tmp_path / workers))
        assert cli.main([*given, "--workers", workers]) == 0
    one, two = (report_of(tmp_path / each) for each in ("1", "2"))
    assert [(each["name"], each["status"]) for each in two["rules"]] == [
        (each["name"], each["status"]) for each in one["rules"]
    ]
    assert two["run"]["holds"]
    assert two["run"]["settings"] == one["run"]["settings"]
    assert len(list((tmp_path / "2" / "latest" / "workers").iterdir())) == 2


def test_bounds_are_shared_by_the_workers(tmp_path: Path) -> None:
    given = ("run", "--embedded-mock", *FEW, *RULES, "--report-dir", str(tmp_path))
    assert cli.main([*given, "--workers", "2", "--max-requests", "30"]) == 4
    assert report_of(tmp_path)["run"]["requests"] <= 30


def test_failures_of_a_worker_fail_the_run_and_bring_their_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    with serving(keyed, listless, libraries) as fake:
        given = ("run", "--base-url", fake.base_url, "--report-dir", str(tmp_path), *FEW)
        code = cli.main([*given, "--rules", "schema.*", "--workers", "2", "--require", "*"])
    assert code == 1
    broken = [each["name"] for each in report_of(tmp_path)["rules"] if each["status"] == "fail"]
    assert broken
    assert list((tmp_path / "latest" / "reproduce").glob("*.sh"))


def test_without_a_server_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    with serving(models) as fake:
        url = fake.base_url
    given = ("run", "--base-url", url, "--report-dir", str(tmp_path), *FEW, "--workers", "2")
    assert cli.main(given) == 3
    assert url in capsys.readouterr().err
    assert not (tmp_path / "latest" / "report.json").exists()


@pytest.mark.parametrize(
    "option",
    [("--shard", "1/2"), ("--migration",), ("--ledger", "x"), ("--format", "har")],
    ids=lambda option: option[0],
)
def test_options_that_several_workers_cannot_keep_are_refused(
    option: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("run", "--embedded-mock", "--report-dir", str(tmp_path), "--workers", "2", *option)
    assert cli.main(given) == 2
    assert "--workers" in capsys.readouterr().err


def test_an_interrupt_ends_every_worker_and_is_told(tmp_path: Path) -> None:
    given = ("run", "--embedded-mock", "--workers", "2", "--report-dir", str(tmp_path))
    command = [sys.executable, "-m", "mistral_conformance", *given]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr
        first = run.stderr.readline()  # a worker has judged something
        os.kill(run.pid, signal.SIGINT)
        run.communicate()
    assert "/" in first
    assert run.returncode == 130
    assert report_of(tmp_path)["run"]["interrupted"]
