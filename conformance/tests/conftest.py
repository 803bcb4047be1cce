"""Fixtures that several test folders share: a fresh mock for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer


@pytest.fixture
def mock() -> Iterator[RunningServer]:
    """A mock of its own on a free local port, with the key `mock-key` and a manual clock."""
    with running(Settings(clock="manual")) as server:
        yield server
