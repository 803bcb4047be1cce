"""How long one request waits for another: the mock's longest delay of a trivial request.

Every case sends an operation the most that the mock takes, on a mock of its own, while a probe in
another process asks for the list of models. The figure is the probe's longest delay.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import delay_cases
import httpx
from mock_load import HEADERS, server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delay_cases import Case

LIMIT_S = 0.25
PROBE = Path(__file__).resolve().with_name("probe.py")
MOCK = [sys.executable, "-m", "mistral_mock", "serve", "--port", "0", "--clock", "manual"]


@attrs.frozen
class Delay:
    """What a case did to others: their longest delay, and how long they waited usually."""

    longest_s: float
    median_s: float
    status: int
    """Of the answer to the case's last request."""


@contextmanager
def probing(base_url: str, delays: list[float]) -> Iterator[None]:
    """Measures delays while the block runs."""
    command = [sys.executable, str(PROBE), base_url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        told, _ = process.communicate(timeout=120)
        delays += json.loads(told)


def measure(case: Case) -> Delay:
    """What the case does to a fresh mock."""
    delays: list[float] = []
    with server(MOCK) as (base_url, _):
        client = httpx.Client(base_url=base_url, headers=HEADERS, timeout=600)
        with client:
            requests = case.prepare(client)
            with probing(base_url, delays):
                status = [client.send(request).status_code for request in requests][-1]
    return Delay(max(delays), statistics.median(delays), status)


def show(rounds: int, names: list[str], *, full: bool) -> None:
    """A line for each case, and the longest delay of all."""
    print(
        f"mock, longest delay of GET /v1/models during other requests (<= {LIMIT_S * 1000:.0f} ms):"
    )
    longest = 0.0
    for case in delay_cases.choose(full=full, names=names):
        found = [measure(case) for _ in range(rounds)]
        usual = statistics.median(delay.longest_s for delay in found)
        longest = max(longest, usual)
        over = "" if usual <= LIMIT_S else " OVER"
        worst = max(delay.longest_s for delay in found)
        print(
            f"    {case.name:<58} {usual * 1000:>6.0f} ms{over}"
            f"  worst {worst * 1000:.0f} ms  ({found[-1].status})",
            flush=True,
        )
    print(f"    the longest delay of all {longest * 1000:.0f} ms")
