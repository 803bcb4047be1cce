"""A mock with several callers, and a client for each."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_mock.server import RunningServer

PEOPLE = (
    make_identity("mock-key", "alice", "lab", "acme"),
    make_identity("colleague", "bob", "lab", "acme"),
    make_identity("neighbour", "carol", "office", "acme"),
)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE and that refuses PDF files."""
    settings = Settings(clock="manual", identities=PEOPLE, refused_types=("application/pdf",))
    with running(settings) as started:
        yield started


@pytest.fixture
def person(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """Makes a client with a key; '' sends none."""
    with ExitStack() as stack:

        def connect(key: str) -> httpx.Client:
            headers = {"authorization": f"Bearer {key}"} if key else {}
            client = httpx.Client(base_url=server.base_url, headers=headers, trust_env=False)
            return stack.enter_context(client)

        yield connect


@pytest.fixture
def api(person: Callable[[str], httpx.Client]) -> httpx.Client:
    """The default caller."""
    return person("mock-key")
