"""Mocks for a whole session, one for each combination of settings, and clients of them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from mistral_client import AsyncMistral, Mistral
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from mistral_mock.server import RunningServer

NO_CONNECTION_KEPT = httpx.Limits(max_keepalive_connections=0)


class Servers:
    """The mocks that are running."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[str, RunningServer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def find(self, fields: Mapping[str, Any]) -> RunningServer:
        """Return the mock with these settings, started when it is first asked for.

        Raises:
            TypeError: There is no such setting.

        """
        settings = Settings(**fields)
        name = repr(settings)
        if name not in self._running:
            self._running[name] = self._stack.enter_context(running(settings))
        return self._running[name]


@contextmanager
def connect(base_url: str, key: str) -> Iterator[Mistral]:
    """Give a client of a mock."""
    with httpx.Client(trust_env=False) as http_client:
        yield Mistral(key, base_url=base_url, http_client=http_client)


def connect_async(base_url: str, key: str) -> AsyncMistral:
    """Return an async client of a mock.

    It may be left unclosed, and used in one loop after the other.
    """
    http_client = httpx.AsyncClient(trust_env=False, limits=NO_CONNECTION_KEPT)
    return AsyncMistral(key, base_url=base_url, http_client=http_client)
