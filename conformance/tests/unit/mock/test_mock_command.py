"""The command `mistral-mock`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_mock.cli import main
from mistral_mock.identities import parse_identity
from mistral_mock.registry import implemented

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOCK = (sys.executable, "-m", "mistral_mock")
BASE = "http://127.0.0.1:"


@contextmanager
def command(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A mock as a process, and its base URL."""
    process = subprocess.Popen(
        [*MOCK, "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().rstrip("\n")
    finally:
        process.kill()
        process.communicate()


def get(url: str, key: str = "mock-key") -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"}
    return httpx.get(f"{url}/v1/libraries", headers=headers, trust_env=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_serves_and_stops_cleanly(number: signal.Signals) -> None:
    with command() as (process, url):
        assert url.startswith(BASE)
        assert get(url).status_code == 200
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
        assert (process.returncode, output, errors) == (0, "", "")


def test_a_stalled_request_does_not_hold_up_the_end(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text('{"stall_s": 60}')
    with command("--faults", str(script)) as (process, url):
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/v1/libraries", timeout=0.2, trust_env=False)
        process.terminate()
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")


CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "A story."}]}


def test_the_end_in_the_middle_of_a_stream_is_quiet() -> None:
    headers = {"authorization": "Bearer mock-key"}
    with command("--event-gap", "60") as (process, url):
        with httpx.stream(
            "POST",
            f"{url}/v1/chat/completions",
            json={**CHAT, "stream": True},
            headers=headers,
            trust_env=False,
        ) as answer:
            events = answer.iter_bytes()
            assert next(events).startswith(b"data: ")
            process.terminate()
            with pytest.raises(httpx.RemoteProtocolError):
                list(events)
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")


def test_the_end_in_the_middle_of_a_wait_is_quiet() -> None:
    headers = {"authorization": "Bearer mock-key"}
    with command("--latency", "60") as (process, url):
        address = httpx.URL(url)
        with socket.create_connection((address.host, address.port or 80)) as client:
            client.sendall(b"GET /v1/libraries HTTP/1.1\r\nhost: x\r\n\r\n")
            httpx.get(f"{url}/_mock/health", headers=headers, trust_env=False)
            process.terminate()
            client.settimeout(10)
            with suppress(ConnectionResetError):
                assert client.recv(100) == b""
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("operations",)])
def test_an_output_that_nobody_reads_ends_the_command_quietly(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            [*MOCK, *arguments], stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False
        )
    finally:
        os.close(writing)
    assert (process.returncode, process.stderr) == (1, b"")


def test_options_reach_the_mock(tmp_path: Path) -> None:
    options = ["--key", "a-key=ann,lab,acme,private", "--clock", "manual", "--seed", "7"]
    options += ["--delete-answers", "204", "--without-put", "--state", str(tmp_path / "state")]
    options += ["--allowed-host", "Mock", "--control-token", "let-me-in"]
    with command(*options, "--rate-limit", "3") as (_, url):
        headers = {"authorization": "Bearer a-key"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as api:
            body = {"name": "n", "owner_type": "User"}
            made = api.post("/v1/libraries", json=body)
            path = f"/v1/libraries/{made.json()['id']}"
            statuses = [made.status_code, api.put(path, json={}).status_code]
            statuses += [api.delete(path).status_code, get(url).status_code]
            statuses += [api.get(path).status_code, api.get(path).status_code]
            assert statuses == [201, 405, 204, 401, 404, 429]
            assert api.get("/_mock/clock").status_code == 401
            headers = {"authorization": "Bearer let-me-in", "host": "mock:1"}
            assert api.get("/_mock/clock", headers=headers).json()["mode"] == "manual"
    assert (tmp_path / "state").exists()


def test_the_control_token_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISTRAL_MOCK_CONTROL_TOKEN", "let-me-in")
    with command() as (_, url):
        headers = {"authorization": "Bearer let-me-in"}
        assert httpx.get(f"{url}/_mock/clock", trust_env=False).status_code == 401
        told = httpx.get(f"{url}/_mock/clock", headers=headers, trust_env=False)
        assert told.status_code == 200
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "let-me-in" not in capsys.readouterr().out


def test_a_killed_mock_has_kept_its_state(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "state"))
    headers = {"authorization": "Bearer mock-key"}
    with command(*options) as (process, url):
        body = {"name": "kept"}
        httpx.post(f"{url}/v1/libraries", headers=headers, json=body, trust_env=False)
        process.kill()
        process.wait()
    with command(*options) as (_, url):
        assert [library["name"] for library in get(url).json()["data"]] == ["kept"]


WRONG = [
    ("--port", "x"),
    ("--port", "70000"),
    ("--key", "a=b"),
    ("--key", "=u,w,o"),
    ("--key", "a=u,w,o,root"),
    ("--key", "a=u,,o"),
    ("--seed", "x"),
    ("--clock", "sundial"),
    ("--delete-answers", "202"),
    ("--processing-delay", "-1"),
    ("--latency", "nan"),
    ("--latency", "1e99"),
    ("--max-upload", "0"),
    ("--max-file", "0"),
    ("--rate-limit", "0"),
    ("--rate-limit-shape", "round"),
    ("--colour", "red"),
]


@pytest.mark.parametrize("options", WRONG)
def test_a_wrong_option_is_named(
    options: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", *options])
    assert caught.value.code == 2
    assert options[0] in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "text", ["", "a=", "a=b", "a=b,c", "a=u,w,o,x", "\u00e9", "k\n", "k k", "\x7f"]
)
def test_a_key_that_is_not_spelled_right_is_told_how(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not KEY\[=USER,"):
        parse_identity(text)


def test_two_keys_that_are_the_same_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    key = ("--key", "a=u,w,o")
    assert main(["serve", *key, *key]) == 2
    assert capsys.readouterr().err == "mistral-mock: two --key options name the same key\n"


def test_a_wrong_fault_script_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "faults.json"
    script.write_text("[{}]")
    assert main(["serve", "--faults", str(script)]) == 2
    assert capsys.readouterr().err.startswith(f"mistral-mock: {script}: entry 1")


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert (
        error == f"mistral-mock: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
    )


def test_a_host_that_is_not_here_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "192.0.2.1", "--port", "0"]) == 1
    assert capsys.readouterr().err.startswith("mistral-mock: cannot listen on 192.0.2.1")


def test_a_bad_state_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "state"
    file.write_text("hello " * 1000)
    assert main(["serve", "--port", "0", "--state", str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"mistral-mock: {file}: ")


def test_a_command_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_operations_lists_what_is_implemented(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations"]) == 0
    listed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["GET", "/v1/libraries", "beta.libraries.list"] in listed
    assert {line[-1] for line in listed} == implemented()


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == version("mistral-openapi")
