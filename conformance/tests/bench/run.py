"""The benchmark: client against peers, mock against a bare server, side by side in one run.

Measures CPU time of the measured process, never wall time; peers take turns, round by round, and
a ratio is taken within each round, so that a machine whose speed drifts does not decide.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environments
import mock_delay
import mock_load
import mock_recordings
import pipeline_cost
import suite_cost
import suite_runs
from peer_httpx import new_file
from rows import (
    COLD_MEMORY_LIMIT_KB,
    MODULES_LIMIT,
    ROWS,
    TRANSFER_MEMORY_LIMIT_KB,
    TRANSFERS,
    Row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
OTHERS = {"mock", "delay", "suite", "runs", "pipeline"}
"""Rows that are not of the client."""
SMALLER = {
    "create_all": "create_some",
    "download_async": "get_async",
    "upload_async": "get_async",
}
"""What the memory of a row is compared with, where that is not `get_sync`."""
MOST_SUITE_ROUNDS = 3
MOST_DELAY_ROUNDS = 3
Figures = dict[str, float]


@contextmanager
def fixed_server() -> Iterator[str]:
    """The base URL of a server of fixed answers in a process of its own."""
    command = [sys.executable, str(HERE / "server.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=10)


def measure(python: Path, peer: str, row: str, base_url: str, repeats: int) -> Figures:
    """The figures of one worker process."""
    command = [str(python), str(HERE / "worker.py"), peer, row, base_url, str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: {peer} failed at {row}:\n{done.stderr}")
    figures: Figures = json.loads(done.stdout)
    return figures


def compare(
    row: Row, pythons: dict[str, Path], base_url: str, rounds: int
) -> dict[str, list[Figures]]:
    """Every peer's figures of this row, round by round in turn."""
    peers = [peer for peer in row.peers if peer in pythons]
    results: dict[str, list[Figures]] = {peer: [] for peer in peers}
    for number in range(rounds):
        for peer in reversed(peers) if number % 2 else peers:
            python = pythons["fast" if row.is_fast and peer == "ours" else peer]
            results[peer].append(measure(python, peer, row.called, base_url, row.repeats))
    return results


def ratio(results: dict[str, list[Figures]], peer: str) -> float | None:
    """The median of ours to this peer's CPU time, taken round by round."""
    if peer not in results:
        return None
    pairs = zip(results["ours"], results[peer], strict=True)
    return statistics.median(ours["cpu_s"] / other["cpu_s"] for ours, other in pairs)


def show(value: float | None, limit: float | None) -> str:
    """A ratio with its limit and a mark where it is over."""
    if value is None:
        return "-"
    if limit is None:
        return f"{value:.2f}"
    return f"{value:.2f} (<= {limit:.2f}{'' if value <= limit else ' OVER'})"


def show_row(row: Row, results: dict[str, list[Figures]]) -> None:
    """One line of the table."""
    own = statistics.median(figures["cpu_s"] for figures in results["ours"])
    cells = [
        f"{row.title:<33}",
        f"{own * 1000:>10.3f} ms",
        f"{show(ratio(results, 'httpx'), row.limit_httpx):<22}",
        f"{show(ratio(results, 'official'), row.limit_official):<22}",
        show(ratio(results, "stock"), None),
    ]
    print("  ".join(cells).rstrip(), flush=True)


def show_cold(results: dict[str, list[Figures]], idle: Figures) -> None:
    """Modules and memory of a cold start."""
    ours = results["ours"]
    modules = int(statistics.median(figures["modules"] for figures in ours))
    grown = statistics.median(figures["peak_kb"] for figures in ours) - idle["peak_kb"]
    over = "" if modules < MODULES_LIMIT else " OVER"
    print(f"    modules loaded {modules} (< {MODULES_LIMIT}{over})")
    over = "" if grown < COLD_MEMORY_LIMIT_KB else " OVER"
    print(f"    memory over a bare interpreter {grown / 1024:.1f} MB (< 22 MB{over})")


def show_transfer(results: dict[str, list[Figures]], rest: Figures) -> None:
    """Memory that a long transfer adds to a process that has made a smaller one."""
    grown = statistics.median(figures["peak_kb"] for figures in results["ours"]) - rest["peak_kb"]
    over = "" if grown <= TRANSFER_MEMORY_LIMIT_KB else " OVER"
    print(f"    memory over a smaller call {grown / 1024:+.1f} MB (<= +1 MB{over})")


def run(names: list[str], rounds: int, cases: list[str], *, full: bool) -> None:
    """Prints the table."""
    if not names or set(names) - OTHERS:
        run_client(names, rounds)
    if not names or "mock" in names:
        mock_load.show(rounds)
        mock_recordings.show(rounds)
    if not names or "delay" in names:
        mock_delay.show(min(rounds, MOST_DELAY_ROUNDS), cases, full=full)
    if not names or "suite" in names:
        suite_cost.show(min(rounds, MOST_SUITE_ROUNDS))
    if not names or "runs" in names:
        suite_runs.show()
    if not names or "pipeline" in names:
        pipeline_cost.show()


def run_client(names: list[str], rounds: int) -> None:
    """Prints the client's rows."""
    print("preparing environments ...", flush=True)
    pythons = environments.prepare()
    print(
        f"{'CPU time of the client':<33}  {'ours':>13}  "
        f"{'/ httpx':<22}  {'/ official SDK':<22}  / stock"
    )
    with fixed_server() as base_url:
        for row in ROWS:
            if names and row.name not in names:
                continue
            results = compare(row, pythons, base_url, rounds)
            show_row(row, results)
            if row.name.startswith("cold_"):
                show_cold(results, measure(pythons["ours"], "ours", "idle", base_url, 1))
            if row.name in TRANSFERS:
                small = SMALLER.get(row.name, "get_sync")
                show_transfer(results, measure(pythons["ours"], "ours", small, base_url, 1))
                for peer in results:
                    new_file(peer)  # which removes the one that is there


def main() -> None:
    """Reads the options and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "rows",
        nargs="*",
        help="rows to run (default: all): mock, delay, suite, runs, pipeline, "
        + ", ".join(r.name for r in ROWS),
    )
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each row (default 7)")
    parser.add_argument(
        "--full",
        action="store_true",
        help="the row delay with every operation at its largest, which takes an hour",
    )
    parser.add_argument(
        "--case", action="append", default=[], help="the row delay with cases of this name alone"
    )
    arguments = parser.parse_args()
    known = {row.name for row in ROWS} | OTHERS
    if unknown := set(arguments.rows) - known:
        parser.error(f"unknown rows {sorted(unknown)}; choose from {sorted(known)}")
    run(arguments.rows, arguments.rounds, arguments.case, full=arguments.full)


if __name__ == "__main__":
    main()
