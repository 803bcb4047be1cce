"""A mock with several callers, and a client for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.callers import inhabited, meeting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A mock that refuses PDF files."""
    with inhabited(refused_types=("application/pdf",)) as started:
        yield started


@pytest.fixture
def person(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each caller, by the first part of the key; '' has none."""
    with meeting(server) as get:
        yield get


@pytest.fixture
def api(person: Callable[[str], httpx.Client]) -> httpx.Client:
    """The default caller."""
    return person("mock")
