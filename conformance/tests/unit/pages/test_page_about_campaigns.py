"""The table of docs/campaigns.md is what the simulation gives."""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[4]
PAGE = (PROJECT / "docs" / "campaigns.md").read_text("utf-8")
sys.path.insert(0, str(PROJECT / "conformance" / "tests" / "bench"))

from campaign_workers import PARTS, REQUESTS, simulate, write_table  # noqa: E402 - as it is run


def test_table_of_the_page_is_the_simulations() -> None:
    assert write_table() in PAGE


def test_one_worker_does_the_requests_of_a_round_one_after_the_other() -> None:
    assert simulate(1).now == PARTS * (3 + REQUESTS / 20)


def test_rate_is_never_exceeded() -> None:
    assert PARTS * REQUESTS / simulate(10, rate=50).now <= 50
