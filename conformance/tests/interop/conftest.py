"""Client libraries, each pointed at a mock of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistralai.client import Mistral
    from openai import OpenAI

    from mistral_mock.server import RunningServer


@pytest.fixture
def official(mock: RunningServer) -> Iterator[Mistral]:
    sdk = pytest.importorskip("mistralai.client", reason="the official SDK is not installed")
    with sdk.Mistral(api_key="mock-key", server_url=mock.base_url) as client:
        yield client


@pytest.fixture
def openai(mock: RunningServer) -> Iterator[OpenAI]:
    sdk = pytest.importorskip("openai", reason="the openai SDK is not installed")
    with sdk.OpenAI(api_key="mock-key", base_url=f"{mock.base_url}/v1") as client:
        yield client
