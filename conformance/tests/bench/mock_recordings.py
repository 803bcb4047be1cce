"""What replaying costs beside the engine, and what recording adds to exchanges and streams."""

from __future__ import annotations

import statistics
import sys
import time
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
from mock_load import HEADERS, cpu_seconds, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

EXCHANGES = 1000
REPLAY_LIMIT = 1.5
CHUNK = 111
"""Exchanges of a round; recorder and proxy take turns."""
RECORD_MS = 2.0
BARE_PROXY = Path(__file__).resolve().with_name("bare_proxy.py")
MOCK = [sys.executable, "-m", "mistral_mock"]
SERVE = [*MOCK, "serve", "--port", "0"]
PACED = [*SERVE, "--events-per-second", "50"]
STREAMS = 40
QUESTION = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "What is a shelf?"}],
}


def show(rounds: int) -> None:
    """All figures."""
    with TemporaryDirectory() as folder, server(SERVE) as (direct, _):
        with recorder(direct, folder) as recording, bare_proxy(direct) as passing:
            show_recording(recording, passing)
        assert len(list(Path(folder).rglob("*.yaml"))) == EXCHANGES
        show_replaying([*SERVE, "--replay", folder], rounds)
    with (
        TemporaryDirectory() as folder,
        server(PACED) as (direct, _),
        recorder(direct, folder) as (recording, _),
        bare_proxy(direct) as (passing, _),
    ):
        show_first_event(direct, passing, recording)


def recorder(upstream: str, folder: str) -> AbstractContextManager[tuple[str, int]]:
    """The base URL and process id of a recorder in front of a server."""
    return server([*MOCK, "record", "--port", "0", "--to", upstream, "--into", folder])


def bare_proxy(upstream: str) -> AbstractContextManager[tuple[str, int]]:
    """The same of a proxy that keeps nothing."""
    return server([sys.executable, str(BARE_PROXY), upstream])


def show_recording(recording: tuple[str, int], passing: tuple[str, int]) -> None:
    """CPU of the recorder for an exchange beside that of a proxy that keeps nothing."""
    numbers = iter(range(EXCHANGES))
    with httpx.Client(headers=HEADERS) as client:
        ask(client, recording[0], next(numbers))
        ask(client, passing[0], 0)
        pairs = [
            (cost(client, recording, chunk), cost(client, passing, chunk))
            for chunk in batched(numbers, CHUNK)
        ]
    whole, bare = (statistics.median(one) for one in zip(*pairs, strict=True))
    added = statistics.median(one - other for one, other in pairs)
    under = "" if added <= RECORD_MS else " OVER"
    print(
        f"recording adds {added:.2f} ms of CPU to an exchange that passes through a proxy "
        f"(<= {RECORD_MS}{under}); with the proxy {whole:.2f} ms, the proxy alone {bare:.2f} ms"
    )


def batched(numbers: Iterator[int], size: int) -> Iterator[list[int]]:
    """The numbers in lists of so many."""
    while found := list(islice(numbers, size)):
        yield found


def cost(client: httpx.Client, asked: tuple[str, int], numbers: list[int]) -> float:
    """CPU of a process for an exchange, in milliseconds."""
    url, pid = asked
    before = cpu_seconds(pid)
    for number in numbers:
        ask(client, url, number)
    return (cpu_seconds(pid) - before) / len(numbers) * 1000


def show_first_event(direct: str, passing: str, recording: str) -> None:
    """When the first event of a stream comes: directly, through a proxy, through the recorder."""
    times: dict[str, list[float]] = {direct: [], passing: [], recording: []}
    whole: list[float] = []
    with httpx.Client(headers=HEADERS) as client:
        for _ in range(STREAMS):
            for url, found in times.items():
                first, last = time_stream(client, url)
                found.append(first * 1000)
                whole.append(last)
    alone, proxy, recorded = (statistics.median(times[url]) for url in times)
    added = statistics.median(
        one - other for one, other in zip(times[recording], times[passing], strict=True)
    )
    print(
        f"first event of a stream: recording adds {added:+.1f} ms to a proxy; {alone:.1f} ms "
        f"directly, {proxy:.1f} ms through a proxy, {recorded:.1f} ms through the recorder; "
        f"all of it takes {statistics.median(whole):.2f} s"
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
