"""The commands that record, replay and make archives, as a shell runs them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.mock_recording.conftest import ask

from mistral_mock.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from mistral_mock.server import RunningServer

COMMAND = [sys.executable, "-m", "mistral_mock"]


def test_command_records_and_replays(upstream: RunningServer, folder: Path) -> None:
    record = ["record", "--to", upstream.base_url, "--into", str(folder), "--port", "0"]
    replay = ["serve", "--replay", str(folder), "--pace", "2x", "--port", "0"]
    heard = []
    for options in (record, replay):
        process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with httpx.Client(base_url=url, headers={"authorization": "Bearer mock-key"}) as client:
                heard.append([ask(client).json(), ask(client, stream=True).text])
        finally:
            process.terminate()
            process.communicate(timeout=10)
    assert heard[0] == heard[1]


WRONG = {
    "vendor": (["record", "--to", "https://api.mistral.ai", "--into", "x"], "--yes-live"),
    "no address": (
        ["record", "--to", "localhost:80", "--into", "x"],
        "is not the address of a server",
    ),
    "password": (["record", "--to", "http://u:p@h", "--into", "x"], "no user and no password"),
    "absent": (["serve", "--replay", "/nowhere/at/all"], "does not exist"),
    "no server": (["serve", "--replay", "/", "--missing", "record"], "need each other"),
    "no folder": (["serve", "--missing", "engine"], "need --replay"),
    "no recordings": (["har", "/nowhere/at/all"], "is not a folder"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_told(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    options, told = WRONG[name]
    assert main(options) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("pace", ["fast", "0x", "1", "x"])
def test_pace_that_is_none_is_refused(pace: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--replay", "/", "--pace", pace])
    assert "is not a pace" in capsys.readouterr().err
