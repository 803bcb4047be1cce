"""The mock under load, against a bare Starlette app that returns the same body."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 64
REQUESTS = 15_000
FLOOR, FLOOR_SCRIPTED = 0.8, 0.5
MANY = 1000
"""Replies that each request is compared with."""
LONGEST_START_S = 0.7
"""How long a start may take: one thread does it, so that it is as long on an idle machine."""
FIXTURE_MS = 5.0
TESTS = 500
HEADERS = {"Authorization": "Bearer mock-key"}
BARE = Path(__file__).resolve().with_name("bare_app.py")


@attrs.frozen
class Load:
    """What one burst of requests cost the server."""

    cpu_s: float
    wall_s: float
    resident_kb: int


@contextmanager
def server(
    command: list[str], environment: dict[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """The base URL and process id of a server that prints its base URL first."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.communicate(timeout=10)


def burst(base_url: str, pid: int, requests: int) -> Load:
    """Sends the requests over 64 connections; raises on any answer that is not 200."""
    before, started = cpu_seconds(pid), time.monotonic()
    asyncio.run(send_all(base_url, requests))
    return Load(cpu_seconds(pid) - before, time.monotonic() - started, resident_kb(pid))


async def send_all(base_url: str, requests: int) -> None:
    """All requests, evenly over the connections."""
    address = urlsplit(base_url)
    share = requests // CONNECTIONS
    jobs = (
        send_many(str(address.hostname), int(address.port or 80), share) for _ in range(CONNECTIONS)
    )
    await asyncio.gather(*jobs)


async def send_many(host: str, port: int, requests: int) -> None:
    """One connection's requests, one after the other."""
    reader, writer = await asyncio.open_connection(host, port)
    lines = [
        "GET /v1/libraries HTTP/1.1",
        f"host: {host}",
        *(f"{k}: {v}" for k, v in HEADERS.items()),
    ]
    head = "\r\n".join([*lines, "", ""])
    try:
        for _ in range(requests):
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"bench: the server answered {answer[:200]!r}")
            length = answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
    finally:
        writer.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kb(pid: int) -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def show(rounds: int) -> None:
    """What the mock costs: at rest, with many replies and a journal, at its start, for a test."""
    mock = [sys.executable, "-m", "mistral_mock", "serve", "--port", "0"]
    show_load([*mock, "--journal", "0"], "no journal, no replies", FLOOR, rounds)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "replies.yaml"
        file.write_text("".join(map(make_reply, range(MANY))))
        scripted = [*mock, "--replies", str(file)]
        show_load(scripted, f"{MANY:,} replies and a journal", FLOOR_SCRIPTED, rounds)
    show_start(mock, rounds)
    show_fixture()


def make_reply(number: int) -> str:
    """A reply that may be for any operation and fits no request."""
    return f"- when: {{user: number {number}}}\n  answer: {{error: {{status: 500}}}}\n"


def show_start(command: list[str], rounds: int) -> None:
    """The median CPU time from the command to the first line of its output.

    With bytecode, as an installed package has it: a start that nobody counts writes it.
    """
    with TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        times = [time_start(command, environment) for _ in range(rounds + 1)][1:]
    found = statistics.median(cpu_s for cpu_s, _ in times)
    wall = statistics.median(wall_s for _, wall_s in times)
    under = "" if found <= LONGEST_START_S else " OVER"
    print(f"mock, start: {found:.2f} s of CPU (<= {LONGEST_START_S}{under}), {wall:.2f} s in all")


def time_start(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of CPU, and in all, until a server answers."""
    started = time.monotonic()
    with server(command, environment) as (_, pid):
        return cpu_seconds(pid), time.monotonic() - started


def show_fixture() -> None:
    """What `mistral_server` adds to a test, over many empty tests."""
    times = {name: time_tests(name) for name in ("", "mistral_server")}
    each = (times["mistral_server"] - times[""]) / TESTS * 1000
    under = "" if each <= FIXTURE_MS else " OVER"
    print(f"fixture mistral_server: {each:.1f} ms a test (<= {FIXTURE_MS}{under})")


def time_tests(fixture: str) -> float:
    """Seconds of a run of so many empty tests with a fixture, as pytest tells them."""
    with TemporaryDirectory() as folder:
        code = f"import pytest\n@pytest.mark.parametrize('n', range({TESTS}))\n"
        Path(folder, "test_empty.py").write_text(f"{code}def test_it(n, {fixture}): pass\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "mistral_pytest.plugin"]
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", folder], capture_output=True, text=True, check=True
        )
    return float(done.stdout.rstrip().rpartition(" in ")[2].partition("s")[0])


def show_load(mock: list[str], title: str, floor: float, rounds: int) -> None:
    """Requests per second of server CPU, the mock's over the bare app's, and the mock's memory."""
    with server(mock) as (mock_url, mock_pid):
        for number in range(10):
            httpx.post(
                f"{mock_url}/v1/libraries", headers=HEADERS, json={"name": f"n{number}"}
            ).raise_for_status()
        body = httpx.get(f"{mock_url}/v1/libraries", headers=HEADERS).content
        with server([sys.executable, str(BARE), body.decode()]) as (bare_url, bare_pid):
            show_ratio(
                [
                    (burst(mock_url, mock_pid, REQUESTS), burst(bare_url, bare_pid, REQUESTS))
                    for _ in range(rounds)
                ],
                title,
                floor,
            )


def show_ratio(pairs: list[tuple[Load, Load]], title: str, floor: float) -> None:
    """The table's last lines."""
    by_cpu = statistics.median(bare.cpu_s / mock.cpu_s for mock, bare in pairs)
    by_wall = statistics.median(bare.wall_s / mock.wall_s for mock, bare in pairs)
    under = "" if by_cpu >= floor else " UNDER"
    print(
        f"mock, {title}, GET /v1/libraries, {CONNECTIONS} connections, "
        "requests per second to a bare app's:"
    )
    print(f"    per CPU second {by_cpu:.2f} (>= {floor}{under}), per wall second {by_wall:.2f}")
    first, last = (pair[0].resident_kb / 1024 for pair in (pairs[0], pairs[-1]))
    total = REQUESTS * len(pairs)
    print(f"    memory {first:.1f} MB after {REQUESTS:,} requests, {last:.1f} MB after {total:,}")
