"""Comparison of two documents, without a client."""

from __future__ import annotations

import pytest
from changes.comparison import Methods


@pytest.fixture(scope="session")
def no_methods() -> Methods:
    """No operation has a client's method."""
    return Methods({})
