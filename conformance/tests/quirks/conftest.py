"""Quirks are proved with both clients, against a mock set to the old or the new behaviour."""

from __future__ import annotations

import pytest
from tests.unit.client.harness import Both


@pytest.fixture(params=["sync", "async"])
def both(request: pytest.FixtureRequest) -> Both:
    return Both(is_async=request.param == "async")
