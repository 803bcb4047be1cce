"""A short sample of the benchmark: every row of the client runs; no figure is judged here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import delay_cases
import mock_delay
import mock_load
import run
from rows import ROWS, TRANSFERS, Row
from server import STREAM_EVENTS

from mistral_mock.replies.files import read_file

STREAMS = {"stream_sync", "stream_joined"}
SMALL = [row for row in ROWS if row.name not in TRANSFERS | STREAMS]


@pytest.fixture(scope="module")
def base_url() -> object:
    with run.fixed_server() as url:
        yield url


@pytest.mark.parametrize("peer", ["httpx", "ours"])
@pytest.mark.parametrize("row", SMALL, ids=lambda row: row.name)
def test_row_runs_for(peer: str, row: Row, base_url: str) -> None:
    figures = run.measure(Path(sys.executable), peer, row.called, base_url, 2)
    assert figures["cpu_s"] > 0
    assert figures["modules"] > 0


@pytest.mark.parametrize("peer", ["httpx", "ours"])
@pytest.mark.parametrize("name", sorted(STREAMS))
def test_stream_row_reads_every_event(peer: str, name: str, base_url: str) -> None:
    figures = run.measure(Path(sys.executable), peer, name, base_url, 1)
    assert figures["count"] == STREAM_EVENTS


def test_ratio_is_taken_round_by_round() -> None:
    results = {
        "ours": [{"cpu_s": 1.0}, {"cpu_s": 10.0}, {"cpu_s": 3.0}],
        "httpx": [{"cpu_s": 2.0}, {"cpu_s": 20.0}, {"cpu_s": 1.0}],
    }
    assert run.ratio(results, "httpx") == 0.5
    assert run.ratio(results, "official") is None


def test_a_figure_over_its_limit_is_marked() -> None:
    assert run.show(1.2, 1.1).endswith("OVER)")
    assert "OVER" not in run.show(1.0, 1.1)


def test_load_on_the_mock_is_measured() -> None:
    command = [sys.executable, "-m", "mistral_mock", "serve", "--port", "0"]
    with mock_load.server(command) as (url, pid):
        load = mock_load.burst(url, pid, mock_load.CONNECTIONS * 4)
    assert load.cpu_s >= 0
    assert load.resident_kb > 1024


def test_delay_of_others_is_measured() -> None:
    (case,) = delay_cases.choose(full=False, names=["schedule of one second, a day passes"])
    delay = mock_delay.measure(case)
    assert 0 < delay.median_s <= delay.longest_s
    assert delay.status == 200


def test_cases_of_the_sample_are_among_all() -> None:
    names = {case.name for case in delay_cases.choose(full=True, names=())}
    assert names >= delay_cases.SAMPLED


def test_replies_of_the_bench_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "replies.yaml"
    file.write_text("".join(map(mock_load.make_reply, range(3))))
    assert len(read_file(file)) == 3
