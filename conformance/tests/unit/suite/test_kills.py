"""A sample of what `make kills` does: nothing that can be deleted outlives a killed run."""

from __future__ import annotations

import pytest
from tests.kills import deletable, kill_and_clean

from mistral_mock.server import running
from mistral_mock.settings import Settings


@pytest.mark.parametrize(("profile", "after_s"), [("libraries", 1.5), ("files-batch", 0.3)])
def test_nothing_outlives_a_killed_run_and_its_cleaning(profile: str, after_s: float) -> None:
    with running(Settings()) as mock:
        before = deletable(mock.base_url)
        assert kill_and_clean(mock.base_url, profile, after_s, seed=7) == []
        assert deletable(mock.base_url) == before
