"""The official SDK and the openai SDK, each pointed at a mock of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mistralai.client import Mistral
from openai import OpenAI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer


@pytest.fixture
def official(mock: RunningServer) -> Iterator[Mistral]:
    with Mistral(api_key="mock-key", server_url=mock.base_url) as client:
        yield client


@pytest.fixture
def openai(mock: RunningServer) -> Iterator[OpenAI]:
    with OpenAI(api_key="mock-key", base_url=f"{mock.base_url}/v1") as client:
        yield client
