"""A mock with two workspaces, whose every JSON answer is held to the document."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.documented import TLS, hold

from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mistral_mock.server import RunningServer

PEOPLE = (
    make_identity("mock-key", "alice", "lab", "acme"),
    make_identity("colleague", "bob", "lab", "acme"),
    make_identity("neighbour", "carol", "office", "acme"),
)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE."""
    with running(Settings(clock="manual", identities=PEOPLE)) as started:
        yield started


@pytest.fixture
def person(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """Makes a client with a key."""
    with ExitStack() as stack:
        yield lambda key: stack.enter_context(connect(server, key))


@pytest.fixture
def api(person: Callable[[str], httpx.Client]) -> httpx.Client:
    """The default caller."""
    return person("mock-key")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., tuple[RunningServer, httpx.Client]]]:
    """Starts a further mock with some settings; a text for `world` is its fixture world."""
    with ExitStack() as stack:

        def run(world: str | None = None, **settings: object) -> tuple[RunningServer, httpx.Client]:
            if world is not None:
                settings["world_file"] = tmp_path / "world.yaml"
                (tmp_path / "world.yaml").write_text(world, "utf-8")
            made = Settings(clock="manual", identities=PEOPLE, **settings)  # type: ignore[arg-type] # a test's own
            server = stack.enter_context(running(made))
            return server, stack.enter_context(connect(server, "mock-key"))

        yield run


def connect(server: RunningServer, key: str) -> httpx.Client:
    """A client that checks what it gets."""
    headers = {"authorization": f"Bearer {key}"}
    hooks = {"response": [hold]}
    return httpx.Client(
        base_url=server.base_url, headers=headers, verify=TLS, trust_env=False, event_hooks=hooks
    )
