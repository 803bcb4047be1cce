"""Who talks to a mock in tests, and with which clients."""

from __future__ import annotations

import ssl
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_mock.server import RunningServer

    Check = Callable[[httpx.Response], None]

PEOPLE = (
    make_identity("mock-key", "alice", "lab", "acme"),
    make_identity("colleague-key", "bob", "lab", "acme"),
    make_identity("neighbour-key", "carol", "office", "acme"),
)
"""Two users of one workspace, and one of another workspace of the organisation."""
STRANGER = make_identity("stranger-key", "dave", "garage", "other")
"""A user of another organisation."""
TLS = ssl.create_default_context()
"""Never used; it costs more than most tests, so that all clients share one."""


@contextmanager
def inhabited(**settings: Any) -> Iterator[RunningServer]:
    """A mock with a manual clock whose callers are PEOPLE, unless the settings say otherwise."""
    with running(Settings(**{"clock": "manual", "identities": PEOPLE, **settings})) as server:
        yield server


def connect(
    server: RunningServer, key: str = "mock-key", check: Check | None = None, path: str = ""
) -> httpx.Client:
    """A client that sends the key, or none when it is empty; every answer passes the check."""
    return httpx.Client(base_url=server.base_url + path, **options(key, check))


def options(key: str, check: Check | None = None) -> dict[str, Any]:
    """What makes an httpx client one for tests."""
    return {
        "headers": {"authorization": f"Bearer {key}"} if key else {},
        "event_hooks": {"response": [check] if check else []},
        "verify": TLS,
        "trust_env": False,
    }


@contextmanager
def meeting(
    server: RunningServer, check: Check | None = None, path: str = ""
) -> Iterator[Callable[[str], httpx.Client]]:
    """Gives a client for each caller, by the first part of the key; '' has no key."""
    with ExitStack() as stack:
        clients: dict[str, httpx.Client] = {}

        def get(name: str) -> httpx.Client:
            if name not in clients:
                key = f"{name}-key" if name else ""
                clients[name] = stack.enter_context(connect(server, key, check, path))
            return clients[name]

        yield get
