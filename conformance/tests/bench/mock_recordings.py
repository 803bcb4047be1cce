"""What replaying costs beside the engine, and what recording adds to an exchange."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from mock_load import HEADERS, cpu_seconds, server

EXCHANGES = 1000
REPLAY_LIMIT = 1.5
RECORD_MS = 2.0
MOCK = [sys.executable, "-m", "mistral_mock"]
SERVE = [*MOCK, "serve", "--port", "0"]


def show(rounds: int) -> None:
    """Both figures."""
    with TemporaryDirectory() as folder, server(SERVE) as (direct, _):
        recorder = [*MOCK, "record", "--port", "0", "--to", direct, "--into", folder]
        with server(recorder) as (proxy, pid):
            show_recording(proxy, pid)
        replay = [*SERVE, "--replay", folder]
        show_replaying(replay, rounds)
        assert len(list(Path(folder).rglob("*.yaml"))) == EXCHANGES


def show_recording(proxy: str, pid: int) -> None:
    """CPU of the recorder for each exchange that passes through it."""
    with httpx.Client(headers=HEADERS) as client:
        before = cpu_seconds(pid)
        for number in range(EXCHANGES):
            ask(client, proxy, number)
        added = (cpu_seconds(pid) - before) / EXCHANGES * 1000
    under = "" if added <= RECORD_MS else " OVER"
    print(f"recording adds {added:.2f} ms of CPU to an exchange (<= {RECORD_MS}{under})")


def show_replaying(replay: list[str], rounds: int) -> None:
    """CPU of the mock for all recorded exchanges, over that of the engine for the same."""
    ratios = [measure(replay) / measure(SERVE) for _ in range(rounds)]
    found = statistics.median(ratios)
    under = "" if found <= REPLAY_LIMIT else " OVER"
    print(
        f"replay of {EXCHANGES:,} exchanges to the engine: {found:.2f} (<= {REPLAY_LIMIT}{under})"
    )


def measure(command: list[str]) -> float:
    """CPU seconds of a mock for all exchanges, without its start."""
    with server(command) as (url, pid), httpx.Client(headers=HEADERS) as client:
        before = cpu_seconds(pid)
        for number in range(EXCHANGES):
            ask(client, url, number)
        return cpu_seconds(pid) - before


def ask(client: httpx.Client, url: str, number: int) -> None:
    """One exchange."""
    messages = [{"role": "user", "content": f"Question number {number}"}]
    body = {"model": "mistral-small-latest", "messages": messages}
    client.post(f"{url}/v1/chat/completions", json=body).raise_for_status()
