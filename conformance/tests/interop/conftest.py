"""Client libraries, each pointed at a mock of its own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

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


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frameworks fetch neither prices nor tokenizers, and send no traces."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] != "127.0.0.1":
            raise ConnectionRefusedError(f"tests talk to the mock alone, not to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
