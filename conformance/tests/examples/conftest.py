"""A mock whose clock runs, for examples that wait for documents to be processed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def base_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("MISTRAL_API_KEY", "mock-key")
    with running(Settings(clock="real")) as server:
        yield server.base_url
