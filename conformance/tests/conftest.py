"""Fixtures that several test folders share: a fresh mock for each test."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import HealthCheck, settings

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

pytest_plugins = ("pytester",)  # projects of others, in which pytest runs as it does for them

# How fast a machine makes up examples is no test's business.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

# Nor is how fast it answers: httpx gives up after five seconds where nothing else is said.
for phase in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, phase, 60.0)


def pytest_collection_finish() -> None:
    """Leave the tests themselves, which live to the end, out of every search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def mock() -> Iterator[RunningServer]:
    """A mock of its own on a free local port, with the key `mock-key` and a manual clock.

    Documents take a second, so that tests see them on their way.
    """
    with running(Settings(clock="manual", processing_delay_s=1.0)) as server:
        yield server
