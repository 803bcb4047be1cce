"""What a run creates stands on disk before it is there, so that it can be deleted later."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve
from tests.unit.suite.fake_server import KEY

from mistral_conformance import cli
from mistral_conformance.record.wire import Message
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.session.identities import CALLER, Identity
from mistral_conformance.session.ledger import WrongLedger, read_ledger
from mistral_mock.identities import DEFAULT
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Caller
    from mistral_conformance.session.session import Session
    from mistral_mock.server import RunningServer

LIBRARIES = "/v1/libraries"
JOBS = "/v1/batch/jobs"
FILES = "/v1/files"


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    monkeypatch.setenv("MISTRAL_API_KEY", DEFAULT.key)
    with running(Settings()) as mock:
        yield mock


@pytest.fixture
def base_url(mock: RunningServer) -> str:
    return mock.base_url


def options(base_url: str, ledger: Path) -> RunOptions:
    caller = Identity(CALLER, "MISTRAL_API_KEY", DEFAULT.key)
    return RunOptions(base_url, {CALLER: caller}, run_id="lost1234", ledger=ledger)


def make_library(session: Session, name: str) -> str:
    message = Message("POST", LIBRARIES, json={"name": session.marker.name(name)})
    return str(session.send(message, CALLER, "beta.libraries.create")["id"])


def listed(base_url: str, path: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {DEFAULT.key}"}
    found = httpx.get(base_url + path, headers=headers, params={"page_size": 100})
    items: list[dict[str, Any]] = found.json()["data"]
    return items


def names(base_url: str) -> set[str]:
    return {each["name"] for each in listed(base_url, LIBRARIES)}


def test_ledger_tells_what_is_still_there_and_no_key(base_url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with open_session(options(base_url, ledger)) as session:
        kept, gone = make_library(session, "kept"), make_library(session, "gone")
        session.delete(next(e for e in session.creations.left("") if gone in e.made.path).made)
    account = read_ledger(ledger)
    assert [each.ids for each in account.made] == [{"library_id": kept}]
    assert (account.run_id, account.base_url) == ("lost1234", base_url)
    assert account.unsure == ()
    assert DEFAULT.key not in ledger.read_text()


def test_ledger_says_what_may_be_made_before_it_is_sent(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    seen: list[str] = []
    with open_session(options(base_url, ledger)) as session:
        plain = session.wire.send

        def send(message: Message, caller: Caller, operation: str = "") -> Exchange:
            seen.append(ledger.read_text())
            return plain(message, caller, operation)

        monkeypatch.setattr(session.wire, "send", send)
        make_library(session, "x")
    assert '"intended": "beta.libraries.create"' in seen[0].splitlines()[-1]


def test_clean_deletes_what_a_killed_run_left(
    base_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, before = tmp_path / "ledger.jsonl", names(base_url)
    with open_session(options(base_url, ledger)) as session:
        make_library(session, "one")
        make_library(session, "two")
    assert len(names(base_url)) == len(before) + 2
    assert cli.main(["clean", str(ledger)]) == 0
    assert names(base_url) == before
    assert "2 of 2 objects of the run are deleted" in capsys.readouterr().out


def test_clean_finds_by_its_name_what_the_ledger_does_not_know(
    base_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, before = tmp_path / "ledger.jsonl", names(base_url)
    with open_session(options(base_url, ledger)) as session:
        for number in range(120):
            make_library(session, f"lost {number}")
    begun = ledger.read_text().splitlines()[0]
    ledger.write_text(f'{begun}\n{{"intended": "beta.libraries.create"}}\n{{"made": {{"ide')
    assert cli.main(["clean", str(ledger)]) == 0
    assert names(base_url) == before
    told = capsys.readouterr().out
    assert "120 of 120 objects of the run are deleted" in told
    assert "an answer of beta.libraries.create was lost" in told


def start_job(base_url: str, ledger: Path) -> None:
    line = {"custom_id": "1", "body": {"messages": [{"role": "user", "content": "Hi."}]}}
    body = {"endpoint": "/v1/chat/completions", "model": "mistral-small-latest", "requests": [line]}
    with open_session(options(base_url, ledger)) as session:
        session.send(Message("POST", JOBS, json=body), CALLER, "batch.jobs.create")


def lose_answer(ledger: Path) -> None:
    """As if the run had been killed before it noted the job."""
    begun = ledger.read_text().splitlines()[0]
    ledger.write_text(f'{begun}\n{{"intended": "batch.jobs.create"}}\n')


def test_clean_finds_by_its_marker_what_has_no_name(
    base_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    start_job(base_url, ledger)
    lose_answer(ledger)
    assert cli.main(["clean", str(ledger)]) == 0
    assert listed(base_url, JOBS) == []
    assert "1 of 1 object of the run is deleted" in capsys.readouterr().out


@pytest.mark.parametrize("lose", [lambda _: None, lose_answer], ids=["noted", "lost"])
@pytest.mark.parametrize("later_s", [0, 3600], ids=["at work", "done"])
def test_clean_deletes_what_a_job_has_made(
    mock: RunningServer, tmp_path: Path, lose: Callable[[Path], object], later_s: int
) -> None:
    ledger, before = tmp_path / "ledger.jsonl", listed(mock.base_url, FILES)
    start_job(mock.base_url, ledger)
    lose(ledger)
    mock.world.clock.advance(later_s)
    assert cli.main(["clean", str(ledger)]) == 0
    mock.world.clock.advance(3600)
    assert listed(mock.base_url, JOBS) == []
    assert listed(mock.base_url, FILES) == before


def test_clean_leaves_what_is_of_others(base_url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with open_session(options(base_url, ledger)) as session:
        make_library(session, "mine")
    headers = {"Authorization": f"Bearer {DEFAULT.key}"}
    httpx.post(base_url + LIBRARIES, headers=headers, json={"name": "mconf-other123-x"})
    assert cli.main(["clean", str(ledger)]) == 0
    assert "mconf-other123-x" in names(base_url)


@pytest.mark.parametrize("text", ["", "{}\n", "[1]\n", "\x00\n", '{"made": {}}\n'])
def test_file_that_is_no_ledger_is_wrong_use(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other"
    path.write_text(text)
    with pytest.raises(WrongLedger, match="no ledger of a run"):
        read_ledger(path)
    assert cli.main(["clean", str(path)]) == 2
    assert cli.main(["clean", str(tmp_path / "absent")]) == 2


@pytest.mark.parametrize("made", [1, 5])
def test_run_that_was_killed_can_be_cleaned(base_url: str, tmp_path: Path, made: int) -> None:
    ledger, before = tmp_path / "ledger.jsonl", names(base_url)
    command = [sys.executable, "-m", "mistral_conformance", "run", "--base-url", base_url]
    command += ["--operations", "beta.libraries.create", "--report-dir", str(tmp_path)]
    environment = {**os.environ, "MISTRAL_API_KEY": DEFAULT.key}
    run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while run.poll() is None and not _has(ledger, made):
            pass
    finally:
        run.kill()
        run.wait()
    assert run.returncode < 0, "the run ended before it was killed"
    assert cli.main(["clean", str(ledger)]) == 0
    assert names(base_url) == before


def _has(ledger: Path, made: int) -> bool:
    """Whether so many objects were made."""
    return ledger.exists() and ledger.read_text().count('{"made"') >= made


def test_keys_of_a_ledger_come_from_the_environment(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with open_session(options(base_url, ledger)) as session:
        make_library(session, "one")
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    assert cli.main(["clean", str(ledger)]) == 3


def test_key_by_another_name_leaves_the_other_identities_of_the_run(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, before = tmp_path / "ledger.jsonl", names(base_url)
    plain = options(base_url, ledger)
    both = {**plain.identities, "colleague": Identity("colleague", "OTHER_KEY", DEFAULT.key)}
    with open_session(evolve(plain, identities=both)) as session:
        message = Message("POST", LIBRARIES, json={"name": session.marker.name("x")})
        session.send(message, "colleague", "beta.libraries.create")
    monkeypatch.setenv("OTHER_KEY", DEFAULT.key)
    monkeypatch.setenv("NEW_KEY", DEFAULT.key)
    assert cli.main(["clean", str(ledger), "--as", "caller=NEW_KEY"]) == 0
    assert names(base_url) == before
