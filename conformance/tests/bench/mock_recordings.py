"""What replaying costs beside the engine, and what recording adds to exchanges and streams."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from mock_load import HEADERS, cpu_seconds, server

EXCHANGES = 1000
REPLAY_LIMIT = 1.5
RECORD_MS = 2.0
MOCK = [sys.executable, "-m", "mistral_mock"]
SERVE = [*MOCK, "serve", "--port", "0"]
PACED = [*SERVE, "--events-per-second", "50"]
STREAMS = 20
QUESTION = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "What is a shelf?"}],
}


def show(rounds: int) -> None:
    """All figures."""
    with TemporaryDirectory() as folder, server(SERVE) as (direct, _):
        recorder = [*MOCK, "record", "--port", "0", "--to", direct, "--into", folder]
        with server(recorder) as (proxy, pid):
            show_recording(proxy, pid)
        assert len(list(Path(folder).rglob("*.yaml"))) == EXCHANGES
        show_replaying([*SERVE, "--replay", folder], rounds)
    with TemporaryDirectory() as folder, server(PACED) as (direct, _):
        recorder = [*MOCK, "record", "--port", "0", "--to", direct, "--into", folder]
        with server(recorder) as (proxy, _):
            show_first_event(direct, proxy)


def show_recording(proxy: str, pid: int) -> None:
    """CPU of the recorder for an exchange: all that it adds, as one thread does it."""
    with httpx.Client(headers=HEADERS) as client:
        ask(client, proxy, 0)
        before = cpu_seconds(pid)
        for number in range(1, EXCHANGES):
            ask(client, proxy, number)
        added = (cpu_seconds(pid) - before) / (EXCHANGES - 1) * 1000
    under = "" if added <= RECORD_MS else " OVER"
    print(f"recording adds {added:.2f} ms of CPU to an exchange (<= {RECORD_MS}{under})")


def show_first_event(direct: str, proxy: str) -> None:
    """When the first event of a stream comes through the recorder, beside directly."""
    times: dict[str, list[float]] = {direct: [], proxy: []}
    whole: list[float] = []
    with httpx.Client(headers=HEADERS) as client:
        for _ in range(STREAMS):
            for url, found in times.items():
                first, last = time_stream(client, url)
                found.append(first)
                whole.append(last)
    added = (statistics.median(times[proxy]) - statistics.median(times[direct])) * 1000
    print(
        f"first event of a stream: {statistics.median(times[direct]) * 1000:.1f} ms directly, "
        f"{added:+.1f} ms through the recorder; all of it takes {statistics.median(whole):.2f} s"
    )


def time_stream(client: httpx.Client, url: str) -> tuple[float, float]:
    """Seconds to the first event of a stream, and to its end."""
    began = time.perf_counter()
    first = 0.0
    with client.stream(
        "POST", f"{url}/v1/chat/completions", json={**QUESTION, "stream": True}
    ) as answer:
        for _ in answer.iter_raw():
            first = first or time.perf_counter() - began
    return first, time.perf_counter() - began


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
