"""Exchanges with the live server, where they are: what it took and sent is taken and sent here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import compare_recordings
import pytest

from mistral_conformance.record.recordings import read_recordings

if TYPE_CHECKING:
    from recordings.comparison import Comparison

    from mistral_conformance.record.recorded import Recorded

ROOT = Path(compare_recordings.__file__).parent.parent
FILES = sorted((ROOT.parent / "shared" / "recordings").glob("*.jsonl"))
EXCHANGES = [exchange for file in FILES for exchange in read_recordings(file)]


@pytest.mark.skipif(not EXCHANGES, reason="the recordings of the live server are not here")
@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda each: each.where)
def test_what_was_recorded_live_is_allowed_and_read_and_answered_alike(
    exchange: Recorded, comparison: Comparison
) -> None:
    assert [str(finding) for finding in comparison.findings(exchange)] == []
