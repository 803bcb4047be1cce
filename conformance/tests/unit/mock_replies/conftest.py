"""A mock that a test scripts, and a client for it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import connect, inhabited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer


class Scripted:
    """A mock and a client for it."""

    def __init__(self, mock: RunningServer, api: httpx.Client) -> None:
        self.mock = mock
        self.api = api

    def chat(self, text: str = "Hello", **fields: Any) -> httpx.Response:
        """The answer to one message."""
        messages = [{"role": "user", "content": text}]
        body = {"model": "mistral-small-latest", "messages": messages, **fields}
        return self.api.post("/v1/chat/completions", json=body)

    def say(self, text: str = "Hello", **fields: Any) -> Any:
        """The content of the answer to one message."""
        return self.chat(text, **fields).json()["choices"][0]["message"]["content"]


@pytest.fixture
def start() -> Iterator[Callable[..., Scripted]]:
    """Starts mocks."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Scripted:
            mock = stack.enter_context(inhabited(**settings))
            return Scripted(mock, stack.enter_context(connect(mock)))

        yield start


@pytest.fixture
def scripted(start: Callable[..., Scripted]) -> Scripted:
    """A mock without replies."""
    return start()
